/** WATCH: what happened since a resourceVersion, then what happens. */
import type { KubeObject } from "../../cluster/types.ts"
import { waitable } from "../longest.ts"
import type { Kind } from "./kind.ts"
import { type Call, textOf } from "./request.ts"
import { matcherOf } from "./selectors.ts"
import type { ApiError } from "./status.ts"
import type { Change, Store } from "./store.ts"
import { metadataOf, tableOf, wantsMetadata, wantsTable } from "./table.ts"

/** A real server sends them about once a minute; client-node takes 30 s of silence for a broken connection. */
const BOOKMARK_EVERY = 20_000

export interface WatchSource {
  /** The collection watched. */
  key: string
  kind: Kind
  namespace: string | undefined
  /** How an object is shown (projects are views of namespaces). */
  view?: (object: KubeObject) => KubeObject
  /** Objects that come and go with the watcher's rights. */
  visible?: (object: KubeObject) => boolean
}

/** An open watch, for those who cut it. */
export interface OpenWatch {
  readonly call: Call
  /** Ends it, with an error event before if there is one. */
  end(error?: ApiError): void
}

/** An object as it was, at a later version. */
const leaving = (object: KubeObject, previous: KubeObject): KubeObject => ({
  ...previous,
  metadata: { ...previous.metadata, resourceVersion: object.metadata.resourceVersion! },
})

type Line = { type: string; object: object }

/** All open watches of a server: their ends, and one timer for the bookmarks of all. */
export class Watches {
  readonly open = new Set<OpenWatch>()
  #bookmarks = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #store: Store
  constructor(store: Store) {
    this.#store = store
  }

  close(): void {
    clearInterval(this.#timer)
    for (const watch of [...this.open]) watch.end()
  }

  #bookmarkLater(send: () => void): () => void {
    this.#bookmarks.add(send)
    this.#timer ??= setInterval(() => {
      for (const one of this.#bookmarks) one()
    }, BOOKMARK_EVERY)
    return () => {
      this.#bookmarks.delete(send)
      if (this.#bookmarks.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  /** @throws ApiError 400; afterwards the response belongs to the watch, and says a 410 in its stream */
  start(call: Call, source: WatchSource): OpenWatch {
    const { query, response } = call
    const matches = matcherOf(query, source.kind.plural)
    const asked = query.get("resourceVersion") ?? ""
    const fresh = asked === "" || asked === "0"
    let missed: readonly Change[] = []
    let tooOld: ApiError | undefined
    try {
      missed = fresh ? [] : this.#store.since(source.key, Number(asked))
    } catch (error) {
      tooOld = error as ApiError
    }

    const inside = ({ metadata }: KubeObject) =>
      source.namespace === undefined || metadata.namespace === source.namespace
    const shown = source.visible === undefined ? undefined : new Set<string>()
    const fits = (object: KubeObject | undefined) =>
      object !== undefined && inside(object) && (matches === undefined || matches(object))
    const asTable = wantsTable(call)
    const asMetadata = wantsMetadata(call)
    let bare = false
    const view = (object: KubeObject) => {
      const seen = source.view?.(object) ?? object
      if (asMetadata) return JSON.stringify(metadataOf(seen))
      if (!asTable) return textOf(seen)
      const { resourceVersion } = seen.metadata
      const table = tableOf(call, source.kind, [seen], { resourceVersion }, bare)
      bare = true
      return JSON.stringify(table)
    }
    const write = (type: string, text: string) => response.write(`{"type":"${type}","object":${text}}\n`)
    const writeLine = ({ type, object }: Line) => write(type, JSON.stringify(object))

    /** An object that begins or ceases to match is added or deleted for this watcher. */
    const tell = ({ type, object, previous }: Change) => {
      const name = object.metadata.name
      const seen = source.visible?.(object) ?? true
      const was = shown === undefined ? type !== "ADDED" && fits(previous) : shown.has(name)
      const is = type !== "DELETED" && fits(object) && seen
      if (is) shown?.add(name)
      else shown?.delete(name)
      if (is) write(was ? "MODIFIED" : "ADDED", view(object))
      // What ceased to match is shown as it was, at the version of its leaving.
      else if (was) write("DELETED", view(type === "DELETED" ? object : leaving(object, previous!)))
    }
    const bookmark = (annotations?: Record<string, string>) =>
      writeLine({
        type: "BOOKMARK",
        object: {
          kind: source.kind.kind,
          apiVersion:
            source.kind.group === "" ? source.kind.version : `${source.kind.group}/${source.kind.version}`,
          metadata: {
            resourceVersion: String(this.#store.resourceVersion),
            ...(annotations === undefined ? {} : { annotations }),
          },
        },
      })

    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" })
    response.flushHeaders()
    const current = this.#store
      .list(source.key, source.namespace)
      .filter((entry) => source.visible?.(entry) ?? true)
    if (!fresh) for (const { metadata } of current) shown?.add(metadata.name)
    if (fresh && query.get("sendInitialEvents") !== "false") {
      for (const object of current) if (fits(object)) tell({ type: "ADDED", resourceVersion: 0, object })
      if (query.get("sendInitialEvents") === "true") bookmark({ "k8s.io/initial-events-end": "true" })
    }
    for (const change of missed) tell(change)

    const unsubscribe = this.#store.subscribe(source.key, tell)
    const noBookmarks = ["true", "1"].includes(query.get("allowWatchBookmarks") ?? "")
      ? this.#bookmarkLater(() => bookmark())
      : () => {}
    const seconds = Number(query.get("timeoutSeconds") ?? 0)
    const timer = seconds > 0 ? setTimeout(() => watch.end(), waitable(seconds * 1000)) : undefined
    const forget = () => {
      unsubscribe()
      noBookmarks()
      clearTimeout(timer)
      this.open.delete(watch)
    }
    const watch: OpenWatch = {
      call,
      end(error) {
        forget()
        if (error !== undefined) writeLine({ type: "ERROR", object: error.toStatus() })
        response.end()
      },
    }
    this.open.add(watch)
    response.on("close", forget)
    if (tooOld !== undefined) watch.end(tooOld)
    return watch
  }
}
