import { hostPort } from "../notebook/server-url.ts"
import { Api, isNotFound } from "./api.ts"
import { Connections, type Identity } from "./connection.ts"
import { notLoggedIn } from "./errors.ts"
import { readLog } from "./followed-log.ts"
import { observe } from "./observe.ts"
import { SharedWatches } from "./shared-watches.ts"
import type { Cluster, ClusterReader, KubeObject, Query, Ref, Right } from "./types.ts"
import { watchQuery } from "./watch.ts"

export { Changes } from "./changes.ts"
export { ClusterError } from "./errors.ts"

/** Which cluster and as whom (a kubeconfig's current context, or an address with a token), and under which name. */
export type OpenOptions = Identity & {
  /** Owns what is applied, created and changed; also the User-Agent. Two programs with one name delete each other's fields. */
  readonly fieldManager: string
  /** The command that logs in, for error messages. */
  readonly login?: string
  /** Called with every secret that is sent, so that outputs can redact it. */
  readonly secret?: (value: string) => void
  /** Its proxy variables apply where a kubeconfig names no proxy; a login plugin gets it. Default: the process's. */
  readonly env?: Readonly<NodeJS.ProcessEnv>
}

/** A cluster whose requests end with a signal. */
export interface OpenCluster extends Cluster {
  /** The same cluster and connections; requests made through it end when the signal aborts. */
  bound(signal: AbortSignal): Cluster
  /** A command has changed something there, or may have: what waits there reads it again. */
  stale(): void
  /** Milliseconds that the server's clock is ahead of this machine's, by its last answer; nothing before the first. */
  readonly ahead: number | undefined
}

/**
 * Opens a cluster. Nothing is read or requested before the first request. A kubeconfig is read again whenever the file
 * has changed; without the file a request throws a CheckError (unknown: login).
 */
export function openCluster(options: OpenOptions): OpenCluster {
  const manager = options.fieldManager
  const connections = new Connections(options, {
    agent: manager,
    login: options.login,
    secret: options.secret,
    env: options.env,
  })
  const ended = new AbortController()
  const api = new Api(connections)
  const watches = new SharedWatches(ended.signal)
  const server = "server" in options ? options.server : ""
  const close = async (): Promise<void> => {
    ended.abort()
    await connections.destroy()
  }
  return {
    ...cluster(api, watches, server, manager, ended.signal, close),
    // Spreading would read it once and for all.
    get server() {
      return api.server ?? server
    },
    get ahead() {
      return api.ahead
    },
    stale: () => watches.wrote(),
    bound: (signal) => cluster(api, watches, server, manager, AbortSignal.any([ended.signal, signal]), close),
  }
}

function cluster(
  api: Api,
  watches: SharedWatches,
  server: string,
  manager: string,
  signal: AbortSignal,
  close: () => Promise<void>,
): Cluster {
  const send = <T>(
    method: "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body: object,
    more: { type?: string; query?: Record<string, string | boolean | undefined> } = {},
  ): Promise<T> => api.json<T>({ method, path, body, type: more.type, query: more.query, signal })

  /** A review is a query that is sent as a POST. */
  const review = <T>(apiVersion: string, kind: string, spec?: object): Promise<T> =>
    send("POST", `/apis/${apiVersion}/${kind.toLowerCase()}s`, { apiVersion, kind, ...(spec && { spec }) })

  // JSON is YAML.
  const applied = async <T>(
    object: KubeObject,
    query: { fieldManager: string; force: boolean; dryRun?: "All" },
  ): Promise<T> =>
    send("PATCH", await api.path(refOf(object), signal), object, {
      type: "application/apply-patch+yaml",
      query,
    })

  /** A write to a kind that the server may not serve. */
  const toServed = async <T>(
    kind: { apiVersion: string; kind: string },
    write: () => Promise<T>,
  ): Promise<T> => {
    try {
      return await write()
    } catch (error) {
      await api.assertServed(kind, error, signal)
      throw error
    }
  }

  /** A write, of whose kind every watch is renewed that was opened before its answer. */
  const writing = async <T>(
    kind: { apiVersion: string; kind: string } | undefined,
    write: () => Promise<T>,
  ): Promise<T> => {
    watches.wrote(kind?.kind)
    try {
      return await (kind === undefined ? write() : toServed(kind, write))
    } finally {
      watches.wrote(kind?.kind)
    }
  }

  const under = (path: string, subresource?: string): string =>
    subresource === undefined ? path : `${path}/${subresource}`

  const reader: ClusterReader = {
    get server() {
      return api.server ?? server
    },
    get: <T extends KubeObject>(ref: Ref) => api.get(ref, signal) as Promise<T | undefined>,
    list: async <T extends KubeObject>(query: Query) => (await api.list(query, signal)).items as T[],
    dryRun: (object) =>
      toServed(object, () => applied(object, { fieldManager: manager, force: true, dryRun: "All" })),
    serves: (apiVersion, kind) => api.serves(apiVersion, kind, signal),
    log: (options) => readLog(api, options, signal),
    allowed: async (right) => {
      const answer = await review<{ status?: { allowed?: boolean } }>(
        "authorization.k8s.io/v1",
        "SelfSubjectAccessReview",
        { resourceAttributes: attributes(right) },
      )
      return answer.status?.allowed === true
    },
    whoami: async () => {
      try {
        const answer = await review<{ status?: { userInfo?: { username?: string } } }>(
          "authentication.k8s.io/v1",
          "SelfSubjectReview",
        )
        const user = answer.status?.userInfo?.username ?? ""
        // A server may let anybody ask who they are.
        if (user !== "system:anonymous") return user
        const door = await api.connection()
        throw notLoggedIn(
          door,
          `not logged in to ${hostPort(door.server)}: without credentials you are ${user}`,
        )
      } catch (error) {
        if (!isNotFound(error)) throw error
        // OpenShift before 4.15.
        const user = await api.json<KubeObject>({ path: "/apis/user.openshift.io/v1/users/~", signal })
        return user.metadata.name
      }
    },
    now: async () => Date.parse(String((await api.text({ path: "/version", signal })).headers.date)),
    version: async () => (await api.json<{ gitVersion: string }>({ path: "/version", signal })).gitVersion,
  }

  return {
    ...reader,
    get server() {
      return reader.server
    },
    create: <T extends KubeObject>(object: KubeObject) =>
      writing(object, async () =>
        send<T>("POST", await api.path(collectionOf(object), signal), object, {
          query: { fieldManager: manager },
        }),
      ),
    apply: (object, { manager: fieldManager = manager, force = true } = {}) =>
      writing(object, () => applied(object, { fieldManager, force })),
    merge: <T extends KubeObject>(ref: Ref, patch: object, more?: { subresource?: string }) =>
      writing(ref, async () =>
        send<T>("PATCH", under(await api.path(ref, signal), more?.subresource), patch, {
          type: "application/merge-patch+json",
          query: { fieldManager: manager },
        }),
      ),
    replace: <T extends KubeObject>(object: KubeObject, more?: { subresource?: string }) =>
      writing(object, async () =>
        send<T>("PUT", under(await api.path(refOf(object), signal), more?.subresource), object, {
          query: { fieldManager: manager },
        }),
      ),
    remove: (ref, more) =>
      writing(ref, async () => {
        try {
          await send("DELETE", await api.path(ref, signal), {
            apiVersion: "v1",
            kind: "DeleteOptions",
            ...(more?.propagation && { propagationPolicy: more.propagation }),
            ...(more?.grace !== undefined && { gracePeriodSeconds: more.grace }),
          })
          return true
        } catch (error) {
          if (!isNotFound(error)) throw error
          await api.assertServed(ref, error, signal)
          return false
        }
      }),
    post: (path, body) =>
      writing(undefined, () => send("POST", path.startsWith("/") ? path : `/${path}`, body)),
    watch: (query, handlers, until) => watchQuery(api, query, handlers, AbortSignal.any([signal, until])),
    observe: (changes) => observe(api, reader, signal, watches, changes),
    forward: async (to) => {
      // Loads node:net, which most runs do without.
      const { forwardPort } = await import("./port-forward.ts")
      return forwardPort(api, to, signal)
    },
    close,
  }
}

const refOf = ({ apiVersion, kind, metadata }: KubeObject): Ref => ({
  apiVersion,
  kind,
  name: metadata.name,
  namespace: metadata.namespace,
})

/** Where an object is created. A namespaced one without a namespace is refused by the server, in its words. */
const collectionOf = ({ apiVersion, kind, metadata }: KubeObject) => ({
  apiVersion,
  kind,
  namespace: metadata?.namespace,
})

const attributes = ({ verb, group = "", resource, subresource, namespace, name }: Right) => ({
  verb,
  group,
  resource,
  subresource,
  namespace,
  name,
})
