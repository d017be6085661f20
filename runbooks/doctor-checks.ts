import { CheckError, type Diagnosis, type DoctorCheck, type Right } from "../lib/index.ts"
import type { Context } from "./context.ts"
import installOperator from "./install-operator.ts"
import { FLEET_API } from "./interconnect/exposure.ts"
import { hubOf, hubsOf, isPerParty } from "./interconnect/hub.ts"
import { membersOf } from "./interconnect/members.ts"
import { namedSite } from "./interconnect/network-record.ts"
import { lostConfiguration } from "./interconnect/router-configuration.ts"
import { activeSite, SKUPPER, type SkupperSite } from "./interconnect/skupper.ts"
import { takeover } from "./interconnect/takeover.ts"
import prerequisites from "./prerequisites.ts"
import { counted, ifAllowed, ifServed, some } from "./shared/reading.ts"
import { skupperVersion } from "./shared/skupper-version.ts"
import { certificates, finding, open, otherApis } from "./superlink-diagnoses.ts"

async function commands(context: Context): Promise<Diagnosis> {
  const found = finding(await prerequisites.check(context))
  if (found.ok !== true) return found
  const { $ } = context
  const oc = await $.with({ nothrow: true, timeout: 20 })`oc version --client`
  const version = /Client Version:\s*(\S+)/.exec(oc.stdout)?.[1]
  const paths = await Promise.all(["oc", "skupper"].map((name) => $.which(name)))
  return { ok: true, said: `${found.said}${version ? `; oc ${version}` : ""} (${paths.join(", ")})` }
}

/** `2.2` of `2.2.1-rh-1` */
const minor = (version: string): string | undefined => /^v?(\d+\.\d+)/.exec(version)?.[1]

/** The projects with a Skupper Site of this federation at a site's cluster: with networks of parties, the SuperLink's own has none. */
const projectsOf = (context: Context): string[] =>
  context.site.role === "superlink" && isPerParty(context)
    ? hubsOf(context).map(({ project }) => project)
    : [context.site.project]

/** The first of these Sites that can be read. */
async function anySite(context: Context): Promise<SkupperSite | undefined> {
  for (const project of projectsOf(context)) {
    const found = await ifServed(ifAllowed(activeSite(context.cluster, project)))
    if (found !== undefined) return found
  }
  return undefined
}

async function versions(context: Context): Promise<Diagnosis> {
  const { $ } = context
  const found = await anySite(context)
  const controller = found?.status?.controller?.version
  if (controller === undefined) return { ok: true, said: "no controller has configured a Site here yet" }
  const { version } = await skupperVersion($)
  const said = `controller ${controller}, skupper ${version ?? "of unknown version"}`
  if (version === undefined || minor(version) === minor(controller)) return { ok: true, said }
  return {
    ok: "warn",
    said,
    fix: "use a skupper command of the controller's minor version",
  }
}

const inSkupper = (resource: string): Omit<Right, "namespace"> => ({
  verb: "create",
  group: "skupper.io",
  resource,
})

const RIGHTS: readonly Omit<Right, "namespace">[] = [
  { verb: "create", group: "apps", resource: "deployments" },
  { verb: "create", resource: "services" },
  { verb: "list", resource: "pods" },
  { verb: "get", resource: "pods", subresource: "log" },
  ...["sites", "accessgrants", "accesstokens", "links", "connectors", "listeners"].map(inSkupper),
]

/** What the steps of parties' networks create in the SuperLink's project. */
const WITH_PARTIES = [inSkupper("attachedconnectors")]

async function rights(context: Context): Promise<Diagnosis> {
  const { cluster, site } = context
  const wanted = site.role === "superlink" && isPerParty(context) ? [...RIGHTS, ...WITH_PARTIES] : RIGHTS
  const answers = await Promise.all(
    wanted.map((right) => cluster.allowed({ ...right, namespace: site.project })),
  )
  const missing = wanted
    .filter((_, index) => !answers[index])
    .map(({ verb, resource, subresource }) => `${verb} ${resource}${subresource ? `/${subresource}` : ""}`)
  const who = await cluster.whoami()
  if (missing.length === 0)
    return { ok: true, said: `${who} has all rights that the steps need in ${site.project}` }
  return {
    ok: false,
    said: `${who} is not allowed to ${some(missing)} in ${site.project}`,
    fix: `ask an administrator of ${site.project} for the role edit, and for a role that allows the resources of skupper.io`,
    next: `oc adm policy add-role-to-user edit ${who} -n ${site.project}`,
  }
}

/** An installed operator does not issue tokens yet: its grant server needs an address of its own. */
async function grants(context: Context): Promise<Diagnosis> {
  const { cluster, site } = context
  if (site.role !== "superlink") return { ok: true, said: "tokens are issued by the SuperLink's cluster" }
  const namespace = (await anySite(context))?.status?.controller?.namespace ?? site.operatorNamespace
  const access = await ifServed(
    ifAllowed(
      cluster.get({
        apiVersion: SKUPPER,
        kind: "SecuredAccess",
        name: "skupper-grant-server",
        namespace,
      }),
    ),
  )
  if (access === undefined) {
    return { ok: true, said: `the grant server in ${namespace} does not exist yet, or you cannot read it` }
  }
  const [endpoint] = (access.status?.endpoints ?? []) as { host: string; port: string }[]
  if (endpoint !== undefined)
    return { ok: true, said: `tokens are redeemed at ${endpoint.host}:${endpoint.port}` }
  return {
    ok: "warn",
    said: `the grant server in ${namespace} has no address yet: ${access.status?.message ?? "no reason given"}`,
    fix: "wait for its Route, or use link files instead of tokens: --link-with file",
    next: `oc get routes -n ${namespace}`,
  }
}

/** Every linked site can serve the routing key, and no status shows it. */
async function routingKey(context: Context): Promise<Diagnosis> {
  const { cluster, site } = context
  if (site.role !== "superlink") return { ok: true, said: "checked at the SuperLink's site" }
  for (const project of projectsOf(context)) {
    const own = await ifServed(ifAllowed(activeSite(cluster, project)))
    const other = own && takeover([own], own)
    if (other !== undefined) return finding(other)
  }
  return { ok: true, said: `no other site serves ${FLEET_API}` }
}

/** Undefined where the SuperLink's cluster cannot be read: another check says why. */
async function hubKnown<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read
  } catch (error) {
    if (error instanceof CheckError) return undefined
    throw error
  }
}

/** Who shares an application network with whom: whoever shares one administers the routers of the others. */
async function network(context: Context): Promise<Diagnosis> {
  const { site } = context
  const supernodes = context.all("supernode")
  if (site.role === "superlink") {
    const each = isPerParty(context)
      ? `${counted(hubsOf(context).length, "network")}, one for each party`
      : `one network for the SuperLink and ${counted(supernodes.length, "SuperNode")}`
    return { ok: true, said: `${context.inputs.network}: ${each}` }
  }
  const members = await hubKnown(membersOf(context))
  if (members === undefined) return { ok: true, said: "the hub of its network cannot be read" }
  const { own, hub, strangers } = members
  const [stranger] = strangers
  if (own === undefined || hub === undefined || own.status?.network === undefined)
    return { ok: true, said: "the record of the network does not exist yet" }
  if (stranger === undefined) return { ok: true, said: `alone with Site ${hub.metadata.name} in its network` }
  if (isPerParty(context)) {
    return {
      ok: false,
      said: `${namedSite(stranger)} is in the network of ${site.name} as well`,
      fix: "delete the Link that joins both networks: a site in each of them has one, or accepts one",
      next: `flower-runbook step verify --site ${site.name}`,
    }
  }
  const others = counted(strangers.length, "other site")
  return { ok: true, said: `shares one network with ${others}, whose administrators administer its router` }
}

/** A router that was restarted may lack its configuration, and no status shows it. */
async function router(context: Context): Promise<Diagnosis> {
  const { cluster, site } = context
  for (const project of projectsOf(context)) {
    const lost = await lostConfiguration(cluster, project)
    if (lost === undefined) continue
    const step =
      project === site.project
        ? `site-create --site ${site.name}`
        : `network-site --site ${sharer(context, project)}`
    return {
      ok: false,
      said: lost.reason,
      fix: "replace its pod: the next one starts with the whole configuration",
      next: `flower-runbook step ${step} --yes`,
    }
  }
  return { ok: true, said: "the router has not lost its configuration" }
}

/** A SuperNode of the network in a project: the steps of its hub are in that lane. */
const sharer = (context: Context, project: string): string =>
  context.all("supernode").find((one) => hubOf(context, one).project === project)?.name ?? ""

/** What `doctor` checks for this notebook, in addition to the checks for every notebook. */
export const doctor: readonly DoctorCheck[] = [
  { id: "commands", title: "Commands", on: "here", run: commands },
  {
    id: "operator",
    title: "Operator",
    on: "every site",
    run: async (context) => finding(await installOperator.check(context)),
  },
  { id: "versions", title: "Skupper versions", on: "every site", run: versions },
  { id: "rights", title: "Rights in the project", on: "every site", run: rights },
  { id: "grants", title: "Issuing tokens", on: "every site", run: grants },
  { id: "router", title: "Router", on: "every site", run: router },
  { id: "superlink", title: "Who is let in", on: "every site", run: open },
  { id: "certificates", title: "Certificates", on: "every site", run: certificates },
  { id: "routing key", title: "Routing key", on: "every site", run: routingKey },
  { id: "network", title: "Application network", on: "every site", run: network },
  { id: "other APIs", title: "Other APIs", on: "every site", run: otherApis },
]
