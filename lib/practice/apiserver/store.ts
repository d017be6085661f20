/** Objects in memory under one resourceVersion counter, with the events since: what etcd and the watch cache are. */
import type { KubeObject } from "../../cluster/types.ts"
import { guarded, report } from "../stray.ts"
import { expired } from "./status.ts"

/** A change of one object, or where it left a watch. Objects are never changed in place. */
export interface Change {
  type: "ADDED" | "MODIFIED" | "DELETED"
  resourceVersion: number
  object: KubeObject
  /** What it was before; missing for ADDED. */
  previous?: KubeObject
}

interface Collection {
  objects: Map<string, KubeObject>
  changes: Change[]
  /** Watches from before this resourceVersion have missed something. */
  floor: number
  listeners: Set<(change: Change) => void>
}

/** So many changes of a kind can be replayed; older watches are told 410. */
const KEPT = 1000

const objectKey = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`

const byKey = (a: [string, KubeObject], b: [string, KubeObject]) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)

function sorted(objects: ReadonlyMap<string, KubeObject>, namespace: string | undefined): KubeObject[] {
  const entries = [...objects]
  const prefix = `${namespace}/`
  const inside = namespace === undefined ? entries : entries.filter(([path]) => path.startsWith(prefix))
  return inside.sort(byKey).map(([, object]) => object)
}

export class Store {
  #collections = new Map<string, Collection>()
  #resourceVersion: number
  #floor: number
  #listeners = new Set<(key: string, change: Change) => void>()

  /** @param resourceVersion where a restored cluster goes on; watches from before it get 410 */
  constructor(resourceVersion = 1) {
    this.#resourceVersion = resourceVersion
    this.#floor = resourceVersion
  }

  get resourceVersion(): number {
    return this.#resourceVersion
  }

  #collection(key: string): Collection {
    let found = this.#collections.get(key)
    if (found === undefined) {
      found = { objects: new Map(), changes: [], floor: this.#floor, listeners: new Set() }
      this.#collections.set(key, found)
    }
    return found
  }

  get(key: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#collections.get(key)?.objects.get(objectKey(namespace, name))
  }

  /** Sorted by namespace and name, as etcd's keys are. */
  list(key: string, namespace?: string): KubeObject[] {
    return sorted(this.#collections.get(key)?.objects ?? new Map(), namespace)
  }

  /**
   * As `list`, at an earlier resourceVersion: what happened since is taken back.
   * @throws ApiError 410 when that is too long ago
   */
  listAt(key: string, namespace: string | undefined, resourceVersion: number): KubeObject[] {
    if (resourceVersion >= this.#resourceVersion) return this.list(key, namespace)
    const { floor, changes, objects } = this.#collection(key)
    if (resourceVersion < floor) throw expired("The resourceVersion for the provided list is too old.")
    const then = new Map(objects)
    for (const { resourceVersion: at, object, previous } of changes.toReversed()) {
      if (at <= resourceVersion) break
      const path = objectKey(object.metadata.namespace, object.metadata.name)
      if (previous === undefined) then.delete(path)
      else then.set(path, previous)
    }
    return sorted(then, namespace)
  }

  /** Every object of every kind. */
  everything(): { key: string; object: KubeObject }[] {
    return [...this.#collections].flatMap(([key, { objects }]) =>
      [...objects.values()].map((object) => ({ key, object })),
    )
  }

  /** Puts back an object of a snapshot as it was; nobody is told. */
  restore(key: string, object: KubeObject): void {
    this.#collection(key).objects.set(objectKey(object.metadata.namespace, object.metadata.name), object)
  }

  /** Stores an object under the next resourceVersion and returns it as stored. */
  put(key: string, object: KubeObject): KubeObject {
    const collection = this.#collection(key)
    const path = objectKey(object.metadata.namespace, object.metadata.name)
    const previous = collection.objects.get(path)
    const resourceVersion = ++this.#resourceVersion
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(resourceVersion) } }
    collection.objects.set(path, stored)
    this.#tell(key, collection, {
      type: previous === undefined ? "ADDED" : "MODIFIED",
      resourceVersion,
      object: stored,
      ...(previous === undefined ? {} : { previous }),
    })
    return stored
  }

  /** Removes an object; its last state carries the resourceVersion of the removal. */
  remove(key: string, object: KubeObject): KubeObject {
    const collection = this.#collection(key)
    const path = objectKey(object.metadata.namespace, object.metadata.name)
    const previous = collection.objects.get(path)
    if (previous === undefined) return object
    collection.objects.delete(path)
    const resourceVersion = ++this.#resourceVersion
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(resourceVersion) } }
    this.#tell(key, collection, { type: "DELETED", resourceVersion, object: last, previous })
    return last
  }

  #tell(key: string, collection: Collection, change: Change) {
    collection.changes.push(change)
    if (collection.changes.length > 2 * KEPT) {
      const dropped = collection.changes.splice(0, KEPT)
      collection.floor = dropped[dropped.length - 1]!.resourceVersion
    }
    for (const listener of [...collection.listeners]) guarded(report, () => listener(change))
    for (const listener of [...this.#listeners]) guarded(report, () => listener(key, change))
  }

  /**
   * What happened to a kind since a resourceVersion.
   * @throws ApiError 410 when that is too long ago, or from a future that a restored cluster does not know.
   */
  since(key: string, resourceVersion: number): Change[] {
    const { floor, changes } = this.#collection(key)
    if (resourceVersion < floor) throw expired(`too old resource version: ${resourceVersion} (${floor})`)
    if (resourceVersion > this.#resourceVersion) {
      throw expired(`unknown resource version: ${resourceVersion} (${this.#resourceVersion})`)
    }
    const first = changes.findIndex((one) => one.resourceVersion > resourceVersion)
    return first < 0 ? [] : changes.slice(first)
  }

  /** Calls back for every change of a kind from now on. Returns how to stop. */
  subscribe(key: string, listener: (change: Change) => void): () => void {
    const { listeners } = this.#collection(key)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /** As `subscribe`, for all kinds. */
  onChange(listener: (key: string, change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
