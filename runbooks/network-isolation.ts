import { lookup } from "node:dns/promises"
import { isIP } from "node:net"
import {
  blocked,
  type CheckResult,
  type Difference,
  drifted,
  foresee,
  type KubeObject,
  missing,
  progressing,
  type Ref,
  ready,
  unknown,
} from "../lib/index.ts"
import { type Context, type Foresee, guideStep, type Manual } from "./context.ts"
import { manifestText, ownManifest } from "./flower/manifests.ts"
import { PROBE } from "./flower/probe-pod.ts"
import { deploymentRef, findSuperlink, fleetPort } from "./flower/superlink.ts"
import { findExposure, LISTENER_PORT } from "./interconnect/exposure.ts"
import { activeSite, interRouter, listLinks } from "./interconnect/skupper.ts"
import type { Deployment } from "./openshift/workload.ts"
import {
  NETWORKING,
  POLICY,
  superlinkPolicies,
  supernodePolicies,
  unreachable,
} from "./security/network-policies.ts"
import { enforcementText } from "./security/policy-enforcement.ts"
import { policyText } from "./security/policy-text.ts"
import { isOwn, PROGRAM, recordOwn, selector } from "./shared/labels.ts"
import { APPLY, hereDocument } from "./shared/manual.ts"
import { hasProjects, ifAllowed, ifServed, objectRef } from "./shared/reading.ts"
import { writeManifest } from "./shared/write-manifest.ts"

/** The policies that a site should have; or why that cannot be said yet. */
interface Wanted {
  readonly policies: readonly KubeObject[]
  /** What is left open, because others own it. */
  readonly open: readonly string[]
}

/** Where the cluster's API server listens, as the `kubernetes` Service knows it. Not every user may read that. */
async function apiServerOf({ cluster }: Context): Promise<{ address: string; port: number }[] | undefined> {
  const slices = await ifServed(
    ifAllowed(
      cluster.list({
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        namespace: "default",
        labels: "kubernetes.io/service-name=kubernetes",
      }),
    ),
  )
  const found = (slices ?? []).flatMap(({ endpoints = [], ports = [] }) =>
    endpoints.flatMap(({ addresses = [] }: { addresses?: string[] }) =>
      addresses.flatMap((address) => ports.map(({ port }: { port: number }) => ({ address, port }))),
    ),
  )
  const text = ({ address, port }: { address: string; port: number }) => `${address} ${port}`
  return found.length === 0 ? undefined : found.sort((a, b) => (text(a) < text(b) ? -1 : 1))
}

async function around(context: Context, ownRouter: boolean) {
  const { cluster, federation, site } = context
  const [openshift, apiServer] = [await hasProjects(cluster), await apiServerOf(context)]
  return { federation, project: site.project, openshift, apiServer, ownRouter }
}

const EVERYTHING_ELSE = "it existed before, and others may use it"

async function superlinkWanted(context: Context): Promise<Wanted | CheckResult> {
  const { cluster, site } = context
  const superlink = await findSuperlink(context)
  if (superlink === undefined)
    return unknown("missing", `no Deployment ${site.superlinkWorkload} in ${site.project}`)
  const skupper = await activeSite(cluster, site.project)
  if (skupper === undefined) return unknown("missing", `no Site in ${site.project}`)
  const [ownPods, ownRouter] = [isOwn(superlink, context), isOwn(skupper, context)]
  const flower = {
    pods: ownPods ? superlink.spec.selector.matchLabels : undefined,
    name: site.superlinkWorkload,
    allowEgress: site.allowEgress ?? [],
  }
  return {
    policies: superlinkPolicies(await around(context, ownRouter), flower, fleetPort(superlink)),
    open: [
      ...(ownPods ? [] : [`no policy for Deployment ${superlink.metadata.name}: ${EVERYTHING_ELSE}`]),
      ...(ownRouter ? [] : [`no policy for the router of Site ${skupper.metadata.name}: ${EVERYTHING_ELSE}`]),
    ],
  }
}

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
      next: `flower-runbook step isolate-supernode --site ${site.name} --${site.name}.link-egress ${inside[0]}:${port}`,
    })
  }
  return undefined
}

const refOf = ({ metadata: { name, namespace } }: KubeObject): Ref => ({
  apiVersion: NETWORKING,
  kind: POLICY,
  name,
  ...(namespace !== undefined && { namespace }),
})

const wantedAt = (context: Context): Promise<Wanted | CheckResult> =>
  context.site.role === "superlink" ? superlinkWanted(context) : supernodeWanted(context)

/** Policies of this federation in the project, those for which there is no reason any more among them. */
const ownPolicies = ({ cluster, site, federation }: Context): Promise<KubeObject[]> =>
  cluster.list({
    apiVersion: NETWORKING,
    kind: POLICY,
    namespace: site.project,
    labels: selector(federation),
  })

async function check(context: Context): Promise<CheckResult> {
  const wanted = await wantedAt(context)
  if ("state" in wanted) return wanted
  const found = await ownPolicies(context)
  const fields = wanted.policies.flatMap((policy): Difference[] => {
    const existing = found.find(({ metadata }) => metadata.name === policy.metadata.name)
    const field = `${POLICY} ${policy.metadata.name}`
    if (existing === undefined) return [{ field, found: "missing", wanted: policyText(policy) }]
    const texts = [existing, policy].map(policyText)
    return texts[0] === texts[1] ? [] : [{ field, found: texts[0]!, wanted: texts[1]! }]
  })
  const surplus = found.filter(({ metadata }) =>
    wanted.policies.every((policy) => policy.metadata.name !== metadata.name),
  )
  for (const { metadata } of surplus)
    fields.push({ field: `${POLICY} ${metadata.name}`, found: "exists", wanted: "deleted" })
  const open = wanted.open.map((text) => `; ${text}`).join("")
  if (found.length === 0 && fields.length > 0) {
    const names = wanted.policies.map(({ metadata }) => metadata.name)
    return missing(`no ${POLICY} ${names.join(", ")} in ${context.site.project}${open}`)
  }
  if (fields.length > 0) return drifted(fields)
  const count = found.length === 1 ? `1 ${POLICY}` : `${found.length} NetworkPolicies`
  const [first] = found
  return ready(`${count}; ${await enforcementText(context.cluster)}${open}`, {
    ...(first !== undefined && { object: objectRef(first) }),
  })
}

async function apply(context: Context): Promise<void> {
  const { $, site } = context
  const wanted = await wantedAt(context)
  if ("state" in wanted) return
  if (wanted.policies.length > 0) {
    const file = await writeManifest(context, `${site.name}-network`, await manifestText(wanted.policies))
    await $`oc apply --server-side --force-conflicts --field-manager=${PROGRAM} -f ${file} -n ${site.project}`
  }
  for (const { metadata } of await ownPolicies(context)) {
    if (wanted.policies.some((policy) => policy.metadata.name === metadata.name)) continue
    await $`oc delete networkpolicy ${metadata.name} -n ${site.project} --wait=false`
  }
}

const INPUTS = ["network-policy", "project", "allow-egress"] as const
const DOCS = ["https://kubernetes.io/docs/concepts/services-networking/network-policies/"]

const shared = {
  when: { "network-policy": "on" },
  docs: DOCS,
  check,
  apply,
  update: apply,
  async takeOwnership(context: Context) {
    const wanted = await wantedAt(context)
    if (!("state" in wanted)) await recordOwn(context, wanted.policies.map(refOf))
  },
  show: ({ $, site }: Context) => $`oc get networkpolicies -n ${site.project}`,
  timeout: 120,
} as const

const UNKNOWN =
  "# The address of the API server is known to the cluster's administrators: TCP 6443 is open to all addresses here.\n"

export const isolateSuperlink = guideStep({
  ...shared,
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
  ...shared,
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
