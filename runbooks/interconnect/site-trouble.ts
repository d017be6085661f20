/** Why a Skupper site does not become ready. The reason is in other objects than the Site. */
import type { ClusterReader, KubeObject } from "../../lib/index.ts"
import { LIMIT_RANGE, reasonFor } from "../openshift/reasons.ts"
import { isStale } from "../openshift/rollout.ts"
import { troubleOf } from "../openshift/trouble.ts"
import type { Deployment } from "../openshift/workload.ts"
import { type Condition, condition, ifAllowed, ifServed } from "../shared/reading.ts"
import { ROUTER, SKUPPER } from "./skupper.ts"

export interface SiteTrouble {
  readonly code: string
  readonly reason: string
  /** Waiting does not help. */
  readonly final?: boolean
  /** Not set where the reason has to speak for itself. */
  readonly fix?: string
  readonly next?: string
}

/** Read by the controller in its own namespace (Skupper 2.1 and later); a limit alone is also the request. */
const SIZING = [
  "apiVersion: v1",
  "kind: ConfigMap",
  "metadata:",
  "  name: sizing-small",
  "  labels: { skupper.io/site-sizing: small }",
  '  annotations: { skupper.io/default-site-sizing: "true" }',
  'data: { router-cpu-limit: "1", router-memory-limit: 512Mi, adaptor-cpu-limit: 500m, adaptor-memory-limit: 256Mi }',
].join("\n")

/** Fixes for a router that does not start; those for a SuperLink do not apply to it: its pods have no inputs here. */
const FIXES: Readonly<Record<string, string>> = {
  "no limits": `the project's quota only admits containers with requests and limits: ask an administrator to apply a LimitRange with defaults in the project:\n${LIMIT_RANGE}\nor to size all routers, in the namespace of Skupper's controller:\n${SIZING}`,
  quota: "ask for a higher quota in the project, or free some of it",
  limits: "ask an administrator to change the project's LimitRange so that it allows the router",
  ratio:
    "ask an administrator to raise maxLimitRequestRatio in the project's LimitRange: the router's pod exceeds it",
  security: "ask an administrator to allow the router's pod in the project",
  image: "check that the cluster reaches the registry of Service Interconnect, and check its pull secret",
}

/** Checks the router's pods and, with link access, the objects that give it an address. Returns the first problem. */
export async function siteTrouble(
  cluster: ClusterReader,
  namespace: string,
  linkAccess: boolean,
): Promise<SiteTrouble | undefined> {
  const router = await routerTrouble(cluster, namespace)
  if (router !== undefined || !linkAccess) return router
  return (
    (await accessTrouble(cluster, namespace)) ??
    (await routeTrouble(cluster, namespace)) ??
    (await loadBalancerTrouble(cluster, namespace))
  )
}

async function routerTrouble(cluster: ClusterReader, namespace: string): Promise<SiteTrouble | undefined> {
  const ref = { apiVersion: "apps/v1", kind: "Deployment", name: ROUTER, namespace }
  const deployment = await ifAllowed(cluster.get<Deployment>(ref))
  if (deployment?.spec.replicas === 0) return scaledToZero(namespace)
  const trouble = deployment && (await ifAllowed(troubleOf(cluster, deployment)))
  if (trouble === undefined) return undefined
  const { code, reason, terminal, at, next } = trouble
  const words = { code, reason: `its router: ${reason}` }
  if (!terminal || (await isStale(cluster, at))) return words
  const fix = FIXES[code] ?? trouble.fix
  return { ...words, final: true, ...(fix !== undefined && { fix }), next }
}

/** The controller does not scale it up again (skupper#1364), and the Site only says that pods are missing. */
const scaledToZero = (namespace: string): SiteTrouble => ({
  code: "scaled to 0",
  reason: `its router: Deployment ${ROUTER} is scaled to 0`,
  final: true,
  fix: "scale it up again",
  next: `oc scale deployment/${ROUTER} --replicas=1 -n ${namespace}`,
})

/** What the controller says where it makes the addresses: the Site itself only stays Pending. */
async function accessTrouble(cluster: ClusterReader, namespace: string): Promise<SiteTrouble | undefined> {
  const query = { apiVersion: SKUPPER, kind: "SecuredAccess", namespace }
  const found = (await ifServed(ifAllowed(cluster.list(query)))) ?? []
  for (const { metadata, status } of found) {
    const failed = ((status?.conditions ?? []) as Condition[]).find(
      (one) => one.status === "False" && one.reason === "Error",
    )
    const words = failed?.message ?? (status?.status === "Error" ? status.message : undefined)
    if (words === undefined) continue
    const known = reasonFor("Skupper", words)
    return {
      code: known?.code ?? "access",
      reason: `SecuredAccess ${metadata.name}: ${words}`,
      // The controller tries everything else again.
      final: known?.passes === false,
      ...(known?.fix !== undefined && { fix: known.fix }),
      next: `oc describe securedaccess ${metadata.name} -n ${namespace}`,
    }
  }
  return undefined
}

/** A Route whose host name is refused says so in its condition Admitted. */
async function routeTrouble(cluster: ClusterReader, namespace: string): Promise<SiteTrouble | undefined> {
  const query = { apiVersion: "route.openshift.io/v1", kind: "Route", namespace }
  const routes = (await ifServed(ifAllowed(cluster.list(query)))) ?? []
  for (const { metadata, status } of routes.filter((route) => route.metadata.name.startsWith(ROUTER))) {
    // One per router shard: one that admits it is enough.
    const ingresses = (status?.ingress ?? []) as (KubeObject["status"] & { routerName?: string })[]
    const said = ingresses.map((ingress) => ({
      router: ingress.routerName,
      admitted: condition({ status: ingress }, "Admitted"),
    }))
    if (said.some(({ admitted }) => admitted?.status === "True")) continue
    const refusals = said.flatMap(({ router, admitted }) =>
      admitted === undefined
        ? []
        : [`${admitted.message ?? admitted.reason}${said.length > 1 && router ? ` (router ${router})` : ""}`],
    )
    const words =
      refusals.length === 0 ? "waits to be admitted" : `is not admitted: ${[...new Set(refusals)].join("; ")}`
    return { code: "route", reason: `Route ${metadata.name} ${words}` }
  }
  return undefined
}

async function loadBalancerTrouble(
  cluster: ClusterReader,
  namespace: string,
): Promise<SiteTrouble | undefined> {
  const service = await ifAllowed(cluster.get({ apiVersion: "v1", kind: "Service", name: ROUTER, namespace }))
  if (service?.spec?.type !== "LoadBalancer" || service.status?.loadBalancer?.ingress?.length > 0)
    return undefined
  const events = await ifAllowed(
    cluster.list({ apiVersion: "v1", kind: "Event", namespace, fields: `involvedObject.name=${ROUTER}` }),
  )
  const last = (events ?? [])
    .filter((event) => event.involvedObject?.kind === "Service")
    .sort((a, b) => timeOf(a) - timeOf(b))
    .at(-1)
  const words = last === undefined ? "" : `: ${last.message}`
  return {
    code: "load balancer",
    reason: `Service ${ROUTER} has no address from a load balancer yet${words}`,
  }
}

const timeOf = (event: KubeObject): number =>
  Date.parse(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? "") || 0
