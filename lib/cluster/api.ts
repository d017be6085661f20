import { LONGEST_LIST_BYTES, RETRIES_AFTER_CUT } from "../limits.ts"
import { isForbiddenError } from "../notebook/check-result.ts"
import { objectIn, tooLong } from "./body.ts"
import type { Answer, Connection, Connections, Request } from "./connection.ts"
import { ClusterError, notAnApi, notServed, refused, spoiled, wasCut } from "./errors.ts"
import type { KubeObject, Query, Ref } from "./types.ts"
import { type Kind, usualKind } from "./usual-kinds.ts"

export interface Page {
  readonly items: KubeObject[]
  readonly resourceVersion: string
}

interface RawList {
  metadata?: { resourceVersion?: string; continue?: string }
  items?: KubeObject[] | null
}

const PAGE = 500

/** Requests in Kubernetes' terms: kinds to paths, lists in pages, errors as `ClusterReader` documents them. */
export class Api {
  readonly #connections: Connections
  /** What the server has said that it serves. */
  readonly #groups = new Map<string, Promise<Map<string, Kind>>>()
  /** Pods (`namespace/name`) of which a port was forwarded. */
  readonly forwarded = new Set<string>()
  /** Kinds that it has answered for. */
  readonly #seen = new Set<string>()
  /** The server last talked to. */
  server: string | undefined
  /** Milliseconds that its clock is ahead of this machine's, once it has answered. */
  ahead: number | undefined

  constructor(connections: Connections) {
    this.#connections = connections
  }

  async connection(): Promise<Connection> {
    const connection = await this.#connections.current()
    this.server = connection.server
    return connection
  }

  /** One request; after a 401 to a plugin's old credentials it is sent again with fresh ones. */
  async ask(request: Request): Promise<{ answer: Answer; connection: Connection }> {
    let connection = await this.connection()
    let answer = await connection.ask(request)
    this.ahead = connection.ahead
    if (answer.status === 401 && connection.renewable) {
      await answer.body.dump()
      this.#connections.renew()
      connection = await this.connection()
      answer = await connection.ask(request)
    }
    return { answer, connection }
  }

  async text(request: Request): Promise<{ text: string; headers: Answer["headers"] }> {
    const { answer, connection } = await this.ask(request)
    const text = await connection.text(answer, request.signal)
    if (answer.status >= 300) throw refused(connection, answer.status, text)
    return { text, headers: answer.headers }
  }

  /**
   * One request and the object that it is answered with. A GET whose answer was cut off, or is something else, is sent once more.
   * @param fits whether an object is what was asked for
   */
  async json<T>(
    request: Request,
    { fits = () => true, size }: { fits?: (object: T) => boolean; size?: (bytes: number) => void } = {},
  ): Promise<T> {
    const isRead = request.method === undefined || request.method === "GET"
    for (let again = 0; ; again++) {
      const isLast = !isRead || again === RETRIES_AFTER_CUT
      const { answer, connection } = await this.ask(request)
      let text: string
      try {
        text = await connection.text(answer, request.signal)
      } catch (error) {
        if (isLast || !wasCut(error)) throw error
        continue
      }
      if (answer.status >= 300) throw refused(connection, answer.status, text)
      const found = objectIn(text)
      const instead =
        "instead" in found ? found.instead : fits(found.object as T) ? undefined : "another object"
      if (instead === undefined) {
        connection.isApi = true
        size?.(text.length)
        return (found as { object: object }).object as T
      }
      // Nothing has shown yet that this is an API server: what it serves does.
      if (!connection.isApi && instead !== "a web page" && request.path !== root("v1"))
        await this.#discover("v1", request.signal)
      // A web page is no answer that was spoiled on its way: a proxy or a console answers.
      if (!connection.isApi || instead === "a web page") throw notAnApi(connection.server, instead)
      if (isLast) throw spoiled(connection, answer.about, instead)
    }
  }

  /**
   * @returns what the server says of a kind; before it was asked, what is usual: then it may not serve it
   * @throws CheckError unknown (missing): the server does not serve it now
   */
  async kind(apiVersion: string, kind: string, signal?: AbortSignal): Promise<Kind> {
    const usual = this.#groups.has(apiVersion) ? undefined : usualKind(apiVersion, kind)
    if (usual !== undefined) return usual
    const known = await this.#group(apiVersion, signal)
    const found = known.get(kind) ?? (await this.#group(apiVersion, signal, true)).get(kind)
    if (found === undefined) throw notServed(this.server ?? "", apiVersion, kind)
    return found
  }

  /** Asks the server until it serves it. */
  async serves(apiVersion: string, kind: string, signal?: AbortSignal): Promise<boolean> {
    if (this.#seen.has(`${apiVersion} ${kind}`)) return true
    const known = await this.#groups.get(apiVersion)?.catch(() => undefined)
    return known?.has(kind) === true || this.#servesNow(apiVersion, kind, signal)
  }

  async #servesNow(apiVersion: string, kind: string, signal?: AbortSignal): Promise<boolean> {
    return (await this.#group(apiVersion, signal, true)).has(kind)
  }

  /** The path of a collection, or of an object in it. */
  async path(
    query: { apiVersion: string; kind: string; namespace?: string; name?: string },
    signal?: AbortSignal,
  ): Promise<string> {
    const { apiVersion, kind, namespace, name } = query
    const { plural, namespaced } = await this.kind(apiVersion, kind, signal)
    if (namespaced && name !== undefined && namespace === undefined) {
      throw new Error(`${kind} ${name}: its namespace is missing`)
    }
    const parts = [root(apiVersion)]
    if (namespaced && namespace !== undefined) parts.push("namespaces", encodeURIComponent(namespace))
    parts.push(plural)
    if (name !== undefined) parts.push(encodeURIComponent(name))
    return parts.join("/")
  }

  async get(ref: Ref, signal?: AbortSignal): Promise<KubeObject | undefined> {
    try {
      const path = await this.path(ref, signal)
      const found = await this.json<KubeObject>({ path, signal }, { fits: isObject })
      this.#seen.add(`${ref.apiVersion} ${ref.kind}`)
      return found
    } catch (error) {
      await this.assertServed(ref, error, signal)
      if (!isNotFound(error)) throw error
      return undefined
    }
  }

  /** Everything a query finds, page by page. */
  async list(query: Query, signal?: AbortSignal): Promise<Page> {
    const path = await this.path({ ...query, name: undefined }, signal)
    const items: KubeObject[] = []
    let length = 0
    let next: string | undefined
    for (let limit: number | undefined = PAGE; ; ) {
      let page: RawList
      try {
        const request = { path, query: { ...selectors(query), limit, continue: next }, signal }
        page = await this.json<RawList>(request, {
          fits: isList,
          size(read) {
            length += read
          },
        })
      } catch (error) {
        // The snapshot of a long list expired while it was read in pages: read it whole.
        if (next !== undefined && error instanceof ClusterError && error.code === 410) {
          items.length = 0
          next = limit = undefined
          continue
        }
        await this.assertServed(query, error, signal)
        throw error
      }
      this.#seen.add(`${query.apiVersion} ${query.kind}`)
      // Items of built-in kinds come without their type.
      for (const item of page.items ?? []) {
        items.push(Object.assign(item, { apiVersion: query.apiVersion, kind: query.kind }))
      }
      if (length > LONGEST_LIST_BYTES)
        throw tooLong(this.server ?? "", `GET ${path}, page by page,`, LONGEST_LIST_BYTES)
      next = page.metadata?.continue || undefined
      if (next === undefined) return { items, resourceVersion: page.metadata?.resourceVersion ?? "" }
    }
  }

  /**
   * After an error that may mean that the kind itself does not exist, or no longer does (its CRD was deleted).
   * @throws CheckError unknown (missing): the server does not serve it
   */
  async assertServed(
    query: { apiVersion: string; kind: string },
    error: unknown,
    signal?: AbortSignal,
  ): Promise<void> {
    // A missing object comes with a Status; a missing kind with a router's plain "404 page not found".
    const mayBeMissing = isNotFound(error)
      ? error.reason !== "NotFound"
      : // Rights are checked first: who may not read a kind is refused also where nobody serves it.
        isForbiddenError(error) && !this.#groups.has(query.apiVersion)
    if (!mayBeMissing) {
      if (isNotFound(error)) this.#seen.add(`${query.apiVersion} ${query.kind}`)
      return
    }
    this.#seen.delete(`${query.apiVersion} ${query.kind}`)
    if (!(await this.#servesNow(query.apiVersion, query.kind, signal))) {
      throw notServed(this.server ?? "", query.apiVersion, query.kind)
    }
  }

  #group(apiVersion: string, signal?: AbortSignal, fresh = false): Promise<Map<string, Kind>> {
    const known = fresh ? undefined : this.#groups.get(apiVersion)
    if (known !== undefined) return known
    const asked = this.#discover(apiVersion, signal)
    this.#groups.set(apiVersion, asked)
    asked.catch(() => {
      if (this.#groups.get(apiVersion) === asked) this.#groups.delete(apiVersion)
    })
    return asked
  }

  async #discover(apiVersion: string, signal?: AbortSignal): Promise<Map<string, Kind>> {
    interface Resources {
      resources?: { name: string; kind: string; namespaced: boolean; verbs?: string[] }[]
    }
    try {
      const { resources = [] } = await this.json<Resources>({ path: root(apiVersion), signal })
      return new Map(
        resources
          .filter(({ name }) => !name.includes("/"))
          .map(({ name, kind, namespaced, verbs = [] }) => [
            kind,
            { plural: name, namespaced, watchable: verbs.includes("list") && verbs.includes("watch") },
          ]),
      )
    } catch (error) {
      if (isNotFound(error)) return new Map()
      throw error
    }
  }
}

const isObject = (found: Partial<KubeObject> | null): boolean =>
  typeof found?.metadata === "object" && found.metadata !== null

/** An empty list of Go is null. */
const isList = ({ items, metadata }: RawList): boolean =>
  (Array.isArray(items) && items.every(isObject)) ||
  ((items === null || items === undefined) && typeof metadata === "object" && metadata !== null)

/** The label and field selector of a query. */
export const selectors = (query: Query): { labelSelector?: string; fieldSelector?: string } => ({
  labelSelector: query.labels,
  fieldSelector: query.fields,
})

export const isNotFound = (error: unknown): error is ClusterError =>
  error instanceof ClusterError && error.code === 404

const root = (apiVersion: string): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`
