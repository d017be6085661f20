/** A cluster's objects and kinds, new or brought back, and the definitions that change which kinds there are. */
import { isDeepStrictEqual } from "node:util"
import type { KubeObject } from "../../cluster/types.ts"
import type { ApiServerOptions } from "../types/apiserver.ts"
import { Kinds } from "./kinds.ts"
import { Objects, SERVER, wireTime } from "./objects.ts"
import { seedObjects } from "./seed.ts"
import { type Change, Store } from "./store.ts"

const CRDS = "apiextensions.k8s.io/customresourcedefinitions"

export interface ClusterState {
  store: Store
  kinds: Kinds
  objects: Objects
}

/** @throws Error for a snapshot's object of a kind that nothing defines */
export function openCluster(
  options: Pick<ApiServerOptions, "openshift" | "objects" | "resourceVersion">,
): ClusterState {
  const openshift = options.openshift !== false
  const kinds = new Kinds(openshift)
  const store = new Store(options.resourceVersion)
  const objects = new Objects(store)
  const isCrd = (one: KubeObject) => one.kind === "CustomResourceDefinition"
  const kept = options.objects ?? []
  for (const object of [...kept.filter(isCrd), ...kept.filter((one) => !isCrd(one))]) {
    const kind = kinds.of(object.apiVersion, object.kind)
    if (kind === undefined) throw new Error(`nothing defines ${object.apiVersion} ${object.kind}`)
    store.restore(kind.key, object)
    if (isCrd(object)) kinds.define(object)
  }
  for (const object of seedObjects(openshift)) {
    const kind = kinds.of(object.apiVersion, object.kind)!
    const { name, namespace } = object.metadata
    if (store.get(kind.key, namespace, name) !== undefined) continue
    const made = objects.create(kind, namespace, object, SERVER)
    if (kind.status && object.status !== undefined) {
      objects.commit(kind, made, { ...made, status: object.status }, SERVER, "status")
    }
  }
  return { store, kinds, objects }
}

const condition = (type: string, reason: string, message: string) => ({
  type,
  status: "True",
  lastTransitionTime: wireTime(),
  reason,
  message,
})

/** Serves what CustomResourceDefinitions define, and says so in their status. Returns how to stop. */
export function establish(objects: Objects, kinds: Kinds): () => void {
  const { store } = objects
  const kind = kinds.byKey(CRDS)!
  const accept = (name: string) => {
    const crd = store.get(CRDS, undefined, name)
    if (crd === undefined || crd.metadata.deletionTimestamp !== undefined) return
    const versions: { name: string; storage?: boolean }[] = crd.spec.versions
    const status = {
      acceptedNames: crd.spec.names,
      conditions: [
        condition("NamesAccepted", "NoConflicts", "no conflicts found"),
        condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
      ],
      storedVersions: versions.filter((version) => version.storage).map((version) => version.name),
    }
    objects.commit(kind, crd, { ...crd, status }, SERVER, "status")
  }
  return store.subscribe(CRDS, ({ type, object, previous }: Change) => {
    if (type === "DELETED") return kinds.undefine(object)
    if (previous !== undefined && isDeepStrictEqual(previous.spec, object.spec)) return
    kinds.define(object)
    // Not from within the event: whoever watches must see the definition first.
    setImmediate(accept, object.metadata.name)
  })
}
