/** What every controller of a practice cluster is handed. */
import type { Cluster } from "../../cluster/types.ts"
import type { FaultTable } from "./faults.ts"
import type { PracticeImage } from "./images.ts"
import type { Network } from "./network.ts"
import type { Delays } from "./practice.ts"

/** A controller of the practice clusters: an ordinary client of an API server, ours or a real one. */
export interface Controller {
  readonly name: string
  stop(): Promise<void>
}

export interface ControllerContext {
  /** The cluster's (site's) name in the practice federation. */
  readonly name: string
  readonly cluster: Cluster
  readonly delays: Delays
  readonly faults: FaultTable
  /** The routers of all practice clusters: which link reaches which site. */
  readonly network: Network
  readonly images: readonly PracticeImage[]
  /** Where pods' files lie, under `pods/`, which is emptied at the start. Without it containers have no paths. */
  readonly folder?: string
}
