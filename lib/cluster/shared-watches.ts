/**
 * The watches of one cluster, shared by everything that waits there: two hundred lanes that wait for the same object need one watch,
 * and not two hundred that are each told of every change.
 */
import type { Api } from "./api.ts"
import type { Connection } from "./connection.ts"
import type { Query } from "./types.ts"
import { WatchedQuery } from "./watched-query.ts"

/** What is created or deleted under one of these names appears under another one at once. */
const ELSEWHERE: ReadonlySet<string> = new Set(["Namespace", "Project", "ProjectRequest"])

export class SharedWatches {
  readonly #queries = new Map<string, { source: WatchedQuery; users: number }>()
  readonly #written = new Map<string, number>()
  #all = 0
  readonly #signal: AbortSignal

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  /** Something of this kind was written through this cluster, or is about to be; without a kind, anything. */
  wrote(kind?: string): void {
    if (kind === undefined || ELSEWHERE.has(kind)) this.#all++
    else this.#written.set(kind, (this.#written.get(kind) ?? 0) + 1)
  }

  /** Rises with each write of the kind: a list that was asked for later contains what was written before. */
  stamp(kind: string): number {
    return this.#all + (this.#written.get(kind) ?? 0)
  }

  /** The watch of a query: the one that others use already, if it still lives on this connection. */
  join(api: Api, connection: Connection, query: Query): WatchedQuery {
    const key = keyOf(query)
    const known = this.#queries.get(key)
    if (known?.source.live === true && known.source.connection === connection) {
      known.users++
      return known.source
    }
    const source = new WatchedQuery(api, connection, query, this.#signal, () => this.stamp(query.kind))
    this.#queries.set(key, { source, users: 1 })
    return source
  }

  /** Nobody has to be told any more who has joined once; the last one ends the watch. */
  leave(source: WatchedQuery): void {
    const key = keyOf(source.query)
    const known = this.#queries.get(key)
    if (known?.source === source) {
      if (--known.users > 0) return
      this.#queries.delete(key)
    }
    source.close()
  }
}

export const keyOf = ({ apiVersion, kind, namespace, labels, fields }: Query): string =>
  JSON.stringify([apiVersion, kind, namespace, labels, fields])
