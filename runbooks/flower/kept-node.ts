/**
 * A SuperLink with a `--database` was restarted: it knows its nodes, and accepts their next calls without logging an activation. From 1.40
 * on it logs no calls either, so what proves the connection then is the SuperNode's own log.
 */
import type { Context } from "../context.ts"
import { readSuperlinkLog, readSupernodeLog } from "./flower-logs.ts"
import { RECONNECTS } from "./fresh-proof.ts"
import { type Hop, holds, pendingHop, unprovenHop } from "./hop.ts"
import type { Running } from "./running.ts"
import { keepsNodes } from "./superlink.ts"

/** Whether the node has connected since its SuperLink was started; undefined where the SuperLink's own log decides. */
export async function keptHop(
  { cluster, site, at, the }: Context,
  id: string,
  superlink: Running,
  supernode: Running,
): Promise<Hop | undefined> {
  if (!keepsNodes(superlink.deployment) || superlink.startedAt === 0) return undefined
  if (readSuperlinkLog(superlink.log, id).is !== "unknown") return undefined
  const registration = readSupernodeLog(supernode.log)
  if (registration.is !== "registered" || registration.at === undefined) return undefined
  // The clocks of two clusters are compared by ages.
  const runs = (await at(the("superlink")).cluster.now()) - superlink.startedAt
  const connected = (await cluster.now()) - registration.at
  if (connected <= runs) return holds(`node ${id} active, as before the restart of the SuperLink`)
  const what = `the SuperLink was restarted ${Math.round(runs / 1000)} s ago with its --database, and node ${id} has not said since that it is connected`
  const logs = `oc logs pod/${supernode.pod} -n ${site.project}`
  if (runs < RECONNECTS) return pendingHop("activation", `${what}; Flower reconnects within 20 to 60 s`, logs)
  return unprovenHop("activation", what, `flower-runbook step deploy-supernode --site ${site.name} --rerun`)
}
