import type { CheckResult, ClusterReader, Diagnosis, DoctorCheck, Right } from "../lib/index.ts"
import type { Context } from "./context.ts"
import installOperator from "./install-operator.ts"
import { FLEET_API } from "./interconnect/exposure.ts"
import { lostConfiguration } from "./interconnect/router-configuration.ts"
import { activeSite, SKUPPER } from "./interconnect/skupper.ts"
import { takeover } from "./interconnect/takeover.ts"
import prerequisites from "./prerequisites.ts"
import { ifAllowed, ifServed, some } from "./shared/reading.ts"
import { skupperVersion } from "./shared/skupper-version.ts"

/** A check's result as a diagnosis: something that is only missing so far is not a problem. */
function finding(result: CheckResult): Diagnosis {
  const ok = result.state === "ready" || (result.state === "blocked" ? false : "warn")
  const fix = "fix" in result ? result.fix : undefined
  const next = "next" in result ? result.next : undefined
  return { ok, said: result.reason, ...(fix !== undefined && { fix }), ...(next !== undefined && { next }) }
}

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

async function versions({ $, cluster, site }: Context): Promise<Diagnosis> {
  const found = await ifServed(activeSite(cluster, site.project))
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

const RIGHTS: readonly Omit<Right, "namespace">[] = [
  { verb: "create", group: "apps", resource: "deployments" },
  { verb: "create", resource: "services" },
  { verb: "list", resource: "pods" },
  { verb: "get", resource: "pods", subresource: "log" },
  ...["sites", "accessgrants", "accesstokens", "links", "connectors", "listeners"].map((resource) => ({
    verb: "create",
    group: "skupper.io",
    resource,
  })),
]

async function rights({ cluster, site }: Context): Promise<Diagnosis> {
  const answers = await Promise.all(
    RIGHTS.map((right) => cluster.allowed({ ...right, namespace: site.project })),
  )
  const missing = RIGHTS.filter((_, index) => !answers[index]).map(
    ({ verb, resource, subresource }) => `${verb} ${resource}${subresource ? `/${subresource}` : ""}`,
  )
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
async function grants({ cluster, site }: Context): Promise<Diagnosis> {
  if (site.role !== "superlink") return { ok: true, said: "tokens are issued by the SuperLink's cluster" }
  const namespace = await controllerNamespace(cluster, site)
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
async function routingKey({ cluster, site }: Context): Promise<Diagnosis> {
  if (site.role !== "superlink") return { ok: true, said: "checked at the SuperLink's site" }
  const own = await ifServed(activeSite(cluster, site.project))
  const other = own && takeover([own], own)
  return other === undefined ? { ok: true, said: `no other site serves ${FLEET_API}` } : finding(other)
}

/** A router that was restarted may lack its configuration, and no status shows it. */
async function router({ cluster, site }: Context): Promise<Diagnosis> {
  const lost = await lostConfiguration(cluster, site.project)
  if (lost === undefined) return { ok: true, said: "the router has not lost its configuration" }
  return {
    ok: false,
    said: lost.reason,
    fix: "replace its pod: the next one starts with the whole configuration",
    next: `flower-runbook step site-create --site ${site.name} --yes`,
  }
}

async function controllerNamespace(cluster: ClusterReader, site: Context["site"]): Promise<string> {
  const found = await ifServed(ifAllowed(activeSite(cluster, site.project)))
  return found?.status?.controller?.namespace ?? site.operatorNamespace
}

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
  { id: "routing key", title: "Routing key", on: "every site", run: routingKey },
]
