import { lookup } from "node:dns/promises"
import { isIP } from "node:net"
import { blocked, type CheckResult, foresee, main, progressing, unknown } from "../lib/index.ts"
import { type Context, type Foresee, guideStep, type Manual } from "./context.ts"
import { around, policyStep, type Wanted } from "./flower/applied-policies.ts"
import { ownManifest } from "./flower/manifests.ts"
import { PROBE } from "./flower/probe-pod.ts"
import { deploymentRef, findSuperlink, fleetPort } from "./flower/superlink.ts"
import { findExposure, LISTENER_PORT } from "./interconnect/exposure.ts"
import { atHub, hubOf, hubsOf, isPerParty } from "./interconnect/hub.ts"
import { activeSite, interRouter, listLinks } from "./interconnect/skupper.ts"
import type { Deployment } from "./openshift/workload.ts"
import {
  hubPolicies,
  superlinkPolicies,
  supernodePolicies,
  unreachable,
} from "./security/network-policies.ts"
import { isOwn } from "./shared/labels.ts"
import { APPLY, hereDocument } from "./shared/manual.ts"
import { manifestText } from "./shared/write-manifest.ts"

/** When these steps are part of the notebook. */
const ON = { "network-policy": "on" } as const

const EVERYTHING_ELSE = "it existed before, and others may use it"

/** The SuperLink's pods, if they are this federation's own. */
const superlinkPods = (context: Context, superlink: Deployment) => ({
  pods: isOwn(superlink, context) ? superlink.spec.selector.matchLabels : undefined,
  name: superlink.metadata.name,
})

async function superlinkWanted(context: Context): Promise<Wanted | CheckResult> {
  const { cluster, site } = context
  const superlink = await findSuperlink(context)
  if (superlink === undefined)
    return unknown("missing", `no Deployment ${site.superlinkWorkload} in ${site.project}`)
  const ownPods = isOwn(superlink, context)
  if (isPerParty(context)) {
    // The routers of the parties' networks are in projects of their own.
    const hubs = hubsOf(context).map(({ project }) => project)
    const flower = { ...superlinkPods(context, superlink), allowEgress: site.allowEgress ?? [] }
    return {
      policies: superlinkPolicies(await around(context, false), flower, fleetPort(superlink), hubs),
      open: ownPods ? [] : [`no policy for Deployment ${superlink.metadata.name}: ${EVERYTHING_ELSE}`],
    }
  }
  const skupper = await activeSite(cluster, site.project)
  if (skupper === undefined) return unknown("missing", `no Site in ${site.project}`)
  const ownRouter = isOwn(skupper, context)
  const flower = { ...superlinkPods(context, superlink), allowEgress: site.allowEgress ?? [] }
  return {
    policies: superlinkPolicies(await around(context, ownRouter), flower, fleetPort(superlink)),
    open: [
      ...(ownPods ? [] : [`no policy for Deployment ${superlink.metadata.name}: ${EVERYTHING_ELSE}`]),
      ...(ownRouter ? [] : [`no policy for the router of Site ${skupper.metadata.name}: ${EVERYTHING_ELSE}`]),
    ],
  }
}

/** A hub's router leads to the SuperLink's Fleet port alone: whoever administers the institution's router administers this one too. */
async function hubWanted(context: Context): Promise<Wanted | CheckResult> {
  const superlinkSite = context.the("superlink")
  const superlink = await findSuperlink(context)
  const hub = atHub(context)
  const skupper = await activeSite(hub.cluster, hub.site.project)
  if (superlink === undefined || skupper === undefined) {
    const lacking = superlink === undefined ? `Deployment ${superlinkSite.superlinkWorkload}` : "Site"
    return unknown(
      "missing",
      `no ${lacking} in ${(superlink === undefined ? superlinkSite : hub.site).project}`,
    )
  }
  const ownRouter = isOwn(skupper, context)
  return {
    policies: ownRouter
      ? hubPolicies(await around(hub, true), superlink.spec.selector.matchLabels ?? {}, {
          project: superlinkSite.project,
          port: fleetPort(superlink),
        })
      : [],
    open: ownRouter ? [] : [`no policy for the router of Site ${skupper.metadata.name}: ${EVERYTHING_ELSE}`],
  }
}

/** The router of a party's network, in the SuperLink's cluster. */
export const isolateNetwork = guideStep({
  ...policyStep(hubWanted, atHub),
  id: "isolate-network",
  foresees: ({ site, ...more }: Foresee) => [
    foresee.creates(`a NetworkPolicy for the router in ${hubOf(more, site).project}`),
  ],
  title: "Isolate the party's network",
  on: "link",
  side: "superlink",
  when: { ...ON, network: "per-party" },
  needs: ["deploy-superlink", "network-site"],
  inputs: ["network-policy", "network", "network-project", "network-name"],
  prose: `
In the network of a party, the institution administers the router at the SuperLink's cluster, and reaches what this router reaches. A
**NetworkPolicy** in the network's project lets it take links, and reach the name servers, the API server and the SuperLink's Fleet port.
`,
  readyWhen: "Ready when the NetworkPolicy is as the SuperLink's port and the API server's address require.",
  // SuperNodes of one network share it.
  exclusive: (context) => `network ${hubOf(context, context.site).project}`,
  async manual(context: Manual) {
    const { project } = hubOf(context, context.site)
    const { federation, peer } = context
    const surroundings = { federation, project, openshift: true, ownRouter: true }
    const to = { project: peer.project, port: LISTENER_PORT }
    const policies = hubPolicies(surroundings, { app: peer.superlinkWorkload }, to)
    return `${UNKNOWN}${hereDocument(`${context.on(peer)}${APPLY}`, await manifestText(policies))}`
  },
})

async function supernodeWanted(context: Context): Promise<Wanted | CheckResult> {
  const { cluster, site, federation } = context
  const skupper = await activeSite(cluster, site.project)
  if (skupper === undefined) return unknown("missing", `no Site in ${site.project}`)
  const built =
    site.supernodeManifest === undefined
      ? undefined
      : (await ownManifest(site.supernodeManifest, site.project, federation)).deployment
  const name = built?.metadata.name ?? site.name
  const found = await cluster.get<Deployment>(deploymentRef(site.project, name))
  const ownPods = found === undefined || isOwn(found, context)
  const ownRouter = isOwn(skupper, context)
  const addresses = (await listLinks(cluster, site.project))
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(({ spec }) => interRouter(spec.endpoints))
  const given = site.linkEgress ?? []
  const refusal = given.length > 0 || !ownRouter ? undefined : await privateLink(context, addresses)
  if (refusal !== undefined) return refusal
  const port = await routerPortOf(context)
  if (port === undefined) return progressing("the listener has no Service yet")
  const pods = (found ?? built)?.spec.selector.matchLabels ?? { app: name }
  const flower = { pods: ownPods ? pods : undefined, name, allowEgress: site.allowEgress ?? [] }
  const probe = { [PROBE]: site.name }
  return {
    policies: supernodePolicies(await around(context, ownRouter), flower, port, { addresses, given }, probe),
    open: [
      ...(ownPods ? [] : [`no policy for Deployment ${name} and its router: ${EVERYTHING_ELSE}`]),
      ...(ownRouter ? [] : [`no policy for the router of Site ${skupper.metadata.name}: ${EVERYTHING_ELSE}`]),
    ],
  }
}

/** The router's own port behind the listener's Service: policies see pods' ports. */
async function routerPortOf(context: Context): Promise<number | undefined> {
  const { cluster, site } = context
  const listener = await findExposure(context, "Listener", site.project)
  if (listener === undefined) return undefined
  const name = listener.spec.host ?? listener.metadata.name
  const service = await cluster.get({ apiVersion: "v1", kind: "Service", name, namespace: site.project })
  const wanted = listener.spec.port ?? LISTENER_PORT
  const port = service?.spec.ports?.find((one: { port: number }) => one.port === wanted)
  return typeof port?.targetPort === "number" ? port.targetPort : undefined
}

/** A link to a host with a private address: its policy cannot be guessed. A host that is not known here says nothing. */
async function privateLink(
  { site }: Context,
  addresses: readonly string[],
): Promise<CheckResult | undefined> {
  for (const address of addresses) {
    const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? []
    if (isIP(host) !== 0) continue
    const found = await lookup(host, { all: true }).catch(() => [])
    const inside = unreachable(found.map((one) => one.address))
    if (inside.length === 0) continue
    return blocked(`the link leads to ${host}, which has the private address ${inside[0]}`, {
      code: "link-egress",
      fix: `name where the router may dial, in the file: link-egress: [${inside.map((one) => `"${one}:${port}"`).join(", ")}]`,
      next: `flower-runbook step isolate-supernode --site ${site.name} --link-egress ${inside[0]}:${port}`,
    })
  }
  return undefined
}

const INPUTS = ["network-policy", "network", "project", "allow-egress"] as const

const UNKNOWN =
  "# The address of the API server is known to the cluster's administrators: TCP 6443 is open to all addresses here.\n"

export const isolateSuperlink = guideStep({
  ...policyStep(superlinkWanted),
  when: ON,
  id: "isolate-superlink",
  foresees: ({ site }: Foresee) => [
    foresee.creates(`NetworkPolicies for ${site.superlinkWorkload} and Skupper's router`),
  ],
  title: "Isolate the SuperLink",
  on: "superlink",
  needs: ["deploy-superlink", "site-create"],
  inputs: [...INPUTS, "superlink-workload"],
  prose: `
A **NetworkPolicy** says which connections a pod may have. Two of them stand in the SuperLink's project:

- The SuperLink's pods take the Fleet port, from the pods of Skupper's router alone. Its Control API is reached by a port forward, to
  which no policy applies. To the outside, they reach the name servers of the cluster and what \`allow-egress\` lists.
- The pods of Skupper's router take links of other sites. To the outside, they reach the name servers, the API server and the SuperLink's
  Fleet port. Whoever administers a linked site administers this router too, and reaches what it reaches (docs/security.md).

A SuperLink that installs dependencies of apps at run time needs PyPI in \`allow-egress\`. Whether the cluster's network enforces policies
cannot always be known; the result says what is known. What existed before gets no policy, because others may use it.
`,
  readyWhen:
    "Ready when the NetworkPolicies are as the inputs, the SuperLink's port and the API server's address require.",
  async manual({ site, federation }: Manual) {
    const around = { federation, project: site.project, openshift: true, ownRouter: true }
    const pods = { app: site.superlinkWorkload }
    const flower = { pods, name: site.superlinkWorkload, allowEgress: site.allowEgress ?? [] }
    return `${UNKNOWN}${hereDocument(APPLY, await manifestText(superlinkPolicies(around, flower, LISTENER_PORT)))}`
  },
})

export const isolateSupernode = guideStep({
  ...policyStep(supernodeWanted),
  when: ON,
  id: "isolate-supernode",
  foresees: ({ site }: Foresee) => [foresee.creates(`NetworkPolicies for ${site.name} and Skupper's router`)],
  title: "Isolate the SuperNode",
  on: "supernode",
  needs: ["link-status", "listener"],
  inputs: [...INPUTS, "link-egress", "supernode-manifest"],
  prose: `
Two **NetworkPolicies** stand in the SuperNode's project:

- The SuperNode's pods take nothing in. To the outside, they reach the name servers of the cluster, the listener's port of Skupper's router,
  and what \`allow-egress\` lists, such as a database: \`10.1.2.3/32:5432\`, or a namespace of the cluster.
- The pods of Skupper's router take the listener's port from the SuperNode. To the outside, they reach the name servers, the API server, and
  where the link leads. Others in the network administer this router too, so that it must not reach the institution's own network.

A policy knows addresses, and no host names. A link to a host may therefore go to its port at any public address. Where the host has a private
address, \`link-egress\` names it.
`,
  readyWhen: "Ready when the NetworkPolicies are as the inputs, the link and the listener require.",
  async manual({ site, federation }: Manual) {
    const around = { federation, project: site.project, openshift: true, ownRouter: true }
    const flower = { pods: { app: site.name }, name: site.name, allowEgress: site.allowEgress ?? [] }
    const link = { addresses: ["link:443"], given: site.linkEgress ?? [] }
    const policies = supernodePolicies(around, flower, 1024, link, { [PROBE]: site.name })
    return `${UNKNOWN}${hereDocument(APPLY, await manifestText(policies))}`
  },
})

if (import.meta.main) void main(import.meta.url)
