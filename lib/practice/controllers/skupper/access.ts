/** RouterAccess → SecuredAccess → Service and Routes → endpoints: how links come in. */
import type { KubeObject } from "../../../cluster/types.ts"
import { ownedBy } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { admittedHosts, domainOf } from "../services.ts"
import {
  CONTROLLED,
  GRANT_SERVER,
  GROUP_SELECTOR,
  judged,
  kind,
  SITE_CA,
  SKUPPER,
  type Skupper,
} from "./common.ts"

const ROUTE = "route.openshift.io/v1"
const ACCESS = "internal.skupper.io/secured-access"
const REQUIRED = ["Configured", "Resolved"]

export interface Endpoint {
  name: string
  host: string
  port: string
  group?: string
}

/** Link access types that this controller offers. */
export const enabledTypes = (skupper: Skupper): string[] =>
  skupper.routes ? ["local", "loadbalancer", "nodeport", "route"] : ["local", "loadbalancer", "nodeport"]

const typeOf = (skupper: Skupper, object: KubeObject): string =>
  object.spec.accessType || (skupper.routes ? "route" : "loadbalancer")

export async function reconcileRouterAccess(skupper: Skupper, key: string): Promise<void> {
  const { store } = skupper
  const access = kind(store, "RouterAccess").get(...splitKey(key))
  if (access === undefined || access.metadata.deletionTimestamp !== undefined) return
  const { name, namespace } = access.metadata
  const metadata = { name, namespace: namespace!, ownerReferences: [ownedBy(access, false)] }
  const { roles, tlsCredentials, issuer = SITE_CA, accessType } = access.spec
  if (access.spec.generateTlsCredentials) {
    await store.ensure({
      apiVersion: SKUPPER,
      kind: "Certificate",
      metadata: { ...metadata, name: tlsCredentials },
      spec: { ca: issuer, subject: name, hosts: [name, `${name}.${namespace}`], server: true },
    })
  }
  await store.ensure({
    apiVersion: SKUPPER,
    kind: "SecuredAccess",
    metadata,
    spec: {
      ...(accessType === undefined ? {} : { accessType }),
      selector: GROUP_SELECTOR,
      issuer,
      certificate: tlsCredentials,
      ports: roles.map((role: { name: string; port: number }) => ({
        name: role.name,
        port: role.port,
        targetPort: role.port,
        protocol: "TCP",
      })),
    },
  })
  if (access.status === undefined) {
    await store.status(access, judged(access, REQUIRED, { Configured: "ok" }))
    return
  }
  const secured = kind(store, "SecuredAccess").get(namespace, name)
  const found = ((secured?.status?.endpoints ?? []) as Endpoint[]).map((one) => ({ ...one, group: name }))
  const resolved = found.length > 0 ? "ok" : { pending: "Pending" }
  await store.status(
    access,
    judged(access, REQUIRED, { Configured: "ok", Resolved: resolved }, { endpoints: found }),
  )
}

const route = (access: KubeObject, port: { name: string }): KubeObject => ({
  apiVersion: ROUTE,
  kind: "Route",
  metadata: {
    name: `${access.metadata.name}-${port.name}`,
    namespace: access.metadata.namespace!,
    labels: { [ACCESS]: "true" },
    annotations: { [CONTROLLED]: "true" },
    ownerReferences: [ownedBy(access, false)],
  },
  spec: {
    tls: { termination: "passthrough", insecureEdgeTerminationPolicy: "None" },
    port: { targetPort: port.name },
    to: { kind: "Service", name: access.metadata.name, weight: 100 },
  },
})

const SERVICE_TYPES: Readonly<Record<string, string>> = { loadbalancer: "LoadBalancer", nodeport: "NodePort" }

export async function reconcileSecuredAccess(skupper: Skupper, key: string): Promise<void> {
  const { store, context } = skupper
  const access = kind(store, "SecuredAccess").get(...splitKey(key))
  if (access === undefined || access.metadata.deletionTimestamp !== undefined) return
  const { name, namespace } = access.metadata
  if (name === GRANT_SERVER) return // it says itself where it listens
  const type = typeOf(skupper, access)
  if (!enabledTypes(skupper).includes(type)) {
    await store.status(access, judged(access, REQUIRED, { Configured: { error: "unsupported access type" } }))
    return
  }
  const ports = access.spec.ports as { name: string; port: number }[]
  await store.ensure({
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      ...{ name, namespace: namespace!, ownerReferences: [ownedBy(access, false)] },
      labels: { [ACCESS]: "true" },
      annotations: { [CONTROLLED]: "true" },
    },
    spec: { type: SERVICE_TYPES[type] ?? "ClusterIP", selector: access.spec.selector, ports },
  })
  if (type === "route") for (const port of ports) await store.ensure(route(access, port))

  const service = store.of("v1", "Service").get(namespace, name)
  const balancers = (service?.status?.loadBalancer?.ingress ?? []) as { ip?: string; hostname?: string }[]
  const nodePort = (wanted: string): number | undefined =>
    service?.spec.ports?.find((one: { name: string }) => one.name === wanted)?.nodePort
  const hosts = (port: { name: string; port: number }): [host: string, port: number | undefined][] => {
    if (type === "loadbalancer")
      return balancers.map((balancer) => [balancer.ip ?? balancer.hostname!, port.port])
    if (type === "nodeport") return [[`node.${domainOf(context.name)}`, nodePort(port.name)]]
    if (type === "local") return [[`${name}.${namespace}`, port.port]]
    return admittedHosts(store.of(ROUTE, "Route").get(namespace, `${name}-${port.name}`)).map((one) => [
      one,
      443,
    ])
  }
  const endpoints: Endpoint[] = ports.flatMap((port) =>
    hosts(port).flatMap(([host, number]) =>
      number === undefined ? [] : [{ name: port.name, host, port: String(number) }],
    ),
  )
  await store.status(
    access,
    judged(
      access,
      REQUIRED,
      // The real one counts what there is: with one of two Routes admitted, that is half an address (measured).
      { Resolved: endpoints.length > 0 ? "ok" : { pending: "Pending" }, Configured: "ok" },
      { endpoints },
    ),
  )
}
