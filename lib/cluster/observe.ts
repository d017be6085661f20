import { isForbiddenError } from "../notebook/check-result.ts"
import { stillWaiting } from "../notebook/errors.ts"
import type { Api } from "./api.ts"
import { Changes } from "./changes.ts"
import { endedWith } from "./ended-with.ts"
import { FollowedLog } from "./followed-log.ts"
import { keyOf, type SharedWatches } from "./shared-watches.ts"
import type { ClusterReader, KubeObject, LogOptions, Observed, Query, Ref } from "./types.ts"
import type { WatchedQuery } from "./watched-query.ts"

/** As `Cluster.observe`: `plain` reads what cannot be watched; everything ends with the signal. */
export function observe(
  api: Api,
  plain: ClusterReader,
  outer: AbortSignal,
  watches: SharedWatches,
  changes = new Changes(),
): Observed {
  const queries = new Map<string, { source: WatchedQuery; complete: Promise<void> }>()
  const logs = new Map<string, Promise<FollowedLog>>()
  const closed = new AbortController()
  const signal = AbortSignal.any([outer, closed.signal])

  /** A read that cannot be watched, or that fails: it is repeated after a pause. */
  const unwatched = <T>(read: () => Promise<T>): Promise<T> => {
    changes.unwatched()
    return read()
  }
  const orUnwatched = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read()
    } catch (error) {
      changes.unwatched()
      throw error
    }
  }

  const leave = ({ source }: { source: WatchedQuery }): void => {
    source.listeners.delete(changes)
    watches.leave(source)
  }
  const leaveAll = (): void => {
    for (const known of queries.values()) leave(known)
    queries.clear()
  }
  signal.addEventListener("abort", leaveAll, { once: true })

  const watched = async (query: Query): Promise<KubeObject[]> => {
    const connection = await api.connection()
    const waited = () => `the list of ${query.kind} had not come`
    if (signal.aborted) throw stillWaiting(signal, waited())
    const key = keyOf(query)
    let known = queries.get(key)
    if (known === undefined || !known.source.live || known.source.connection !== connection) {
      if (known !== undefined) leave(known)
      const source = watches.join(api, connection, query)
      source.listeners.add(changes)
      const joined = { source, complete: source.contains(watches.stamp(query.kind)) }
      known = joined
      queries.set(key, joined)
      joined.complete.catch(() => {
        if (queries.get(key) !== joined) return
        queries.delete(key)
        leave(joined)
      })
    }
    const { source, complete } = known
    await endedWith(signal, waited, complete)
    changes.reading(source)
    return source.items
  }

  const reader: ClusterReader = {
    get server() {
      return plain.server
    },
    get: <T extends KubeObject>(ref: Ref) =>
      orUnwatched(async () => {
        const kind = await api.kind(ref.apiVersion, ref.kind, signal)
        const complete = !kind.namespaced || ref.namespace !== undefined
        if (!kind.watchable || !complete) return unwatched(() => plain.get<T>(ref))
        try {
          const { name, ...query } = ref
          const items = await watched({ ...query, fields: `metadata.name=${name}` })
          return items.find((item) => item.metadata.name === name) as T | undefined
        } catch (error) {
          // A user who may get the object by its name need not be allowed to list.
          if (isForbiddenError(error)) return unwatched(() => plain.get<T>(ref))
          throw error
        }
      }),
    list: <T extends KubeObject>(query: Query) =>
      orUnwatched(async () => {
        const { watchable } = await api.kind(query.apiVersion, query.kind, signal)
        return watchable ? ((await watched(query)) as T[]) : unwatched(() => plain.list<T>(query))
      }),
    log: (options: LogOptions) =>
      orUnwatched(async () => {
        if (options.previous) return unwatched(() => plain.log(options))
        const { namespace, pod, container, tail, timestamps } = options
        const key = JSON.stringify([namespace, pod, container, tail, timestamps])
        const known = logs.get(key)
        const alive = await known?.then(
          (log) => log.live,
          () => false,
        )
        const opened = known !== undefined && alive ? known : FollowedLog.open(api, options, changes, signal)
        logs.set(key, opened)
        const log = await opened
        changes.reading(log)
        return log.text
      }),
    dryRun: (object) => unwatched(() => plain.dryRun(object)),
    serves: async (apiVersion, kind) => {
      const served = await orUnwatched(() => plain.serves(apiVersion, kind))
      // What is served stays so; what is not may be any moment, and no watch tells it.
      if (!served) changes.unwatched()
      return served
    },
    allowed: (right) => unwatched(() => plain.allowed(right)),
    whoami: () => unwatched(() => plain.whoami()),
    now: () => unwatched(() => plain.now()),
    version: () => unwatched(() => plain.version()),
  }

  return {
    reader,
    changed: (signal) => changes.changed(signal),
    close: () => closed.abort(),
  }
}
