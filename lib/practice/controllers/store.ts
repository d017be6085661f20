/**
 * What the controllers of one cluster know and write: a cache per kind, filled by one shared watch, and writes whose
 * answers go into it, so that the next reconcile sees its own writes.
 */
import { isDeepStrictEqual } from "node:util"
import type { Cluster, KubeObject, Ref } from "../../cluster/types.ts"
import { guarded, report } from "../stray.ts"

export type Seen = (object: KubeObject, gone: boolean) => void

const REMEMBERED_DELETIONS = 1000

const pathOf = (namespace: string | undefined, name: string) => `${namespace ?? ""}/${name}`
const version = (object: KubeObject) => Number(object.metadata.resourceVersion ?? 0)

/** The objects of one kind, as a watch tells of them. */
export class Informer {
  readonly apiVersion: string
  readonly kind: string
  /** Resolves after the first list. */
  readonly synced: Promise<void>
  #objects = new Map<string, KubeObject>()
  #gone = new Set<string>()
  #handlers = new Set<Seen>()

  constructor(cluster: Cluster, apiVersion: string, kind: string, signal: AbortSignal) {
    this.apiVersion = apiVersion
    this.kind = kind
    this.synced = new Promise((resolve) => {
      const handlers = {
        list: (items: KubeObject[]) => {
          this.#replace(items)
          resolve()
        },
        event: ({ type, object }: { type: string; object: KubeObject }) =>
          type === "DELETED" ? this.#forget(object) : this.#learn(object),
      }
      const end = () => resolve()
      signal.addEventListener("abort", end)
      cluster.watch({ apiVersion, kind }, handlers, signal).then(end, end)
    })
  }

  get(namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#objects.get(pathOf(namespace, name))
  }

  /** Of one namespace, or all; in order of name. */
  list(namespace?: string): KubeObject[] {
    const all = [...this.#objects.values()]
    const inside = namespace === undefined ? all : all.filter((one) => one.metadata.namespace === namespace)
    return inside.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  }

  /** Called with every change from now on, and with what is there already. Returns how to end that. */
  on(handler: Seen): () => void {
    this.#handlers.add(handler)
    for (const object of this.#objects.values()) guarded(report, () => handler(object, false))
    return () => this.#handlers.delete(handler)
  }

  /** Takes in a write's answer ahead of its event; the event still calls the handlers. */
  saw(object: KubeObject): void {
    const path = pathOf(object.metadata.namespace, object.metadata.name)
    const known = this.#objects.get(path)
    if (this.#gone.has(object.metadata.uid ?? "") || (known && version(known) > version(object))) return
    this.#objects.set(path, object)
  }

  #learn(object: KubeObject): void {
    this.saw(object)
    for (const handler of [...this.#handlers]) guarded(report, () => handler(object, false))
  }

  #forget(object: KubeObject): void {
    const path = pathOf(object.metadata.namespace, object.metadata.name)
    if (object.metadata.uid !== undefined) this.#gone.add(object.metadata.uid)
    if (this.#gone.size > REMEMBERED_DELETIONS) this.#gone.delete(this.#gone.values().next().value!)
    if (this.#objects.get(path)?.metadata.uid === object.metadata.uid) this.#objects.delete(path)
    for (const handler of [...this.#handlers]) guarded(report, () => handler(object, true))
  }

  #replace(items: readonly KubeObject[]): void {
    const now = new Set(items.map((one) => one.metadata.uid))
    for (const object of [...this.#objects.values()]) if (!now.has(object.metadata.uid)) this.#forget(object)
    // Lists leave these out of their items.
    for (const item of items) this.#learn({ ...item, apiVersion: this.apiVersion, kind: this.kind })
  }
}

const refOf = ({ apiVersion, kind, metadata }: KubeObject): Ref => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
})

/** The merge patch from one value to another: objects field by field, everything else whole. */
function difference(before: unknown, after: unknown): unknown {
  const plain = (one: unknown): one is Record<string, unknown> =>
    typeof one === "object" && one !== null && !Array.isArray(one)
  if (!plain(before) || !plain(after)) return after
  const patch: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (after[key] === undefined && before[key] !== undefined) patch[key] = null
    else if (!isDeepStrictEqual(before[key], after[key])) patch[key] = difference(before[key], after[key])
  }
  return patch
}

/** HTTP status of an API error; 0 for any other. */
export function codeOf(error: unknown): number {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === "number" ? code : 0
}

/** The caches and writes of one cluster. */
export class Store {
  readonly cluster: Cluster
  #informers = new Map<string, Informer>()
  #ended = new AbortController()

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  /** The informer of a kind; its watch starts with the first call. */
  of(apiVersion: string, kind: string): Informer {
    const id = `${apiVersion} ${kind}`
    let found = this.#informers.get(id)
    if (found === undefined) {
      found = new Informer(this.cluster, apiVersion, kind, this.#ended.signal)
      this.#informers.set(id, found)
    }
    return found
  }

  #saw(object: KubeObject): KubeObject {
    this.#informers.get(`${object.apiVersion} ${object.kind}`)?.saw(object)
    return object
  }

  async create(object: KubeObject): Promise<KubeObject> {
    return this.#saw(await this.cluster.create(object))
  }

  /** Creates what is not there; what is there stays as it is. */
  async ensure(object: KubeObject): Promise<void> {
    const known = this.#informers.get(`${object.apiVersion} ${object.kind}`)
    if (known?.get(object.metadata.namespace, object.metadata.name) !== undefined) return
    try {
      await this.create(object)
    } catch (error) {
      if (codeOf(error) !== 409) throw error
    }
  }

  /** Writes a status where it differs from the one in the object. */
  async status(object: KubeObject, status: unknown): Promise<KubeObject> {
    const before = object.status ?? {}
    if (isDeepStrictEqual(before, JSON.parse(JSON.stringify(status)))) return object
    const patch = { status: difference(before, status) }
    return this.#saw(await this.cluster.merge(refOf(object), patch, { subresource: "status" }))
  }

  async merge(object: KubeObject, patch: object, subresource?: "status"): Promise<KubeObject> {
    const options = subresource === undefined ? {} : { subresource }
    return this.#saw(await this.cluster.merge(refOf(object), patch, options))
  }

  async remove(object: KubeObject, options?: { grace?: number }): Promise<void> {
    await this.cluster.remove(refOf(object), options)
  }

  close(): void {
    this.#ended.abort()
  }
}

const stores = new WeakMap<Cluster, Store>()

/** The one store of a cluster, shared by its controllers. */
export function storeOf(cluster: Cluster): Store {
  let found = stores.get(cluster)
  if (found === undefined) {
    found = new Store(cluster)
    stores.set(cluster, found)
  }
  return found
}
