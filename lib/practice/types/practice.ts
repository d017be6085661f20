/** A set of practice clusters. */
import type { ApiServer, PracticeUser } from "./apiserver.ts"
import type { Fault, FaultTable } from "./faults.ts"
import type { PracticeImage } from "./images.ts"

/** How long the simulated controllers take: `short` keeps the order with at most 1 s each, `none` is at once. */
export type Delays = "short" | "real" | "none"

/** A started set of practice clusters. */
export interface Practice {
  /** Its folder: kubeconfigs, token files, CA files, stand-in commands, federation.yaml. */
  readonly folder: string
  readonly federationFile: string
  /** The folder of the stand-in `oc` and `skupper`. */
  readonly commands: string
  readonly clusters: readonly PracticeCluster[]
  readonly faults: FaultTable
  /** Writes the state to the `keep` file where one was asked for, then stops everything. */
  close(): Promise<void>
}

export interface PracticeCluster {
  readonly name: string
  readonly role: string
  readonly server: ApiServer
  /** As cluster administrator. */
  readonly kubeconfig: string
  readonly admin: PracticeUser
  /** An ordinary user. */
  readonly developer: PracticeUser
}

export interface PracticeOptions {
  /** One cluster each; names and roles come from the notebook. */
  readonly sites: readonly { name: string; role: string }[]
  /** Keys of each site's entry in the federation.yaml that practice writes, beside server, tokens and CA. */
  readonly values: (site: { name: string; role: string }) => Record<string, unknown>
  readonly federation: string
  /** The folder for its files; made when missing, 0700. */
  readonly folder: string
  readonly delays?: Delays
  readonly faults?: readonly Fault[]
  /** Read again whenever it changes. */
  readonly faultsFile?: string
  /** Brings clusters back from this file, and saves them there. */
  readonly keep?: string
  readonly images: readonly PracticeImage[]
  /** A folder whose executables are found beside the stand-in commands. */
  readonly ownCommands?: string
  readonly openshift?: boolean
}
