/** Why a Skupper site does not become ready. The reason is in other objects than the Site. */
import type { ClusterReader, KubeObject } from "../../lib/index.ts"
import { STALE } from "../openshift/rollout.ts"
import { troubleOf } from "../openshift/trouble.ts"
import type { Deployment } from "../openshift/workload.ts"
import { condition, ifAllowed, ifServed } from "../shared/reading.ts"
import { ROUTER } from "./skupper.ts"

export interface SiteTrouble {
  readonly code: string
  readonly reason: string
  /** Set if waiting does not help. */
  readonly fix?: string
  readonly next?: string
}

/** Fixes for a router that does not start; those for a SuperLink do not apply to it. */
const FIXES: Readonly<Record<string, string>> = {
  quota: "ask for a higher quota in the project, or free some of it",
  limits: "ask an administrator to change the project's LimitRange so that it allows the router",
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
  return (await routeTrouble(cluster, namespace)) ?? (await loadBalancerTrouble(cluster, namespace))
}

async function routerTrouble(cluster: ClusterReader, namespace: string): Promise<SiteTrouble | undefined> {
  const ref = { apiVersion: "apps/v1", kind: "Deployment", name: ROUTER, namespace }
  const deployment = await ifAllowed(cluster.get<Deployment>(ref))
  const trouble = deployment && (await ifAllowed(troubleOf(cluster, deployment)))
  if (trouble === undefined) return undefined
  const { code, reason, terminal, at, next } = trouble
  const words = { code, reason: `its router: ${reason}` }
  if (!terminal || (at !== undefined && (await cluster.now()) - at > STALE)) return words
  return { ...words, fix: FIXES[code] ?? trouble.fix, next }
}

/** A Route whose host name is refused says so in its condition Admitted. */
async function routeTrouble(cluster: ClusterReader, namespace: string): Promise<SiteTrouble | undefined> {
  const query = { apiVersion: "route.openshift.io/v1", kind: "Route", namespace }
  const routes = (await ifServed(ifAllowed(cluster.list(query)))) ?? []
  for (const { metadata, status } of routes.filter((route) => route.metadata.name.startsWith(ROUTER))) {
    const ingresses = (status?.ingress ?? []) as KubeObject["status"][]
    const [admitted] = ingresses.flatMap((ingress) => condition({ status: ingress }, "Admitted") ?? [])
    if (admitted?.status === "True") continue
    const words =
      admitted === undefined
        ? "waits to be admitted"
        : `is not admitted: ${admitted.message ?? admitted.reason}`
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
