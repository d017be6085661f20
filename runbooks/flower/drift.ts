/** How a Deployment differs from what an apply would make of it, by asking the server. */
import { ClusterError, type Difference } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { type Deployment, deploymentDifferences } from "../openshift/workload.ts"
import { gateDifferences } from "../security/gate.ts"
import { ifAllowed } from "../shared/reading.ts"

/**
 * How a Deployment differs from what an apply would make of it. Admission may rewrite what is sent (the registry of an image,
 * arguments, limits), so the server is asked what it would store. Only fields that also differ from what is sent count: what admission
 * adds may be another each time.
 */
export async function drift(context: Context, found: Deployment, sent: Deployment): Promise<Difference[]> {
  const fields = unlike(found, sent)
  if (fields.length === 0) return fields
  const stored = await wouldBe(context, sent, found)
  if (stored === undefined) return fields
  const names = new Set(fields.map(({ field }) => field))
  return unlike(found, stored).filter(({ field }) => names.has(field))
}

const unlike = (found: Deployment, wanted: Deployment): Difference[] =>
  gateDifferences(deploymentDifferences(found, wanted), found, wanted)

/** The checks and the update of a drifted Deployment ask the same; later the answer may be another one. In milliseconds. */
const SAME_ANSWER = 60_000
/** The last answer about each Deployment, by its UID. */
const answers = new Map<string | undefined, { asked: string; at: number; stored: Deployment | undefined }>()

/** undefined where the server does not say: without the right to patch, or with a webhook that takes no dry runs. */
export async function wouldBe(
  { cluster }: Context,
  sent: Deployment,
  found: Deployment | undefined,
): Promise<Deployment | undefined> {
  const { uid, generation } = found?.metadata ?? {}
  const asked = JSON.stringify([generation, sent])
  const before = answers.get(uid)
  if (uid !== undefined && before?.asked === asked && Date.now() - before.at < SAME_ANSWER)
    return before.stored
  const stored = await ifAllowed(cluster.dryRun(sent)).catch((error: unknown) => {
    if (error instanceof ClusterError) return undefined
    throw error
  })
  if (uid !== undefined) answers.set(uid, { asked, at: Date.now(), stored })
  return stored
}
