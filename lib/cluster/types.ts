/** A Kubernetes cluster, as steps and practice controllers see it. */
import type { Changes } from "./changes.ts"

export interface ObjectMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: {
    apiVersion: string
    kind: string
    name: string
    uid: string
    controller?: boolean
    blockOwnerDeletion?: boolean
  }[]
  finalizers?: string[]
  generateName?: string
  managedFields?: { manager?: string; operation?: string; time?: string }[]
}

/** Any Kubernetes object; callers narrow it. Times are strings, as on the wire. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  // biome-ignore lint/suspicious/noExplicitAny: Kubernetes objects are open; each reader names the fields it uses.
  [field: string]: any
}

export interface Ref {
  apiVersion: string
  kind: string
  name: string
  /** Not set for cluster-scoped kinds. */
  namespace?: string
}

export interface Query {
  apiVersion: string
  kind: string
  /** Not set: all namespaces, or a cluster-scoped kind. */
  namespace?: string
  labels?: string
  fields?: string
}

export interface LogOptions {
  namespace: string
  pod: string
  container?: string
  previous?: boolean
  /** Only the last lines. */
  tail?: number
  /** Each line begins with the time at which it was written (RFC 3339, by the node's clock) and a blank. */
  timestamps?: boolean
}

/** What a SelfSubjectAccessReview is asked. */
export interface Right {
  verb: string
  group?: string
  resource: string
  subresource?: string
  namespace?: string
  name?: string
}

export interface WatchEvent<T extends KubeObject = KubeObject> {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK"
  object: T
}

/**
 * A cluster with one identity. Reads throw `CheckError` when the result of a check is already known: 401 → unknown (login),
 * network, 5xx and 429 → unknown (unreachable), kind not served → unknown (missing), 403 → blocked, with who may not do
 * what. Other API errors are `ClusterError`.
 */
export interface ClusterReader {
  /** The API server's URL. */
  readonly server: string
  /** The object, or nothing where it does not exist. */
  get<T extends KubeObject = KubeObject>(ref: Ref): Promise<T | undefined>
  list<T extends KubeObject = KubeObject>(query: Query): Promise<T[]>
  /**
   * What the server would store if the object were applied now (server-side apply, forced, `dryRun=All`): with its defaults,
   * and with what admission makes of it. Nothing is stored, but it needs the right to patch.
   */
  dryRun<T extends KubeObject = KubeObject>(object: T): Promise<T>
  /** Whether the server serves a kind now. */
  serves(apiVersion: string, kind: string): Promise<boolean>
  log(options: LogOptions): Promise<string>
  allowed(right: Right): Promise<boolean>
  /** User name by SelfSubjectReview, by `users/~` where that is not served. */
  whoami(): Promise<string>
  /** The server's clock (the Date header of a fresh answer), in milliseconds since the epoch. */
  now(): Promise<number>
  /** gitVersion of `/version`. */
  version(): Promise<string>
}

export interface ApplyOptions {
  readonly manager?: string
  readonly force?: boolean
}

export interface ClusterWriter {
  create<T extends KubeObject = KubeObject>(object: KubeObject): Promise<T>
  /**
   * Server-side apply, under the notebook's name as field manager unless another is given. Fields that others own become its own;
   * with `force: false`, a ClusterError (409) says whose they are.
   */
  apply<T extends KubeObject = KubeObject>(object: KubeObject, options?: ApplyOptions): Promise<T>
  /** JSON merge patch. */
  merge<T extends KubeObject = KubeObject>(
    ref: Ref,
    patch: object,
    options?: { subresource?: string },
  ): Promise<T>
  /** Full update with the object's resourceVersion. */
  replace<T extends KubeObject = KubeObject>(
    object: KubeObject,
    options?: { subresource?: string },
  ): Promise<T>
  /** False where it did not exist. */
  remove(
    ref: Ref,
    /** `grace`: gracePeriodSeconds; 0 removes a pod at once, as its kubelet does at its end. */
    options?: { propagation?: "Background" | "Foreground" | "Orphan"; grace?: number },
  ): Promise<boolean>
  /** Raw POST, for example `pods/NAME/binding`. */
  post(path: string, body: object): Promise<unknown>
}

/** See `Cluster.observe`. */
export interface Observed {
  readonly reader: ClusterReader
  /**
   * Resolves as soon as anything read since the last call may have changed: at a watch event or a log line; where
   * something cannot be watched, after a pause that grows from 0.2 to 2 s. At once when the signal aborts.
   */
  changed(signal: AbortSignal): Promise<void>
  /** Ends its streams. */
  close(): void
}

/** A port of a pod. */
export interface ForwardOptions {
  namespace: string
  pod: string
  port: number
}

/** A port on 127.0.0.1 behind which a port of a pod lies. */
export interface Forward {
  readonly port: number
  /**
   * Why the last connection could not be opened or was cut by the cluster's side, in the API's or the kubelet's words: the
   * client saw only a connection that ended. Empty as soon as a connection brings bytes.
   */
  readonly trouble: string | undefined
  /** Cuts its connections and closes the port. */
  close(): Promise<void>
}

export interface Cluster extends ClusterReader, ClusterWriter {
  /** LIST, then WATCH for ever (reconnecting, re-listing on 410) until the signal aborts. */
  watch(
    query: Query,
    handlers: { list(items: KubeObject[]): void; event(event: WatchEvent): void },
    signal: AbortSignal,
  ): Promise<void>
  /**
   * A reader whose reads are served from watches and remembered, so that their change can be awaited. Several
   * clusters may share one `changes`: then the `changed` of any of them covers all.
   */
  observe(changes?: Changes): Observed
  /**
   * Forwards a port of a pod to a free port on 127.0.0.1, until it is closed or the cluster is.
   * @throws RunbookError when it may not be forwarded (403: who may not do what) or the pod does not exist; CheckError
   *   when the server cannot be reached or the login has expired
   */
  forward(options: ForwardOptions): Promise<Forward>
  close(): Promise<void>
}
