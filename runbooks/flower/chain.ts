/** The way from a SuperNode to its SuperLink, hop by hop. The first that is broken is named. */
import { blocked, type Look, underWay } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { type Exposure, findExposure } from "../interconnect/exposure.ts"
import { sortLinks } from "../interconnect/links.ts"
import { activeSite, listLinks, message } from "../interconnect/skupper.ts"
import { incomplete } from "../openshift/rollout.ts"
import { currentPods, troubleOf } from "../openshift/trouble.ts"
import { condition, isTrue, seen } from "../shared/reading.ts"
import { readSuperlinkLog, readSupernodeLog } from "./flower-logs.ts"
import { FLEET_API } from "./manifests.ts"
import { deploymentRef, findSuperlink } from "./superlink.ts"
import { containerOf, type Deployment } from "./workload.ts"

/** A hop that holds says so in a word or two; one that does not, with a look that is not *done*. */
type Hop = { readonly holds: string } | Look

const holds = (words: string): Hop => ({ holds: words })
export const isBroken = (hop: Hop): hop is Look => "is" in hop

/** A hop that was never made, or was removed: waiting does not help. */
const missing = (hop: string, what: string, step: string, site: string): Look =>
  blocked(`${hop}: ${what}`, {
    code: "broken",
    fix: "make it again with its step",
    next: `flower-runbook step ${step} --site ${site}`,
  })

/** A hop that is there and may yet come up. The command that tells more stands beside the reason. */
const waiting = (hop: string, what: string, command: string): Look => underWay(`${hop}: ${what} (${command})`)

/** The Link to the SuperLink's present Site is up. */
export async function linkHop({ cluster, site, at, the, federation }: Context): Promise<Hop> {
  const superlink = the("superlink")
  const peer = await activeSite(at(superlink).cluster, superlink.project)
  if (peer === undefined) {
    return missing("link", `no Skupper site in ${superlink.project}`, "site-create", superlink.name)
  }
  const { there, earlier } = sortLinks(await listLinks(cluster, site.project), peer, federation)
  const link = there.find((one) => isTrue(one, "Ready")) ?? there[0]
  if (link === undefined) {
    const what =
      earlier.length === 0
        ? `no Link in ${site.project} leads to Site`
        : "every Link leads to an earlier Site than"
    return missing("link", `${what} ${peer.metadata.name}`, "token-redeem", site.name)
  }
  if (!isTrue(link, "Ready")) {
    return waiting(
      "link",
      `${link.metadata.name} is not up: ${message(link)}`,
      `skupper link status -n ${site.project}`,
    )
  }
  return holds("link up")
}

/** One end of the routing key is there and configured. */
export async function exposureHop(
  context: Context,
  kind: "Connector" | "Listener",
): Promise<{ found: Exposure } | Look> {
  const site = kind === "Connector" ? context.the("superlink") : context.site
  const hop = kind.toLowerCase()
  const { cluster } = context.at(site)
  const found = await findExposure({ cluster }, kind, site.project)
  if (found === undefined) return missing(hop, `no ${kind} ${FLEET_API} in ${site.project}`, hop, site.name)
  if (!isTrue(found, "Configured")) return halting(found, "Configured", site.project)
  if (kind === "Connector") return { found }
  const service = {
    apiVersion: "v1",
    kind: "Service",
    name: found.spec.host ?? FLEET_API,
    namespace: site.project,
  }
  const there = await cluster.get(service)
  return there === undefined ? missing(hop, `its Service ${service.name} is gone`, hop, site.name) : { found }
}

/** Both ends have found each other. Where one is missing, the other is unmatched as well: that is looked at first. */
export function matchedHop(context: Context, connector: Exposure, listener: Exposure): Hop {
  if (!isTrue(connector, "Matched")) return halting(connector, "Matched", context.the("superlink").project)
  if (!isTrue(listener, "Matched")) return halting(listener, "Matched", context.site.project)
  return holds("connector and listener matched")
}

function halting(found: Exposure, type: string, project: string): Look {
  const hop = found.kind.toLowerCase()
  const words = condition(found, type)?.message ?? message(found, `Not ${type}`)
  return waiting(hop, `${found.metadata.name}: ${words}`, `skupper ${hop} status -n ${project}`)
}

/** A running pod of SuperLink or SuperNode, with the log of its present container. */
export interface Running {
  readonly deployment: Deployment
  readonly pod: string
  readonly restarts: number
  readonly startedAt: number
  readonly log: string
}

/** The pods of the SuperLink, or of this SuperNode, run as asked. */
export async function runningHop(
  context: Context,
  role: "superlink" | "supernode",
  name: string,
): Promise<Running | Look> {
  const site = role === "superlink" ? context.the("superlink") : context.site
  const { cluster } = context.at(site)
  const step = `deploy-${role}`
  const deployment =
    role === "superlink"
      ? await findSuperlink(context)
      : await cluster.get<Deployment>(deploymentRef(site.project, name))
  if (deployment === undefined)
    return missing(role, `no Deployment ${name} in ${site.project}`, step, site.name)
  if (deployment.spec.replicas === 0)
    return missing(role, `Deployment ${name} is scaled to 0`, step, site.name)
  const pod = (await currentPods(cluster, deployment))[0]
  const container = containerOf(deployment, role).name
  const status = pod?.status?.containerStatuses?.find((one: { name: string }) => one.name === container)
  const describe = `oc describe deployment/${name} -n ${site.project}`
  if (pod === undefined || status?.state?.running === undefined || incomplete(deployment) !== undefined) {
    const trouble = await troubleOf(cluster, deployment)
    const words = trouble?.reason ?? incomplete(deployment) ?? "no pod runs"
    if (trouble?.terminal !== true) return waiting(role, words, describe)
    return blocked(`${role}: ${words}`, {
      code: trouble.code,
      fix: trouble.fix,
      next: trouble.next,
      seen: seen(deployment),
    })
  }
  const { name: podName } = pod.metadata
  return {
    deployment,
    pod: podName,
    restarts: status.restartCount ?? 0,
    startedAt: Date.parse(status.state.running.startedAt ?? "") || 0,
    log: await cluster.log({ namespace: site.project, pod: podName, container }),
  }
}

/** The SuperNode says that the SuperLink took it, and under which id. */
export function registrationHop({ site }: Context, supernode: Running): { id: string } | Look {
  const found = readSupernodeLog(supernode.log)
  const again = `flower-runbook step deploy-supernode --site ${site.name} --again`
  const logs = `oc logs pod/${supernode.pod} -n ${site.project}`
  switch (found.is) {
    case "registered":
      return { id: found.id }
    case "forgotten":
      return blocked(`registration: the SuperLink no longer knows node ${found.id} (${found.line})`, {
        code: "forgotten",
        fix: "the SuperLink was started anew: start the SuperNode anew, it comes back under a new id",
        next: again,
      })
    case "unproven":
      return unproven(
        "registration",
        `the log of pod ${supernode.pod} no longer reaches back to its start`,
        again,
      )
    case "connecting":
      return waiting("registration", found.line ?? "no `SuperNode ID:` in its log yet", logs)
  }
}

/** The SuperLink says that it took this very node, and has not let it go. */
export function activationHop(context: Context, id: string, superlink: Running, supernode: Running): Hop {
  const found = readSuperlinkLog(superlink.log, id)
  const again = `flower-runbook step deploy-supernode --site ${context.site.name} --again`
  const logs = `oc logs pod/${superlink.pod} -n ${context.the("superlink").project}`
  if (found.is === "active") return holds(`node ${id} active`)
  if (found.is === "deactivated") return waiting("activation", `the SuperLink says: ${found.line}`, logs)
  if (found.is === "unproven") {
    const why = `the log of the SuperLink's pod ${superlink.pod} does not name node ${id}, and no longer reaches back to its start`
    return unproven("activation", why, again)
  }
  if (superlink.startedAt <= supernode.startedAt) {
    return waiting("activation", `the SuperLink's log does not show node ${id} yet`, logs)
  }
  const args = containerOf(superlink.deployment, "superlink").args ?? []
  if (args.some((arg) => arg.startsWith("--database"))) {
    const why = `the SuperLink was started anew with a --database: it takes node ${id} up again without a word in its log`
    return unproven("activation", why, again)
  }
  return blocked(`activation: the SuperLink was started anew and does not know node ${id}`, {
    code: "forgotten",
    fix: "start the SuperNode anew: it comes back under a new id",
    next: again,
  })
}

const unproven = (hop: string, why: string, again: string): Look =>
  blocked(`${hop}: unproven: ${why}`, {
    code: "unproven",
    fix:
      "it may well work. To prove it, ask the SuperLink (`flwr supernode list`: online), or start the SuperNode anew, so " +
      "that it registers with a fresh line",
    next: again,
  })
