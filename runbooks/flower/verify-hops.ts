/** The connection from a SuperNode to its SuperLink, hop by hop. The first broken hop is reported. */
import { blocked, type CheckResult, progressing } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { type Exposure, FLEET_API, findExposure } from "../interconnect/exposure.ts"
import { upTo } from "../interconnect/link-up.ts"
import { sortLinks } from "../interconnect/links.ts"
import { activeSite, listLinks, message, sees } from "../interconnect/skupper.ts"
import { incomplete } from "../openshift/rollout.ts"
import { currentPods, troubleOf } from "../openshift/trouble.ts"
import { containerOf, type Deployment } from "../openshift/workload.ts"
import { condition, isTrue, objectRef } from "../shared/reading.ts"
import { readSuperlinkLog, readSupernodeLog } from "./flower-logs.ts"
import { familyOf, isFlowersOwn, versionOfImage } from "./flower-versions.ts"
import type { ListedNode } from "./node-list.ts"
import type { Running } from "./running.ts"
import { deploymentRef, findSuperlink, runningVersion } from "./superlink.ts"

/** A hop that works says so in a few words; a broken hop is a result that is not *ready*. */
export type Hop = { readonly holds: string } | CheckResult

const holds = (words: string): Hop => ({ holds: words })
export const isBroken = (hop: Hop): hop is CheckResult => "state" in hop

/** A hop that was never created, or was deleted: waiting does not help. */
const brokenHop = (hop: string, what: string, step: string, site: string): CheckResult =>
  blocked(`${hop}: ${what}`, {
    code: "broken",
    fix: "create it again with its step",
    next: `flower-runbook step ${step} --site ${site}`,
  })

/** A hop that exists and may come up. The reason is followed by a command that shows more. */
const pendingHop = (hop: string, what: string, command: string): CheckResult =>
  progressing(`${hop}: ${what} (${command})`)

/** The Link to the SuperLink's current Site is up. */
export async function linkHop({ cluster, site, at, the, federation }: Context): Promise<Hop> {
  const superlink = the("superlink")
  const peer = await activeSite(at(superlink).cluster, superlink.project)
  if (peer === undefined) {
    return brokenHop("link", `no Skupper site in ${superlink.project}`, "site-create", superlink.name)
  }
  const { current, obsolete } = sortLinks(await listLinks(cluster, site.project), peer, federation)
  const link = current.find((one) => isTrue(one, "Ready")) ?? current[0]
  if (link === undefined) {
    const what =
      obsolete.length === 0
        ? `no Link in ${site.project} leads to Site`
        : `every Link in ${site.project} leads to a previous Site, not to`
    return brokenHop("link", `${what} ${peer.metadata.name}`, "token-redeem", site.name)
  }
  if ((await upTo(cluster, site.project, link)) === undefined) {
    return pendingHop(
      "link",
      `${link.metadata.name} is not up: ${message(link)}`,
      `skupper link status -n ${site.project}`,
    )
  }
  return holds("link up")
}

/** One end of the routing key exists and is configured. */
export async function exposureHop(
  context: Context,
  kind: "Connector" | "Listener",
): Promise<{ found: Exposure } | CheckResult> {
  const site = kind === "Connector" ? context.the("superlink") : context.site
  const hop = kind.toLowerCase()
  const { cluster } = context.at(site)
  const found = await findExposure({ cluster }, kind, site.project)
  if (found === undefined) return brokenHop(hop, `no ${kind} ${FLEET_API} in ${site.project}`, hop, site.name)
  if (!isTrue(found, "Configured")) return pendingExposure(found, "Configured", site.project)
  if (kind === "Connector") return { found }
  const service = {
    apiVersion: "v1",
    kind: "Service",
    name: found.spec.host ?? FLEET_API,
    namespace: site.project,
  }
  const there = await cluster.get(service)
  return there === undefined
    ? brokenHop(hop, `its Service ${service.name} does not exist`, hop, site.name)
    : { found }
}

/** Both ends match. If one of them is missing, the other is unmatched as well, so both are checked before. */
export async function matchedHop(context: Context, connector: Exposure, listener: Exposure): Promise<Hop> {
  const { site, cluster, the, at } = context
  const superlink = the("superlink")
  const ends = [
    { end: connector, place: superlink, others: "listeners" },
    { end: listener, place: site, others: "connectors" },
  ] as const
  for (const { end, place, others } of ends) {
    if (isTrue(end, "Matched")) continue
    // Skupper 2.1 and 2.2 lose the condition if something else is written at that moment, until the network changes again
    // (measured). So the network status of either Site counts as well.
    const sites = await Promise.all([
      activeSite(cluster, site.project),
      activeSite(at(superlink).cluster, superlink.project),
    ])
    if (!sites.some((one) => sees(one, end.spec.routingKey, others)))
      return pendingExposure(end, "Matched", place.project)
  }
  return holds("connector and listener matched")
}

function pendingExposure(found: Exposure, type: string, project: string): CheckResult {
  const hop = found.kind.toLowerCase()
  const words = condition(found, type)?.message ?? message(found, `Not ${type}`)
  return pendingHop(hop, `${found.metadata.name}: ${words}`, `skupper ${hop} status -n ${project}`)
}

/** A pod of the current revision of the SuperLink, or of this SuperNode, is running. */
export async function runningHop(
  context: Context,
  role: "superlink" | "supernode",
  name: string,
): Promise<Running | CheckResult> {
  const site = role === "superlink" ? context.the("superlink") : context.site
  const { cluster } = context.at(site)
  const step = `deploy-${role}`
  const deployment =
    role === "superlink"
      ? await findSuperlink(context)
      : await cluster.get<Deployment>(deploymentRef(site.project, name))
  if (deployment === undefined)
    return brokenHop(role, `no Deployment ${name} in ${site.project}`, step, site.name)
  if (deployment.spec.replicas === 0)
    return brokenHop(role, `Deployment ${name} is scaled to 0`, step, site.name)
  const pod = (await currentPods(cluster, deployment))[0]
  const container = containerOf(deployment, role).name
  const status = pod?.status?.containerStatuses?.find((one: { name: string }) => one.name === container)
  const describe = `oc describe deployment/${name} -n ${site.project}`
  if (pod === undefined || status?.state?.running === undefined || incomplete(deployment) !== undefined) {
    const trouble = await troubleOf(cluster, deployment)
    const words = trouble?.reason ?? incomplete(deployment) ?? "no pod is running"
    if (trouble?.terminal !== true) return pendingHop(role, words, describe)
    return blocked(`${role}: ${words}`, {
      code: trouble.code,
      fix: trouble.fix,
      next: trouble.next,
      object: objectRef(deployment),
    })
  }
  const { name: podName, uid = "" } = pod.metadata
  return {
    deployment,
    pod: podName,
    uid,
    node: pod.spec.nodeName ?? "",
    restarts: status.restartCount ?? 0,
    startedAt: Date.parse(status.state.running.startedAt ?? "") || 0,
    log: await cluster.log({ namespace: site.project, pod: podName, container }),
  }
}

/** The SuperNode's log says that the SuperLink accepted it, and under which id. */
export function registrationHop(
  context: Context,
  superlink: Running,
  supernode: Running,
): { id: string } | CheckResult {
  const { site } = context
  const found = readSupernodeLog(supernode.log)
  const again = `flower-runbook step deploy-supernode --site ${site.name} --rerun`
  const logs = `oc logs pod/${supernode.pod} -n ${site.project}`
  switch (found.is) {
    case "registered":
      return { id: found.id }
    case "forgotten":
      return blocked(`registration: the SuperLink no longer knows node ${found.id} (${found.line})`, {
        code: "forgotten",
        fix: "the SuperLink was restarted: restart the SuperNode, which then registers with a new id",
        next: again,
      })
    case "unproven":
      return unproven(
        "registration",
        `the log of pod ${supernode.pod} no longer reaches back to its start`,
        again,
      )
    case "connecting":
      return (
        incompatibility(context, superlink, supernode) ??
        pendingHop("registration", found.line ?? "no `SuperNode ID:` in its log yet", logs)
      )
  }
}

/** Why the two can never communicate, if their Deployments show it: a SuperNode's log names neither address nor cause. */
function incompatibility(context: Context, superlink: Running, supernode: Running): CheckResult | undefined {
  const [one, other] = [imageVersion(superlink, "superlink"), imageVersion(supernode, "supernode")]
  const howToFix = {
    fix: "deploy the SuperNode in the SuperLink's version",
    next: `flower-runbook step deploy-supernode --site ${context.site.name}`,
    object: objectRef(supernode.deployment),
  }
  if (one !== undefined && other !== undefined && familyOf(one).onePort !== familyOf(other).onePort) {
    const what = `SuperLink ${one} and SuperNode ${other} cannot communicate: from 1.40 on, Flower uses another protocol`
    return blocked(`registration: ${what}`, { code: "versions", ...howToFix })
  }
  const has = ({ deployment }: Running, role: string, flag: string): boolean =>
    (containerOf(deployment, role).args ?? []).some((arg) => arg.split("=")[0] === flag)
  const plain = [has(superlink, "superlink", "--insecure"), has(supernode, "supernode", "--insecure")]
  const secure = [
    has(superlink, "superlink", "--ssl-certfile"),
    has(supernode, "supernode", "--root-certificates"),
  ]
  if (!(plain[0] && secure[1]) && !(plain[1] && secure[0])) return undefined
  const [secured, unsecured] = plain[0] ? ["SuperNode", "SuperLink"] : ["SuperLink", "SuperNode"]
  return blocked(`registration: the ${secured} has Flower's own TLS, and the ${unsecured} is --insecure`, {
    code: "tls",
    ...howToFix,
    fix: "give certificates to both (tls-secret, root-certificates-secret) or to neither",
  })
}

/** The version in the image that runs; for images other than Flower's own, the version that was written on the Deployment. */
function imageVersion({ deployment }: Running, container: string): string | undefined {
  const { image } = containerOf(deployment, container)
  return isFlowersOwn(image) ? versionOfImage(image) : runningVersion(deployment, container)
}

/** The SuperLink's log says that it activated this node and has not deactivated it since. */
export function activationHop(context: Context, id: string, superlink: Running, supernode: Running): Hop {
  const found = readSuperlinkLog(superlink.log, id)
  const again = `flower-runbook step deploy-supernode --site ${context.site.name} --rerun`
  const logs = `oc logs pod/${superlink.pod} -n ${context.the("superlink").project}`
  if (found.is === "active") return holds(`node ${id} active`)
  if (found.is === "deactivated")
    return pendingHop("activation", `the SuperLink's log says: ${found.line}`, logs)
  if (found.is === "unproven") {
    const why = `the log of the SuperLink's pod ${superlink.pod} does not name node ${id}, and no longer reaches back to its start`
    return unproven("activation", why, again)
  }
  if (superlink.startedAt <= supernode.startedAt) {
    return pendingHop("activation", `the SuperLink's log does not show node ${id} yet`, logs)
  }
  if (keepsNodes(superlink)) {
    const why = `the SuperLink was restarted with a --database: it accepts node ${id} again without logging it`
    return unproven("activation", why, again)
  }
  return forgotten(context, id, supernode)
}

/** The SuperLink lists this node as connected now. This also works if logs have been rotated away. */
export function onlineHop(
  context: Context,
  id: string,
  nodes: readonly ListedNode[],
  superlink: Running,
  supernode: Running,
): Hop {
  const status = nodes.find((node) => node.id === id)?.status
  if (status === "online") return holds(`node ${id} online`)
  const logs = `oc logs pod/${supernode.pod} -n ${context.site.project}`
  if (status !== undefined)
    return pendingHop("activation", `the SuperLink lists node ${id} as ${status}`, logs)
  if (superlink.startedAt > supernode.startedAt && !keepsNodes(superlink)) {
    return forgotten(context, id, supernode)
  }
  return pendingHop("activation", `the SuperLink does not list node ${id}`, logs)
}

/** A SuperLink with a database still knows its SuperNodes after a restart. */
const keepsNodes = ({ deployment }: Running): boolean =>
  (containerOf(deployment, "superlink").args ?? []).some((arg) => arg.startsWith("--database"))

/** The SuperLink was restarted after the SuperNode: newer SuperNodes exit with their next call and are restarted. */
function forgotten(context: Context, id: string, supernode: Running): CheckResult {
  const what = `the SuperLink was restarted and does not know node ${id}`
  const version = runningVersion(supernode.deployment, "supernode") ?? context.inputs.flowerVersion
  if (familyOf(version).ends) {
    const logs = `oc logs pod/${supernode.pod} -n ${context.site.project}`
    return pendingHop("activation", `${what}; the SuperNode exits and registers with a new id`, logs)
  }
  return blocked(`activation: ${what}`, {
    code: "forgotten",
    fix: "restart the SuperNode: it registers with a new id",
    next: `flower-runbook step deploy-supernode --site ${context.site.name} --rerun`,
  })
}

const unproven = (hop: string, why: string, again: string): CheckResult =>
  blocked(`${hop}: unproven: ${why}`, {
    code: "unproven",
    fix:
      "it may work. To prove it, query the SuperLink itself (--proof list), or restart the SuperNode, so that it " +
      "registers again",
    next: again,
  })
