/** The hops through the application network, from the Link to the matched ends of the routing key. */
import { blocked, type CheckResult, type KubeObject, missing } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { attachedRef, bindingRef, findEnds } from "../interconnect/attached.ts"
import { type Exposure, FLEET_API, findExposure } from "../interconnect/exposure.ts"
import { hubOf, isPerParty } from "../interconnect/hub.ts"
import { linkState } from "../interconnect/link-up.ts"
import { sortLinks } from "../interconnect/links.ts"
import { askPort } from "../interconnect/listener-port.ts"
import { hasEnd, recordOf } from "../interconnect/network-record.ts"
import { hubSite, isTheirs } from "../interconnect/other-side.ts"
import { lostConfiguration } from "../interconnect/router-configuration.ts"
import { linkFailure } from "../interconnect/router-log.ts"
import type { RouterPod } from "../interconnect/router-pod.ts"
import { activeSite, listLinks, message, type SkupperLink } from "../interconnect/skupper.ts"
import { takeover } from "../interconnect/takeover.ts"
import { atSite } from "../shared/at-site.ts"
import { condition, isTrue } from "../shared/reading.ts"
import { brokenHop, type Hop, holds, pendingHop } from "./hop.ts"
import { lastTried } from "./probe-pod.ts"

/** Only the SuperLink's Site serves the routing key; otherwise the result that names the other one. */
export async function takeoverHop(context: Context): Promise<CheckResult | undefined> {
  const { cluster, site, at } = context
  const hub = hubOf(context, site)
  const there = await hubSite(context)
  const here = await activeSite(cluster, site.project)
  // Of another party's hub only what the own router knows of it.
  if (isTheirs(hub)) return there && takeover([here], there, () => recordCommand(site.project))
  return there && takeover([there, here], there, (command) => atSite({ at }, hub, command))
}

/** Prints what the router of a project knows of its network. */
const recordCommand = (project: string): string =>
  `oc get sites.skupper.io -n ${project} -o jsonpath='{.items[*].status.network}'`

/** No router on the way has come back without its configuration; otherwise the result that names it. */
export async function routerHop(context: Context): Promise<CheckResult | undefined> {
  const hub = hubOf(context, context.site)
  for (const place of isTheirs(hub) ? [context.site] : [hub, context.site]) {
    const lost = await lostConfiguration(context.at(place).cluster, place.project)
    if (lost === undefined) continue
    const step = place === hub ? hubStep(context) : { id: "site-create", site: place.name }
    return blocked(`router: ${lost.reason}`, {
      code: "router",
      fix: "replace its pod: the next one starts with the whole configuration",
      next: `flower-runbook step ${step.id} --site ${step.site} --yes`,
    })
  }
  return undefined
}

/** The Link to the SuperLink's current Site is up. */
export async function linkHop(context: Context): Promise<{ holds: string; link: SkupperLink } | CheckResult> {
  const { cluster, site } = context
  const peer = await hubSite(context)
  if (peer === undefined) {
    const step = hubStep(context)
    return brokenHop("link", `no Skupper site in ${hubOf(context, site).project}`, step.id, step.site)
  }
  const { current, obsolete } = sortLinks(await listLinks(cluster, site.project), peer, context)
  const link = current.find((one) => isTrue(one, "Ready")) ?? current[0]
  if (link === undefined) {
    const what =
      obsolete.length === 0
        ? `no Link in ${site.project} leads to Site`
        : `every Link in ${site.project} leads to a previous Site, not to`
    return brokenHop("link", `${what} ${peer.metadata.name}`, "token-redeem", site.name)
  }
  const state = await linkState(cluster, site.project, link)
  if ("down" in state) {
    const failure = await linkFailure(cluster, site.project, link)
    return pendingHop(
      "link",
      `${link.metadata.name} is not up: ${state.down}${failure ? `; its router says: ${failure}` : ""}`,
      `skupper link status -n ${site.project}`,
    )
  }
  return { holds: "link up", link }
}

/** One end of the routing key exists and is configured. */
export async function exposureHop(
  context: Context,
  kind: "Connector" | "Listener",
): Promise<{ found: Exposure } | CheckResult> {
  if (kind === "Connector" && isPerParty(context)) return attachedHop(context)
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

/** The step that creates the hub, and the site in whose lane it is. */
const hubStep = (context: Context): { id: string; site: string } =>
  isPerParty(context)
    ? { id: "network-site", site: context.site.name }
    : { id: "site-create", site: context.the("superlink").name }

/** In a party's network, an AttachedConnector and its binding take the Connector's place: only the binding says whether it is matched. */
async function attachedHop(context: Context): Promise<{ found: Exposure } | CheckResult> {
  const [attached, binding] = await findEnds(context)
  if (attached === undefined || binding === undefined) {
    const { kind, namespace } =
      attached === undefined ? attachedRef(context, context.site) : bindingRef(context, context.site)
    return brokenHop(
      "connector",
      `no ${kind} ${FLEET_API} in ${namespace}`,
      "network-connector",
      context.site.name,
    )
  }
  for (const one of [attached, binding])
    if (!isTrue(one, "Configured"))
      return pendingExposure(one as Exposure, "Configured", one.metadata.namespace!)
  return { found: binding as Exposure }
}

/**
 * Both ends match. Skupper 2.1 and 2.2 lose a condition if something else is written at that moment, until the network
 * changes again (measured). So the network status counts as well, but only for the other end and in that end's record: each
 * Site also lists its own end, whatever it is connected to.
 */
export async function matchedHop(context: Context, connector: Exposure, listener: Exposure): Promise<Hop> {
  const { site, cluster, at } = context
  const hub = hubOf(context, site)
  if (isTrue(connector, "Matched") && isTrue(listener, "Matched")) return holds(MATCHED)
  const here = await activeSite(cluster, site.project)
  const there = await activeSite(at(hub).cluster, hub.project)
  const seenThere = hasEnd(recordOf(there, here?.metadata.uid), connector.spec.routingKey, "listeners")
  if (!isTrue(connector, "Matched") && !seenThere) return pendingExposure(connector, "Matched", hub.project)
  const seenHere = hasEnd(recordOf(here, there?.metadata.uid), listener.spec.routingKey, "connectors")
  if (!isTrue(listener, "Matched") && !seenHere) return pendingExposure(listener, "Matched", site.project)
  return holds(MATCHED)
}

/** How long after a link came back its Listener may still become unmatched, in milliseconds. */
const SETTLES = 15_000

/**
 * The Listener was matched after the link came up, or long enough ago. After a short silence, the link is Ready at once, and 2 s
 * later both ends fall to `No matching …` for 5 to 12 s, because the other site is forgotten only then (measured with router 3.5.1).
 */
export async function settledHop(
  { cluster, site }: Context,
  link: SkupperLink,
  listener: Exposure,
): Promise<CheckResult | undefined> {
  const since = (object: KubeObject, type: string) =>
    Date.parse(condition(object, type)?.lastTransitionTime ?? "")
  const [up, matched] = [since(link, "Operational"), since(listener, "Matched")]
  // The clock is only read when it matters. Times that are missing compare as false.
  if (!(matched < up)) return undefined
  const age = (await cluster.now()) - up
  if (age >= SETTLES) return undefined
  const seconds = Math.max(0, Math.round(age / 1000))
  const what = `the link came back ${seconds} s ago, and its ends may be lost again until ${SETTLES / 1000} s after that`
  return pendingHop("listener", what, `skupper listener status -n ${site.project}`)
}

/**
 * The Listener's port is open at the router. Where it cannot be asked, the other hops count alone, and the result says so. A port
 * that is closed may open by itself: a router that has lost its link stops listening 1 to 4 s later, long before any status changes.
 */
export async function portHop(context: Context, listener: Exposure): Promise<Hop> {
  const { cluster, site, inputs, signal } = context
  if (inputs.probe === "off") return holds("listener port not tried (--probe off)")
  const answer = await askPort(cluster, site.project, listener, signal)
  if (answer.is === "open") return holds("listener port open")
  if (answer.is === "not asked" && inputs.probe === "pod" && answer.pod !== undefined)
    return byPod(context, answer.pod)
  if (answer.is === "not asked") return holds(`listener port not tried (${answer.why})`)
  const { what, pod } = answer
  const cure = `if it stays so: oc delete pod ${pod.name} -n ${site.project}`
  return pendingHop("listener port", `${what}, whatever the statuses say`, cure)
}

/** What a pod of the project found out, or that one has to be created. */
async function byPod(context: Context, router: RouterPod): Promise<Hop> {
  const { cluster, site } = context
  const tried = lastTried(context, router)
  if (tried?.refused !== undefined) {
    // The clock makes whoever waits check again after a pause.
    await cluster.now()
    const what = `a pod could not connect to the listener: ${tried.refused}`
    return pendingHop("listener port", what, `skupper listener status -n ${site.project}`)
  }
  if (tried !== undefined) return holds("listener port open")
  const may = await cluster.allowed({ verb: "create", resource: "pods", namespace: site.project })
  return may
    ? missing(PORT_BY_POD)
    : holds("listener port not tried (no right to create pods/portforward or pods)")
}

/** The reason for which `verify` creates its pod. */
export const PORT_BY_POD = "listener port: a pod that lives a few seconds tries it"

const MATCHED = "connector and listener matched"

function pendingExposure(found: Exposure, type: string, project: string): CheckResult {
  const kind = found.kind.toLowerCase()
  const words = condition(found, type)?.message ?? message(found, `Not ${type}`)
  // The command `skupper` does not know the kinds of a party's network.
  return kind.startsWith("attached")
    ? pendingHop("connector", `${found.metadata.name}: ${words}`, `oc get ${kind}s.skupper.io -n ${project}`)
    : pendingHop(kind, `${found.metadata.name}: ${words}`, `skupper ${kind} status -n ${project}`)
}
