/** Whether a Deployment is rolled out: all replicas are new and available, and no old ones remain. If not, why. */
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
 * In milliseconds. The cause of a failure that was last seen longer ago may have been fixed, also by whoever has just started this
 * program. A cluster retries up to 16 minutes later, but starts a new pod at once.
 */
const STALE = 30_000

/** @param at when a failure was last seen, by the cluster's clock */
export const isStale = async (cluster: ClusterReader, at: number | undefined): Promise<boolean> =>
  at !== undefined && (await cluster.now()) - at > Math.min(STALE, performance.now())

/** The field of a *drifted* result that new pods fix. */
export const PODS = "pods"

/**
 * Ready when the rollout is complete. A permanent problem blocks. An old one is *drifted* for a Deployment of this
 * federation, so that new pods are tried. Everything else is progressing.
 */
export async function checkRollout(
  cluster: ClusterReader,
  deployment: Deployment,
  isOwn: boolean,
): Promise<CheckResult> {
  const missing = incomplete(deployment)
  if (missing === undefined) return ready(`${replicas(deployment)} ready`, { object: objectRef(deployment) })
  const trouble = await troubleOf(cluster, deployment)
  if (trouble === undefined) return progressing(missing, objectRef(deployment))
  if (!trouble.terminal) return progressing(trouble.reason, objectRef(deployment))
  const { reason, fix, next, code } = trouble
  if (isOwn && (await isStale(cluster, trouble.at))) {
    const field: Difference = { field: PODS, found: `failed some time ago (${reason})`, wanted: "restarted" }
    return drifted([field], {
      reason: `pods failed some time ago (${reason}); they are created again`,
      object: objectRef(deployment),
    })
  }
  return blocked(reason, { ...(fix !== undefined && { fix }), next, code, object: objectRef(deployment) })
}

/** What is missing in a rollout; undefined when it is complete. */
export function incomplete({ metadata, spec, status = {} }: Deployment): string | undefined {
  const wanted = spec.replicas ?? 1
  const { updatedReplicas = 0, availableReplicas = 0, replicas: all = 0 } = status
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0))
    return "the cluster has not processed the change yet"
  if (updatedReplicas < wanted) return `${updatedReplicas} of ${wanted} new pods created`
  if (all > updatedReplicas) return `${all - updatedReplicas} old pods still running`
  if (availableReplicas < wanted) return `${availableReplicas} of ${wanted} pods ready`
  return undefined
}

const replicas = ({ spec, status }: Deployment): string =>
  `${status?.availableReplicas ?? 0} of ${spec.replicas ?? 1}`
