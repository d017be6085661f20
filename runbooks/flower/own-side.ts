/**
 * The hops that the owner of a SuperNode sees where the SuperLink belongs to another party: its own cluster alone. That the SuperLink has
 * accepted the SuperNode, its log shows by the id; that it is still active, only the coordinator sees (`confirm`).
 */
import type { CheckResult } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { type Exposure, FLEET_API } from "../interconnect/exposure.ts"
import { hasEnd, recordOf } from "../interconnect/network-record.ts"
import { hubSite } from "../interconnect/other-side.ts"
import { activeSite, type SkupperLink } from "../interconnect/skupper.ts"
import { isTrue } from "../shared/reading.ts"
import { type Hop, holds, isBroken, pendingHop } from "./hop.ts"
import { membersHop } from "./isolation-hops.ts"
import { exposureHop, linkHop, portHop, routerHop, settledHop, takeoverHop } from "./network-hops.ts"
import type { Running } from "./running.ts"
import { registrationHop, runningHop } from "./verify-hops.ts"

export interface OwnSide {
  readonly link: SkupperLink
  readonly supernode: Running
  readonly id: string
  readonly held: readonly string[]
}

export async function followOwnSide(context: Context, supernodeName: string): Promise<OwnSide | CheckResult> {
  const before = (await takeoverHop(context)) ?? (await routerHop(context))
  if (before !== undefined) return before
  const link = await linkHop(context)
  if ("state" in link) return link
  const joined = await membersHop(context, link.link)
  if (joined !== undefined) return joined
  const listener = await exposureHop(context, "Listener")
  if ("state" in listener) return listener
  const matched = await matchedHere(context, listener.found)
  if (isBroken(matched)) return matched
  const settling = await settledHop(context, link.link, listener.found)
  if (settling !== undefined) return settling
  const supernode = await runningHop(context, "supernode", supernodeName)
  if ("state" in supernode) return supernode
  const registered = registrationHop(context, undefined, supernode)
  if ("state" in registered && registered.state !== "progressing") return registered
  const port = await portHop(context, listener.found)
  if (isBroken(port)) return port
  if ("state" in registered) return registered
  const held = [link, matched, port].map(({ holds }) => holds)
  return { link: link.link, supernode, id: registered.id, held }
}

/** The Listener is matched, by its own status or by what its router knows of the hub. */
async function matchedHere(context: Context, listener: Exposure): Promise<Hop> {
  const { cluster, site } = context
  if (isTrue(listener, "Matched")) return holds("listener matched")
  const hub = await hubSite(context)
  const own = await activeSite(cluster, site.project)
  if (hasEnd(recordOf(own, hub?.metadata.uid), FLEET_API, "connectors")) return holds("listener matched")
  const what = `${listener.metadata.name}: the hub does not serve the routing key ${FLEET_API}`
  return pendingHop("listener", what, `skupper listener status -n ${site.project}`)
}
