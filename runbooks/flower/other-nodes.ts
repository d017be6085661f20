/** SuperNodes that are connected to the SuperLink and not in the federation file: they left it, or somebody else runs them. */
import { CheckError } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { isTheirs } from "../interconnect/other-side.ts"
import { some } from "../shared/reading.ts"
import { activeNodes } from "./flower-logs.ts"
import { logsCalls } from "./flower-versions.ts"
import { findFlwr, versionBeside } from "./flwr.ts"
import { hasFallenSilent } from "./fresh-proof.ts"
import { listNodes } from "./node-list.ts"
import { sitesById } from "./registered-hop.ts"
import type { Running } from "./running.ts"
import { runningHop } from "./verify-hops.ts"

/**
 * The ids of nodes that the SuperLink has and this federation does not: by its list with `--proof list`, else by its log.
 * A SuperNode that was killed does not sign off, so the log may count it for longer.
 * @param own the ids of this federation's SuperNodes
 * @returns their ids, with the names of sites under which they are registered; nothing where the SuperLink cannot be read: that is not what this step is about
 */
export async function otherNodes(context: Context, own: readonly string[]): Promise<readonly string[]> {
  if (isTheirs(context.the("superlink"))) return []
  try {
    const superlink = await runningHop(context, "superlink", context.the("superlink").superlinkWorkload)
    if ("state" in superlink) return []
    const sites = await sitesById(context)
    const others = (await connected(context, superlink)).filter((id) => !own.includes(id))
    return others.map((id) => (sites.has(id) ? `${id} (registered as ${sites.get(id)})` : id))
  } catch (error) {
    if (error instanceof CheckError) return []
    throw error
  }
}

async function connected(context: Context, superlink: Running): Promise<readonly string[]> {
  // `run` has its own calls to make, and the log is at hand.
  const flwr = context.inputs.proof === "list" ? await findFlwr(context, superlink) : undefined
  if (flwr !== undefined && !("state" in flwr)) {
    const nodes = await listNodes(context, superlink, flwr.flwr, false)
    return nodes.filter(({ status }) => status === "online").map(({ id }) => id)
  }
  const ids = activeNodes(superlink.log)
  if (ids.length === 0) return ids
  const now = await context.at(context.the("superlink")).cluster.now()
  const each = logsCalls(versionBeside(context, superlink))
  return ids.filter((id) => !hasFallenSilent(superlink.log, id, now, each))
}

/** The end of a sentence; empty where there are none. */
export function othersText(others: readonly string[]): string {
  if (others.length === 0) return ""
  const [nodes, are] = others.length === 1 ? ["1 more node", "is"] : [`${others.length} more nodes`, "are"]
  return `the SuperLink has ${nodes} that ${are} not in the federation file: ${some(others, 5)}`
}
