/** What a cluster's own network does for Services and Routes: endpoints, load balancer addresses, the ingress router. */
import { isDeepStrictEqual } from "node:util"
import type { KubeObject } from "../../cluster/types.ts"
import type { Controller, ControllerContext } from "../types/controllers.ts"
import { isReadyPod, isTrue, ownedBy, selects, wireTime } from "./conditions.ts"
import { keyOf, splitKey, startController } from "./controller.ts"
import { faultNow } from "./faulty.ts"
import { DURATIONS, Patience, paceOf } from "./pace.ts"
import { type Store, storeOf } from "./store.ts"

const DISCOVERY = "discovery.k8s.io/v1"
const ROUTE = "route.openshift.io/v1"

/** The domain of a practice cluster's routes and load balancers; `.test` resolves nowhere (RFC 6761). */
export const domainOf = (cluster: string): string => `${cluster}.practice.test`

interface ServicePort {
  name?: string
  port: number
  targetPort?: number | string
  protocol?: string
}

function target(port: ServicePort, pod: KubeObject | undefined): number {
  if (typeof port.targetPort === "number") return port.targetPort
  const named = pod?.spec.containers
    .flatMap((container: { ports?: { name?: string; containerPort: number }[] }) => container.ports ?? [])
    .find((one: { name?: string }) => one.name === port.targetPort)
  return named?.containerPort ?? port.port
}

/** Endpoints and its EndpointSlice for a Service with a selector. */
async function endpoints(store: Store, service: KubeObject): Promise<void> {
  const { name, namespace = "" } = service.metadata
  const pods = store
    .of("v1", "Pod")
    .list(namespace)
    .filter((pod) => selects(service.spec.selector, pod.metadata.labels) && pod.status?.podIP !== undefined)
    .filter((pod) => pod.metadata.deletionTimestamp === undefined)
  const ports = ((service.spec.ports ?? []) as ServicePort[]).map((port) => ({
    name: port.name ?? "",
    port: target(port, pods[0]),
    protocol: port.protocol ?? "TCP",
  }))
  const ref = (pod: KubeObject) => ({
    kind: "Pod",
    name: pod.metadata.name,
    namespace,
    uid: pod.metadata.uid,
  })
  const address = (pod: KubeObject) => ({
    ip: pod.status.podIP,
    nodeName: pod.spec.nodeName,
    targetRef: ref(pod),
  })
  const [ready, waiting] = [pods.filter(isReadyPod), pods.filter((one) => !isReadyPod(one))]
  const plainPorts = ports.map(({ name: portName, ...port }) =>
    portName === "" ? port : { name: portName, ...port },
  )
  const subsets = [
    {
      ...(ready.length > 0 ? { addresses: ready.map(address) } : {}),
      ...(waiting.length > 0 ? { notReadyAddresses: waiting.map(address) } : {}),
      ports: plainPorts,
    },
  ]
  await put(store, {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { name, namespace, ownerReferences: [ownedBy(service)] },
    subsets: pods.length > 0 ? subsets : [],
  })
  await put(store, {
    apiVersion: DISCOVERY,
    kind: "EndpointSlice",
    metadata: {
      name: `${name}-practice`,
      namespace,
      labels: {
        "kubernetes.io/service-name": name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      },
      ownerReferences: [ownedBy(service)],
    },
    addressType: "IPv4",
    ports,
    endpoints: pods.map((pod) => ({
      addresses: [pod.status.podIP],
      conditions: { ready: isReadyPod(pod), serving: isReadyPod(pod), terminating: false },
      nodeName: pod.spec.nodeName,
      targetRef: ref(pod),
    })),
  })
}

async function put(store: Store, object: KubeObject): Promise<void> {
  const { apiVersion, kind, metadata, ...fields } = object
  const known = store.of(apiVersion, kind).get(metadata.namespace, metadata.name)
  const stale = known?.metadata.ownerReferences?.[0]?.uid !== metadata.ownerReferences?.[0]?.uid
  if (known === undefined) await store.ensure(object)
  else if (
    stale ||
    Object.entries(fields).some(([field, value]) => !isDeepStrictEqual(known[field], value))
  ) {
    await store.merge(known, { ...fields, metadata: { ownerReferences: metadata.ownerReferences } })
  }
}

function admitted(route: KubeObject, host: string) {
  const label = host.split(".")[0]!
  const tooLong = label.length > 63
  return {
    type: "Admitted",
    status: tooLong ? "False" : "True",
    ...(tooLong
      ? {
          reason: "InvalidHost",
          message: `host name validation errors: spec.host: Invalid value: "${host}": must be no more than 63 characters`,
        }
      : {}),
    lastTransitionTime: wireTime(),
    observedGeneration: route.metadata.generation,
  }
}

const SHARD = "internal"

/** What a second ingress router says, whose shard may not have the Route's host. */
const refusedByShard = (host: string) => ({
  host,
  routerName: SHARD,
  wildcardPolicy: "None",
  conditions: [
    {
      type: "Admitted",
      status: "False",
      reason: "HostAlreadyClaimed",
      message: `a route in another namespace holds ${host}`,
      lastTransitionTime: wireTime(),
    },
  ],
})

/** @param options `endpoints: false` where kube-controller-manager keeps them */
export function startServices(
  context: ControllerContext & { openshift?: boolean },
  options: { endpoints?: boolean } = {},
): Controller {
  const store = storeOf(context.cluster)
  const pace = paceOf(context.delays)
  const services = store.of("v1", "Service")
  const pods = store.of("v1", "Pod")
  const patience = new Patience()
  const domain = domainOf(context.name)

  const serviceQueue = startController({
    name: "services",
    watches: [
      { informer: services },
      {
        informer: pods,
        keys: (pod) =>
          services
            .list(pod.metadata.namespace)
            .filter((one) => selects(one.spec.selector, pod.metadata.labels))
            .map((one) => `${one.metadata.namespace}/${one.metadata.name}`),
      },
      ...(options.endpoints === false
        ? []
        : [
            { informer: store.of("v1", "Endpoints") },
            { informer: store.of(DISCOVERY, "EndpointSlice"), keys: () => [] },
          ]),
    ],
    async reconcile(key) {
      const service = services.get(...splitKey(key))
      if (service === undefined || service.metadata.deletionTimestamp !== undefined) return
      if (service.spec.selector !== undefined && options.endpoints !== false) await endpoints(store, service)
      if (service.spec.type !== "LoadBalancer" || service.status?.loadBalancer?.ingress?.length > 0) return
      const left = patience.left(key, service.metadata.uid!, pace(...DURATIONS.loadBalancer))
      if (left > 0) return left
      const hostname = `${service.metadata.name}-${service.metadata.namespace}.lb.${domain}`
      await store.status(service, { loadBalancer: { ingress: [{ hostname }] } })
    },
  })
  if (context.openshift === false) return serviceQueue

  const routes = store.of(ROUTE, "Route")
  const routeQueue = startController({
    name: "ingress-router",
    watches: [{ informer: routes }],
    async reconcile(key) {
      let route = routes.get(...splitKey(key))
      if (route === undefined || route.metadata.deletionTimestamp !== undefined) return
      const { name, namespace, uid } = route.metadata
      const host = route.spec.host ?? `${name}-${namespace}.apps.${domain}`
      const shards: { routerName?: string; host?: string }[] = route.status?.ingress ?? []
      const isSharded = faultNow(context.faults, "route", context.name, key, "shards") !== undefined
      if (shards[0]?.host === host && shards.some((one) => one.routerName === SHARD) === isSharded) return
      const left = patience.left(key, `${uid} ${host}`, pace(...DURATIONS.route))
      if (left > 0) return left
      if (route.spec.host === undefined) route = await store.merge(route, { spec: { host } })
      await store.status(route, {
        ingress: [
          {
            host,
            routerName: "default",
            routerCanonicalHostname: `router-default.apps.${domain}`,
            wildcardPolicy: "None",
            conditions: [admitted(route, host)],
          },
          ...(isSharded ? [refusedByShard(host)] : []),
        ],
      })
    },
  })
  const forget = context.faults.onChange(() => {
    for (const route of routes.list()) routeQueue.add(keyOf(route))
  })
  return {
    name: "services",
    async stop() {
      forget()
      await Promise.all([serviceQueue.stop(), routeQueue.stop()])
    },
  }
}

/** Hosts at which a Route's ingress routers let traffic in. */
export const admittedHosts = (route: KubeObject | undefined): string[] =>
  ((route?.status?.ingress ?? []) as { host: string; conditions?: object[] }[])
    .filter((one) => isTrue({ ...route!, status: { conditions: one.conditions } }, "Admitted"))
    .map((one) => one.host)
