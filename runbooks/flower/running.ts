import type { Deployment } from "../openshift/workload.ts"

/** A running pod of SuperLink or SuperNode, with the log of its present container. */
export interface Running {
  readonly deployment: Deployment
  readonly pod: string
  readonly uid: string
  /** The node that it runs on. */
  readonly node: string
  readonly restarts: number
  readonly startedAt: number
  readonly log: string
}
