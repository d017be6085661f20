import { stillWaiting } from "../notebook/errors.ts"
import type { Api } from "./api.ts"
import type { Changes, Versioned } from "./changes.ts"
import type { Connection } from "./connection.ts"
import type { KubeObject, Query } from "./types.ts"
import { watchQuery } from "./watch.ts"

/** What a query finds, kept up to date by one watch. */
export class WatchedQuery implements Versioned {
  version = 0
  /** False once the watch has failed: its objects are out of date. */
  live = true
  /** The connection it was opened with. */
  readonly connection: Connection
  /** Settles with the first list. */
  readonly ready: Promise<void>
  readonly #objects = new Map<string, KubeObject>()
  readonly #ended = new AbortController()

  constructor(api: Api, connection: Connection, query: Query, changes: Changes, signal: AbortSignal) {
    this.connection = connection
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.ready = promise
    let listed = false
    watchQuery(
      api,
      query,
      {
        list: (items) => {
          this.#objects.clear()
          for (const item of items) this.#objects.set(key(item), item)
          // The first list is what the reader waits for, not a change.
          if (listed) this.#moved(changes)
          listed = true
          resolve()
        },
        event: ({ type, object }) => {
          const known = this.#objects.get(key(object))
          if (type === "DELETED") this.#objects.delete(key(object))
          else if (known?.metadata.resourceVersion === object.metadata.resourceVersion) return
          else this.#objects.set(key(object), object)
          this.#moved(changes)
        },
        // After one failure the watch reconnects at once. After a second one it ends: the next read asks the server and reports why.
        giveUp: (_, failures) => !listed || failures > 1,
      },
      AbortSignal.any([this.#ended.signal, signal]),
    ).then(
      () => reject(stillWaiting(signal, `the list of ${query.kind} had not come`)),
      (error: unknown) => {
        this.live = false
        reject(error)
        if (listed) changes.unwatched()
      },
    )
    this.ready.catch(() => undefined)
  }

  /** In the order of the server's lists. */
  get items(): KubeObject[] {
    return [...this.#objects.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
  }

  close(): void {
    this.live = false
    this.#ended.abort()
  }

  #moved(changes: Changes): void {
    this.version++
    changes.moved()
  }
}

const key = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ""}/${metadata.name}`
