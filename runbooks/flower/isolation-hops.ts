/** Whether a SuperNode is alone with its SuperLink in its application network. */
import { blocked, type CheckResult, missing } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { hubOf, isPerParty } from "../interconnect/hub.ts"
import { lastTrial } from "../interconnect/isolation-trial.ts"
import { type Members, membersOf } from "../interconnect/members.ts"
import { namedSite } from "../interconnect/network-record.ts"
import type { SkupperLink } from "../interconnect/skupper.ts"
import { atSite } from "../shared/at-site.ts"
import { condition, counted, some } from "../shared/reading.ts"
import { type Hop, holds, pendingHop } from "./hop.ts"

/** How long a network that the site has left is still in its router's record, in milliseconds: 30 s, and what a new pod takes. */
const FORGOTTEN = 60_000

/** In a party's network, nobody else is; otherwise the result that names the other site. */
export async function membersHop(context: Context, link: SkupperLink): Promise<CheckResult | undefined> {
  if (!isPerParty(context)) return undefined
  const { strangers, own } = await membersOf(context)
  const [stranger] = strangers
  if (stranger === undefined) return undefined
  const { site, cluster } = context
  const command = `oc get sites.skupper.io ${own?.metadata.name} -n ${site.project} -o jsonpath='{.status.network}'`
  const what = `${namedSite(stranger)} is in the network of ${site.name} as well`
  const up = Date.parse(condition(link, "Operational")?.lastTransitionTime ?? "")
  if ((await cluster.now()) - up < FORGOTTEN)
    return pendingHop("network", `${what}; a network that was left is forgotten within a minute`, command)
  return blocked(`network: ${what}, so each of the two administers the router of the other`, {
    code: "joined",
    fix: "delete the Link that joins both networks: a site in each of them has one, or accepts one",
    next: command,
  })
}

/** `--proof isolated`: nobody but the SuperLink hears of this SuperNode's site. */
export async function isolationHop(context: Context): Promise<Hop> {
  const members = await membersOf(context)
  if (members.strangers.length > 0) return sharedNetwork(context, members)
  const tried = await lastTrial(context, [members.own, members.hub])
  if (tried === undefined) return missing(TRIED)
  const others = tried.networks === 1 ? "1 other network hears" : `${tried.networks} other networks hear`
  return holds(
    tried.networks === 0 ? "isolated: no other site in its network" : `isolated: none of ${others} of it`,
  )
}

/** The reason for which `verify` creates its Connector. */
export const TRIED = "isolation: a Connector that lives some seconds tries who hears of it"

function sharedNetwork(context: Context, { strangers }: Members): CheckResult {
  const { site, at } = context
  const hub = hubOf(context, site)
  const names = some(
    strangers.map(({ name, id }) => name ?? id),
    3,
  )
  const others = counted(strangers.length, "other site")
  return blocked(
    `isolation: none: ${site.name} shares one application network with ${others} (${names}): whoever administers one of them administers the router of ${site.name}, reaches what that router reaches, and can serve its routing key`,
    {
      code: "not isolated",
      fix: "give each institution a network of its own; only Flower's own TLS protects the traffic in a shared one",
      next: isPerParty(context)
        ? atSite({ at }, hub, `oc get sites.skupper.io -n ${hub.project} -o yaml`)
        : "flower-runbook plan --network per-party",
    },
  )
}
