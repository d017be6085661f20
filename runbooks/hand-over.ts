/** The steps that only exist where sites belong to several parties: what crosses, and what the coordinator sees of it. */
import { blocked, type CheckResult, main, missing, progressing, ready, unknown } from "../lib/index.ts"
import { guideStep } from "./context.ts"
import { readSuperlinkLog } from "./flower/flower-logs.ts"
import { runningHop } from "./flower/verify-hops.ts"
import { hubOf } from "./interconnect/hub.ts"
import { discardIssued, isLeft } from "./interconnect/issuing.ts"
import { joinedSite, noteJoined } from "./interconnect/joined.ts"
import { recordOf } from "./interconnect/network-record.ts"
import { detailsOf, hubValue, isTheirs, nodeValue, tokenValue } from "./interconnect/other-side.ts"
import { activeSite } from "./interconnect/skupper.ts"
import { TokenFile } from "./interconnect/token-file.ts"

/** A secret value has to be there; where both sites have one owner, nothing is handed over. */
const SAME_OWNER = "both sites have the same owner"

export const handOver = guideStep({
  id: "hand-over",
  title: "Hand the token over",
  on: "link",
  side: "superlink",
  when: { owners: "several" },
  needs: ["site-create", "network-site"],
  provides: [hubValue, tokenValue],
  inputs: ["link-with", "network", "network-project", "network-name"],
  prose: `
The SuperNode's site belongs to another party, and nobody logs in to the other's cluster. So the token, and the name, UID and addresses
of the hub that it leads to, go into the **approval**: the token sealed to the keys of that party, everything signed by yours.
`,
  readyWhen: "Ready when the token has been issued, or the party's site is linked.",
  manual: () =>
    "# Nothing to type here: the program seals the token to the other party and writes the approval.\ntrue",
  async check(context): Promise<CheckResult> {
    const { site, at, provide } = context
    const hub = hubOf(context, site)
    const found = await activeSite(at(hub).cluster, hub.project)
    if (found === undefined) return unknown("missing", `project ${hub.project} has no Skupper site yet`)
    provide(hubValue, detailsOf(found))
    if (!isTheirs(site)) {
      provide(tokenValue, SAME_OWNER)
      return ready(`nothing to hand over: ${SAME_OWNER}`)
    }
    const text = await new TokenFile(context).text()
    // Once it was used, it is deleted here; what was handed over is kept as it was.
    if (text !== undefined) provide(tokenValue, text)
    return ready(`the approval of ${site.party} has the token for ${hub.project}`)
  },
})

export const confirm = guideStep({
  id: "confirm",
  title: "Confirm the party's SuperNode",
  on: "link",
  side: "superlink",
  when: { owners: "several" },
  needs: ["verify"],
  reads: [nodeValue],
  inputs: ["network", "network-project", "network-name"],
  prose: `
The party's **receipt** says which SuperNode it has verified. This step holds it against what the coordinator sees: the hub's record of
the network lists the party's Skupper site, and the SuperLink's log has the SuperNode's id. That it has joined is noted at the hub, so that
nothing is issued to it again once it has left. What is left of the token is deleted.
`,
  readyWhen:
    "Ready when the hub's record of the network lists the site that the receipt names, and the SuperLink's log shows its SuperNode's id as active.",
  manual: () =>
    "# Nothing to type here: the program compares the receipt that was accepted with what the hub and the SuperLink show.\ntrue",
  async check(context): Promise<CheckResult> {
    const { site, at } = context
    if (!isTheirs(site)) return ready(`nothing to confirm: ${SAME_OWNER}`)
    const node = context.value(nodeValue)
    const hub = hubOf(context, site)
    const found = await activeSite(at(hub).cluster, hub.project)
    if (found?.metadata.uid !== node.remoteSite) {
      return blocked(
        `the receipt of ${site.party} names another hub than Site ${found?.metadata.name} of now`,
        {
          code: "receipt",
          fix: "the hub was created again since: issue another approval",
          next: `flower-runbook approve ${site.party} --again`,
        },
      )
    }
    if (recordOf(found, node.site) === undefined)
      return progressing(
        `the hub ${found.metadata.name} does not list the site of ${site.party} in its network`,
      )
    const superlink = await runningHop(context, "superlink", context.the("superlink").superlinkWorkload)
    if ("state" in superlink) return superlink
    const seen = readSuperlinkLog(superlink.log, node.id)
    if (seen.is === "deactivated")
      return progressing(`the SuperLink's log says of node ${node.id}: ${seen.line}`)
    if (seen.is === "unknown") return progressing(`the SuperLink's log does not show node ${node.id} yet`)
    if (joinedSite(found, site) !== node.site || (await isLeft(context)))
      return missing(
        `${site.party} is linked: this is noted at Site ${found.metadata.name}, and what is left of its token is deleted`,
      )
    const words = seen.is === "active" ? "is active" : "is not in the log of the SuperLink any more"
    return ready(
      `node ${node.id} of ${site.party} ${words}, and its site is in the network of ${found.metadata.name}`,
    )
  },
  async apply(context) {
    const { site, at } = context
    const hub = hubOf(context, site)
    const { cluster } = at(hub)
    const found = await activeSite(cluster, hub.project)
    if (found !== undefined) await noteJoined(cluster, found, site, context.value(nodeValue).site)
    await discardIssued(context)
  },
  timeout: 120,
})

if (import.meta.main) void main(import.meta.url)
