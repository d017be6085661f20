/** Dialling from a pod: Service → ready pods, and through a router to the pods behind a routing key. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { PodService, PracticeContainer } from "../../types/images.ts"
import type { Network, PodPort } from "../../types/network.ts"
import { isReadyPod, selects } from "../conditions.ts"
import { mayConnect, mayResolve } from "../policies.ts"
import type { Store } from "../store.ts"

const ROUTER = { "skupper.io/component": "router" }

/** The number of a Service's target port in a pod. */
function targetPort(
  port: { port: number; targetPort?: number | string },
  pod: KubeObject,
): number | undefined {
  if (typeof port.targetPort !== "string") return port.targetPort ?? port.port
  const ports = pod.spec.containers.flatMap(
    (container: { ports?: { name?: string; containerPort: number }[] }) => container.ports ?? [],
  )
  return ports.find((one: { name?: string }) => one.name === port.targetPort)?.containerPort
}

/** Who dials. */
interface From {
  readonly namespace: string
  /** Whose loopback 127.0.0.1 is. */
  readonly pod?: string
}

/** Every pod service that `host:port` leads to now, seen from a pod. */
export function resolve(
  store: Store,
  network: Network,
  cluster: string,
  { namespace: from, pod: self }: From,
  address: string,
): PodService[] {
  const [, host = "", portText = ""] = /^(.+):(\d+)$/.exec(address) ?? []
  if (host === "127.0.0.1" || host === "localhost") {
    if (self === undefined) return []
    const own = { cluster, namespace: from, pod: self, port: Number(portText) }
    return podService(network, own, host, true)
  }
  const [name = "", place] = host.split(".")
  const namespace = place === undefined || place === "svc" ? from : place
  const service = store.of("v1", "Service").get(namespace, name)
  const port = service?.spec.ports?.find((one: { port: number }) => one.port === Number(portText))
  if (port === undefined) return []
  const dialling = self === undefined ? undefined : store.of("v1", "Pod").get(from, self)
  if (dialling !== undefined && !mayResolve(store, dialling)) return []
  const pods = store
    .of("v1", "Pod")
    .list(namespace)
    .filter((pod) => isReadyPod(pod) && selects(service!.spec.selector, pod.metadata.labels))
  return pods.flatMap((pod) => {
    const target = targetPort(port, pod)
    if (target === undefined || !mayConnect(store, dialling, pod, target)) return []
    if (selects(ROUTER, pod.metadata.labels)) {
      const through = throughRouter(network, { cluster, namespace, pod: pod.metadata.name, port: target })
      if (through !== undefined) return through
    }
    return podService(
      network,
      { cluster, namespace, pod: pod.metadata.name, port: target },
      pod.status?.podIP,
    )
  })
}

/**
 * Every pod service that a port of a router's pod leads to; undefined where it is no listener's. A router listens only while
 * there is a connector that it reaches.
 */
export function throughRouter(network: Network, place: PodPort): PodService[] | undefined {
  const site = network.site(place.cluster, place.namespace)
  const listener = site && network.offer(site).listeners.find(({ port }) => port === place.port)
  if (site === undefined || listener === undefined) return undefined
  return listener.live
    ? network.offering(site, listener.routingKey).flatMap((entry) => entry.backends(listener.routingKey))
    : []
}

/** What a pod serves at a port, as a list of none or one. */
export function podService(network: Network, place: PodPort, ip = "", inside = false): PodService[] {
  const service = network.listening(place, inside)
  if (service === undefined) return []
  return [{ pod: { name: place.pod, namespace: place.namespace, ip }, port: place.port, service }]
}

/** Connections to each service: a router gives a new one to the service that has the fewest. */
const carried = new WeakMap<object, number>()

const carries = ({ service }: PodService): number => carried.get(service as object) ?? 0

function carry(service: unknown, more: 1 | -1): void {
  if (typeof service === "object" && service !== null)
    carried.set(service, (carried.get(service) ?? 0) + more)
}

/** Keeps a connection to an address for as long as there is a path, and takes it up again when there is one again. */
export const dialler =
  (store: Store, network: Network, cluster: string, from: From): PracticeContainer["dial"] =>
  (address, on) => {
    let connected: unknown
    let closed = false
    const hangUp = (): void => {
      carry(connected, -1)
      connected = undefined
    }
    const look = (): void => {
      if (closed) return
      const found = resolve(store, network, cluster, from, address)
      if (connected !== undefined && found.some((one) => one.service === connected)) return
      if (connected !== undefined) {
        hangUp()
        on.lost()
      }
      const [next] = found.sort((one, other) => carries(one) - carries(other))
      if (closed || next === undefined) return
      connected = next.service
      carry(connected, 1)
      on.open(connected)
    }
    const end = network.onChange(cluster, look)
    // Not within the call itself: the caller does not hold the way to hang up yet.
    setImmediate(look)
    return () => {
      closed = true
      hangUp()
      end()
    }
  }
