import type { Deployment } from "../openshift/workload.ts"

/** A running pod of a SuperLink or SuperNode, with the log of its current container. */
export interface Running {
  readonly deployment: Deployment
  readonly pod: string
  readonly uid: string
  /** The cluster node that it runs on. */
  readonly node: string
  readonly restarts: number
  readonly startedAt: number
  readonly log: string
}
