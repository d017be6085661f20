/**
 * The garbage collector and the namespace controller, inside the server because nothing else of the practice clusters
 * would do their work (a real cluster has them in kube-controller-manager). Custom resources of a deleted definition go
 * the same way.
 */
import type { KubeObject } from "../../cluster/types.ts"
import { CRD_CLEANUP, deleteObject } from "./deletion.ts"
import type { Kind } from "./kind.ts"
import type { Kinds } from "./kinds.ts"
import type { Objects, Writer } from "./objects.ts"
import { ApiError } from "./status.ts"
import type { Change } from "./store.ts"

const GC: Writer = { manager: "kube-controller-manager" }
const CRDS = "apiextensions.k8s.io/customresourcedefinitions"

interface Place {
  key: string
  namespace: string | undefined
  name: string
}

const placeOf = (key: string, { metadata }: KubeObject): Place => ({
  key,
  namespace: metadata.namespace,
  name: metadata.name,
})
const pathOf = ({ key, namespace, name }: Place) => `${key} ${namespace ?? ""}/${name}`

export class Collector {
  #objects: Objects
  #kinds: Kinds
  #byUid = new Map<string, Place>()
  /** Owner's uid → what names it as an owner. */
  #dependents = new Map<string, Map<string, Place>>()
  #inNamespace = new Map<string, number>()
  #queue = new Map<string, Place>()
  #scheduled: NodeJS.Immediate | undefined
  #unsubscribe: () => void

  constructor(objects: Objects, kinds: Kinds) {
    this.#objects = objects
    this.#kinds = kinds
    for (const { key, object } of objects.store.everything()) this.#learn(key, undefined, object)
    this.#unsubscribe = objects.store.onChange((key, change) => this.#seen(key, change))
  }

  close(): void {
    this.#unsubscribe()
    clearImmediate(this.#scheduled)
  }

  #learn(key: string, before: KubeObject | undefined, now: KubeObject | undefined): void {
    const object = (now ?? before)!
    const place = placeOf(key, object)
    const { uid, namespace } = object.metadata
    if (before === undefined && namespace !== undefined) {
      this.#inNamespace.set(namespace, (this.#inNamespace.get(namespace) ?? 0) + 1)
    }
    if (now === undefined && namespace !== undefined) {
      this.#inNamespace.set(namespace, this.#inNamespace.get(namespace)! - 1)
    }
    if (now === undefined) this.#byUid.delete(uid!)
    else this.#byUid.set(uid!, place)
    for (const owner of before?.metadata.ownerReferences ?? []) {
      this.#dependents.get(owner.uid)?.delete(pathOf(place))
    }
    for (const owner of now?.metadata.ownerReferences ?? []) {
      const known = this.#dependents.get(owner.uid) ?? new Map<string, Place>()
      this.#dependents.set(owner.uid, known.set(pathOf(place), place))
    }
    if (now !== undefined && this.#concerns(key, now)) this.#enqueue(place)
  }

  #concerns(key: string, { metadata }: KubeObject): boolean {
    return (
      (metadata.ownerReferences ?? []).length > 0 ||
      (metadata.deletionTimestamp !== undefined &&
        (key === "/namespaces" || (metadata.finalizers ?? []).length > 0))
    )
  }

  #seen(key: string, { type, object, previous }: Change): void {
    this.#learn(key, previous, type === "DELETED" ? undefined : object)
    if (type !== "DELETED") return
    const { uid, ownerReferences, namespace } = object.metadata
    for (const place of this.#dependents.get(uid!)?.values() ?? []) this.#enqueue(place)
    this.#dependents.delete(uid!)
    for (const owner of ownerReferences ?? []) {
      const place = this.#byUid.get(owner.uid)
      if (place !== undefined) this.#enqueue(place)
    }
    if (namespace !== undefined) this.#enqueue({ key: "/namespaces", namespace: undefined, name: namespace })
    const crd = this.#objects.store
      .list(CRDS)
      .find((entry) => `${entry.spec.group}/${entry.spec.names.plural}` === key)
    if (crd?.metadata.deletionTimestamp !== undefined) this.#enqueue(placeOf(CRDS, crd))
  }

  #enqueue(place: Place): void {
    this.#queue.set(pathOf(place), place)
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined
      const all = [...this.#queue.values()]
      this.#queue.clear()
      for (const one of all) this.#attempt(one)
    })
  }

  /** What cannot be written now is tried again when it changes; a real collector tries for ever. */
  #attempt(place: Place): void {
    try {
      this.#process(place)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }

  #process({ key, namespace, name }: Place) {
    const kind = this.#kinds.byKey(key)
    const object = this.#objects.store.get(key, namespace, name)
    if (kind === undefined || object === undefined) return
    if (object.metadata.deletionTimestamp === undefined) return this.#ifAbandoned(kind, object)
    if (key === "/namespaces") return this.#emptyNamespace(object)
    for (const finalizer of object.metadata.finalizers ?? []) {
      if (finalizer === "orphan") this.#orphan(object)
      if (finalizer === "foregroundDeletion" && !this.#deletedDependents(object)) return
      if (finalizer === CRD_CLEANUP && !this.#deletedInstances(object)) return
      if (["orphan", "foregroundDeletion", CRD_CLEANUP].includes(finalizer)) {
        return this.#release(kind, object, finalizer)
      }
    }
  }

  #release(kind: Kind, object: KubeObject, finalizer: string): void {
    const finalizers = object.metadata.finalizers!.filter((entry) => entry !== finalizer)
    this.#objects.commit(kind, object, { ...object, metadata: { ...object.metadata, finalizers } }, GC)
  }

  #delete(place: Place, propagationPolicy = "Background"): void {
    const kind = this.#kinds.byKey(place.key)
    if (kind === undefined || this.#objects.store.get(place.key, place.namespace, place.name) === undefined)
      return
    deleteObject(this.#objects, kind, place.namespace, place.name, { propagationPolicy }, GC)
  }

  /** Owners that are gone: without any left an object goes too, else it forgets them. */
  #ifAbandoned(kind: Kind, object: KubeObject): void {
    const owners = object.metadata.ownerReferences ?? []
    if (owners.length === 0) return
    const state = owners.map((entry) => {
      const place = this.#byUid.get(entry.uid)
      const owner = place && this.#objects.store.get(place.key, place.namespace, place.name)
      if (owner === undefined) return "gone"
      const waits = owner.metadata.finalizers?.includes("foregroundDeletion")
      return owner.metadata.deletionTimestamp !== undefined && waits ? "waits" : "there"
    })
    const place = placeOf(kind.key, object)
    if (!state.includes("there")) {
      const owns = (this.#dependents.get(object.metadata.uid!)?.size ?? 0) > 0
      this.#delete(place, state.includes("waits") && owns ? "Foreground" : "Background")
    } else if (state.includes("gone")) {
      const ownerReferences = owners.filter((_, at) => state[at] !== "gone")
      this.#objects.commit(kind, object, { ...object, metadata: { ...object.metadata, ownerReferences } }, GC)
    }
  }

  #orphan({ metadata }: KubeObject): void {
    for (const { key, namespace, name } of [...(this.#dependents.get(metadata.uid!)?.values() ?? [])]) {
      const kind = this.#kinds.byKey(key)!
      const object = this.#objects.store.get(key, namespace, name)!
      const ownerReferences = object.metadata.ownerReferences!.filter(
        (ownerReference) => ownerReference.uid !== metadata.uid,
      )
      this.#objects.commit(kind, object, { ...object, metadata: { ...object.metadata, ownerReferences } }, GC)
    }
  }

  #deletedDependents({ metadata }: KubeObject): boolean {
    const places = [...(this.#dependents.get(metadata.uid!)?.values() ?? [])]
    for (const place of places) this.#enqueue(place)
    return !places.some(({ key, namespace, name }) =>
      this.#objects.store
        .get(key, namespace, name)
        ?.metadata.ownerReferences?.some(
          (ownerReference) => ownerReference.uid === metadata.uid && ownerReference.blockOwnerDeletion,
        ),
    )
  }

  #deletedInstances({ spec }: KubeObject): boolean {
    const key = `${spec.group}/${spec.names.plural}`
    for (const object of this.#objects.store.list(key)) {
      if (object.metadata.deletionTimestamp === undefined) this.#delete(placeOf(key, object))
    }
    return this.#objects.store.list(key).length === 0
  }

  #emptyNamespace(namespace: KubeObject): void {
    const { name } = namespace.metadata
    if ((this.#inNamespace.get(name) ?? 0) > 0) {
      for (const { key, object } of this.#objects.store.everything()) {
        if (object.metadata.namespace !== name || object.metadata.deletionTimestamp !== undefined) continue
        this.#delete(placeOf(key, object))
      }
    }
    if ((this.#inNamespace.get(name) ?? 0) > 0) return
    this.#objects.store.remove("/namespaces", namespace)
  }
}
