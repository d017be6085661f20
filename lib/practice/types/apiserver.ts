/** The API server of a practice cluster, as its controllers, files and tests see it. */
import type { Duplex } from "node:stream"
import type { KubeObject } from "../../cluster/types.ts"
import type { FaultTable } from "./faults.ts"

/** One user of a practice cluster. */
export interface PracticeUser {
  name: string
  token: string
  password?: string
  groups: string[]
  /** May do everything; others own the projects they create and nothing cluster-wide. */
  admin: boolean
}

/** One request as the API server saw it. */
export interface RequestEntry {
  at: number
  method: string
  /** With its query. */
  path: string
  user: string | undefined
  status: number
  agent: string | undefined
}

/** Everything that makes a cluster come back the same: ports, CA, tokens, objects. JSON. */
export interface Snapshot {
  version: 1
  name: string
  port: number
  ca: { certificate: string; key: string }
  users: PracticeUser[]
  resourceVersion: number
  objects: KubeObject[]
}

export interface ApiServerOptions {
  name: string
  /** 0: any free port. */
  port?: number
  users: PracticeUser[]
  ca: CertificateAuthority
  faults: FaultTable
  /** False: plain Kubernetes, no projects, routes, OAuth, OLM. Default true. */
  openshift?: boolean
  objects?: KubeObject[]
  resourceVersion?: number
  /**
   * Whether the server does the work of the garbage collector and the namespace controller, as nothing else of a
   * practice cluster does. Default true.
   */
  collect?: boolean
  /** A token dies after so many milliseconds (a fault may end it earlier). */
  onRequest?: (entry: RequestEntry) => void
}

/** A running API server. Speaks HTTPS on 127.0.0.1 only. */
export interface ApiServer {
  readonly name: string
  readonly url: string
  readonly port: number
  readonly ca: CertificateAuthority
  readonly users: readonly PracticeUser[]
  readonly requests: readonly RequestEntry[]
  /** A connection from within this process, which needs no descriptor. */
  dial(): Duplex
  snapshot(): Snapshot
  close(): Promise<void>
}

/** Own CA; EC keys. All PEM. Made by lib/practice/certificates.ts. */
export interface CertificateAuthority {
  readonly certificate: string
  readonly key: string
  issue(
    subject: string,
    options: { hosts?: string[]; client?: boolean; server?: boolean },
  ): Promise<{ certificate: string; key: string }>
}
