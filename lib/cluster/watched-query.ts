import { stillWaiting } from "../notebook/errors.ts"
import type { Api } from "./api.ts"
import type { Changes, Versioned } from "./changes.ts"
import type { Connection } from "./connection.ts"
import type { KubeObject, Query } from "./types.ts"
import { watchQuery } from "./watch.ts"

/** What a query finds, kept up to date by one watch, for everybody who listens. */
export class WatchedQuery implements Versioned {
  version = 0
  /** False once the watch has failed: its objects are out of date. */
  live = true
  /** The connection it was opened with. */
  readonly connection: Connection
  readonly query: Query
  /** Settles with the first list. */
  readonly ready: Promise<void>
  readonly listeners = new Set<Changes>()
  readonly #api: Api
  readonly #written: () => number
  readonly #objects = new Map<string, KubeObject>()
  readonly #ended = new AbortController()
  readonly #signal: AbortSignal
  /** Events up to this version of the cluster are in the last list. */
  #floor = 0
  /** See `SharedWatches.stamp`: the writes that its objects are known to contain. */
  #stamp: number
  #renewal: Promise<void>

  /** @param written the present `SharedWatches.stamp` of its kind */
  constructor(api: Api, connection: Connection, query: Query, signal: AbortSignal, written: () => number) {
    this.#api = api
    this.#written = written
    this.connection = connection
    this.query = query
    this.#signal = AbortSignal.any([this.#ended.signal, signal])
    this.#stamp = written()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.ready = promise
    this.#renewal = promise
    let listed = false
    watchQuery(
      api,
      query,
      {
        list: (items) => {
          const changed = this.#replace(items)
          // What comes now is newer than this list, also where a restored cluster counts from an earlier version.
          this.#floor = 0
          // The first list is what the readers wait for, not a change.
          if (listed && changed) this.#moved()
          listed = true
          resolve()
        },
        event: ({ type, object }) => {
          const known = this.#objects.get(key(object))
          if (type === "DELETED") {
            // One of the same name has been created since.
            if (known === undefined || versionOf(known) > versionOf(object)) return
            this.#objects.delete(key(object))
          } else if (versionOf(object) <= this.#floor) return
          else if (known?.metadata.resourceVersion === object.metadata.resourceVersion) return
          else this.#objects.set(key(object), object)
          this.#moved()
        },
        // After one failure the watch reconnects at once. After a second one it ends: the next read asks the server and reports why.
        giveUp: (_, failures) => !listed || failures > 1,
      },
      this.#signal,
    ).then(
      () => reject(stillWaiting(this.#signal, `the list of ${query.kind} had not come`)),
      (error: unknown) => {
        this.live = false
        reject(error)
        if (listed) for (const changes of this.listeners) changes.unwatched()
      },
    )
    this.ready.catch(() => undefined)
  }

  /** In the order of the server's lists. */
  get items(): KubeObject[] {
    return [...this.#objects.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
  }

  /**
   * Resolves once it contains what was written up to a stamp. A watch that others have opened tells of a write some time after its
   * answer, so whoever has written has it listed again; those who ask meanwhile share that list.
   */
  contains(stamp: number): Promise<void> {
    if (this.#stamp >= stamp) return this.ready
    const renew = () => (this.#stamp >= stamp ? undefined : this.#renew())
    const renewal = this.#renewal.then(renew, renew)
    this.#renewal = renewal
    renewal.catch(() => undefined)
    return renewal
  }

  close(): void {
    this.live = false
    this.#ended.abort()
    // Whoever still listens (the connection has changed) reads again.
    for (const changes of this.listeners) changes.unwatched()
  }

  async #renew(): Promise<void> {
    await this.ready
    const stamp = this.#written()
    const { items, resourceVersion } = await this.#api.list(this.query, this.#signal)
    if (this.#replace(items)) this.#moved()
    this.#floor = Number(resourceVersion)
    this.#stamp = stamp
  }

  /** @returns whether anything differs */
  #replace(items: readonly KubeObject[]): boolean {
    const same =
      items.length === this.#objects.size &&
      items.every(
        (item) => this.#objects.get(key(item))?.metadata.resourceVersion === item.metadata.resourceVersion,
      )
    this.#objects.clear()
    for (const item of items) this.#objects.set(key(item), item)
    return !same
  }

  #moved(): void {
    this.version++
    for (const changes of this.listeners) changes.moved()
  }
}

const key = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ""}/${metadata.name}`

/** Versions of one cluster are numbers that rise. One that is none compares with nothing. */
const versionOf = ({ metadata }: KubeObject): number => Number(metadata.resourceVersion)
