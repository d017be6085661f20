/** Flower's own hops, from the pods to the node's id in the SuperLink's log. The first broken hop is reported. */
import { blocked, type CheckResult } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { incomplete } from "../openshift/rollout.ts"
import { currentPods, troubleOf } from "../openshift/trouble.ts"
import { containerOf, type Deployment } from "../openshift/workload.ts"
import { objectRef } from "../shared/reading.ts"
import { commandLine, hasFlag } from "./command-line.ts"
import { readSuperlinkLog, readSupernodeLog } from "./flower-logs.ts"
import { familyOf, isFlowersOwn, versionOfImage } from "./flower-versions.ts"
import { brokenHop, type Hop, holds, pendingHop, unprovenHop } from "./hop.ts"
import type { ListedNode } from "./node-list.ts"
import type { Running } from "./running.ts"
import { deploymentRef, endsWhenForgotten, findSuperlink, keepsNodes, runningVersion } from "./superlink.ts"

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
      ...(trouble.fix !== undefined && { fix: trouble.fix }),
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
    log: await cluster.log({ namespace: site.project, pod: podName, container, timestamps: true }),
  }
}

/** The SuperNode's log says that the SuperLink accepted it, and under which id. */
export function registrationHop(
  context: Context,
  superlink: Running | undefined,
  supernode: Running,
): { id: string } | CheckResult {
  const { site } = context
  const found = readSupernodeLog(supernode.log)
  const again = `flower-runbook step deploy-supernode --site ${site.name} --rerun`
  const logs = `oc logs pod/${supernode.pod} -n ${site.project}`
  switch (found.is) {
    case "registered":
      return { id: found.id }
    case "reconnecting": {
      const { since, until } = found
      const seconds = since === undefined || until === undefined ? 0 : Math.round((until - since) / 1000)
      const tried = `has tried to get it back${seconds > 0 ? ` for ${seconds} s` : ""}`
      const what = `node ${found.id} lost its connection and ${tried}: ${found.line}; once the network works again, Flower needs 20 to 60 s`
      return pendingHop("registration", what, logs)
    }
    case "forgotten":
      return forgotten(
        context,
        "registration",
        `the SuperLink no longer knows node ${found.id} (${found.line})`,
        supernode,
      )
    case "unproven":
      return unprovenHop(
        "registration",
        `the log of pod ${supernode.pod} no longer reaches back to its start`,
        again,
      )
    case "connecting":
      return (
        (superlink && incompatibility(context, superlink, supernode)) ??
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
  // Up to 1.39 a SuperNode retries for ever, and only the SuperLink's log has the cause (measured with 1.34.0).
  const unknown = /No match found for server name: (\S+)/.exec(superlink.log)?.[1]
  if (unknown !== undefined) {
    return blocked(`registration: the SuperLink's certificate is not valid for ${unknown}`, {
      code: "tls",
      fix: `issue it for ${unknown} too: with tls on, run flower-runbook again; otherwise renew tls-secret`,
      next: "flower-runbook run",
      object: objectRef(superlink.deployment),
    })
  }
  const has = ({ deployment }: Running, role: string, flag: string): boolean =>
    hasFlag(commandLine(containerOf(deployment, role)), flag)
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
    fix: "give certificates to both (tls on; or tls-secret, root-certificates-secret) or to neither",
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
    return unprovenHop("activation", why, again)
  }
  if (superlink.startedAt <= supernode.startedAt) {
    return pendingHop("activation", `the SuperLink's log does not show node ${id} yet`, logs)
  }
  if (keepsNodes(superlink.deployment)) {
    const why = `the SuperLink was restarted with a --database: it accepts node ${id} again without logging it`
    return unprovenHop("activation", why, again)
  }
  return forgotten(context, "activation", restarted(id), supernode)
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
  if (superlink.startedAt > supernode.startedAt && !keepsNodes(superlink.deployment)) {
    return forgotten(context, "activation", restarted(id), supernode)
  }
  return pendingHop("activation", `the SuperLink does not list node ${id}`, logs)
}

const restarted = (id: string): string => `the SuperLink was restarted and does not know node ${id}`

/**
 * The SuperLink was restarted after the SuperNode. Newer SuperNodes exit with their next call, and their container is restarted; the
 * refused call can stand in the log for seconds before the process ends.
 */
function forgotten(context: Context, hop: string, what: string, supernode: Running): CheckResult {
  if (endsWhenForgotten(context, supernode.deployment)) {
    const logs = `oc logs pod/${supernode.pod} -n ${context.site.project}`
    const then =
      "the SuperNode exits with its next call that reaches the SuperLink, and registers with a new id"
    return pendingHop(hop, `${what}; ${then}`, logs)
  }
  return blocked(`${hop}: ${what}`, {
    code: "forgotten",
    fix: "the SuperLink was restarted: restart the SuperNode, which then registers with a new id",
    next: `flower-runbook step deploy-supernode --site ${context.site.name} --rerun`,
  })
}
