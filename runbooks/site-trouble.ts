/** Why a Skupper site does not become ready: the reason stands in other objects than the Site. */
import type { ClusterReader, KubeObject } from "../lib/index.ts"
import { podTrouble, replicaTrouble, type Trouble } from "./pod-trouble.ts"
import { condition, ifAllowed, ifServed } from "./reading.ts"

const ROUTER = "skupper-router"

/**
 * Looks at the router's Deployment and pods, and, with link access, at what gives it an address.
 * @returns the first trouble; with a `fix` where only a person can go on
 */
export async function siteTrouble(
  cluster: ClusterReader,
  namespace: string,
  linkAccess: boolean,
): Promise<Trouble | undefined> {
  const router = await replicaTrouble(cluster, namespace, ROUTER)
  if (router !== undefined) return router
  const pods = await podTrouble(cluster, namespace, "skupper.io/component=router")
  if (pods !== undefined) return pods
  if (!linkAccess) return undefined
  return (await routeTrouble(cluster, namespace)) ?? (await loadBalancerTrouble(cluster, namespace))
}

async function routeTrouble(cluster: ClusterReader, namespace: string): Promise<Trouble | undefined> {
  const routes = await ifServed(
    ifAllowed(cluster.list({ apiVersion: "route.openshift.io/v1", kind: "Route", namespace })),
  )
  for (const route of (routes ?? []).filter(({ metadata }) => metadata.name.startsWith(ROUTER))) {
    const ingresses = (route.status?.ingress ?? []) as { conditions?: unknown[] }[]
    const admitted = ingresses
      .map((ingress) => condition({ ...route, status: ingress } as KubeObject, "Admitted"))
      .find((one) => one !== undefined)
    if (admitted?.status === "False")
      return {
        code: "route",
        reason: `Route ${route.metadata.name} is not admitted: ${admitted.message ?? admitted.reason}`,
      }
    if (admitted === undefined)
      return { code: "route", reason: `Route ${route.metadata.name} waits to be admitted` }
  }
  return undefined
}

async function loadBalancerTrouble(cluster: ClusterReader, namespace: string): Promise<Trouble | undefined> {
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
    reason: `Service ${ROUTER} has no address yet from the load balancer${words}`,
  }
}

const timeOf = (event: KubeObject): number =>
  Date.parse(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? "") || 0
