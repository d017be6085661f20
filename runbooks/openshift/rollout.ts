/** Whether a Deployment has been carried out: every replica new and available, none old, and if not, why. */
import {
  blocked,
  type CheckResult,
  type ClusterReader,
  type Difference,
  drifted,
  progressing,
  ready,
} from "../../lib/index.ts"
import { objectRef } from "../shared/reading.ts"
import { troubleOf } from "./trouble.ts"
import type { Deployment } from "./workload.ts"

/**
 * A failure that was seen last so long ago (milliseconds) may have been cured: retries of a cluster come up to 16
 * minutes apart, a new pod is tried at once.
 */
export const STALE = 30_000

/** The field of a *different* whose cure is new pods. */
export const PODS = "pods"

/**
 * Done when the rollout is complete. A terminal reason blocks; one of old is *different* for what is ours, so that new
 * pods are tried; everything else is waited for.
 */
export async function checkRollout(
  cluster: ClusterReader,
  deployment: Deployment,
  isOurs: boolean,
): Promise<CheckResult> {
  const missing = incomplete(deployment)
  if (missing === undefined) return ready(`${replicas(deployment)} ready`, { object: objectRef(deployment) })
  const trouble = await troubleOf(cluster, deployment)
  if (trouble === undefined) return progressing(missing, objectRef(deployment))
  if (!trouble.terminal) return progressing(trouble.reason, objectRef(deployment))
  const { reason, fix, next, code } = trouble
  if (isOurs && trouble.at !== undefined && (await cluster.now()) - trouble.at > STALE) {
    const field: Difference = { field: PODS, found: `failed some time ago (${reason})`, wanted: "tried anew" }
    return drifted([field], { object: objectRef(deployment) })
  }
  return blocked(reason, { fix, next, code, object: objectRef(deployment) })
}

/** What is still missing of a rollout; nothing when it is complete. */
export function incomplete({ metadata, spec, status = {} }: Deployment): string | undefined {
  const wanted = spec.replicas ?? 1
  const { updatedReplicas = 0, availableReplicas = 0, replicas: all = 0 } = status
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0))
    return "the cluster has not taken up the change yet"
  if (updatedReplicas < wanted) return `${updatedReplicas} of ${wanted} new pods made`
  if (all > updatedReplicas) return `${all - updatedReplicas} old pods still to go`
  if (availableReplicas < wanted) return `${availableReplicas} of ${wanted} pods ready`
  return undefined
}

const replicas = ({ spec, status }: Deployment): string =>
  `${status?.availableReplicas ?? 0} of ${spec.replicas ?? 1}`
