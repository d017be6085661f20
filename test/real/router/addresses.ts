/** Where an address leads that a router dials: the networks of the clusters, read from their objects at each question. */
import type { KubeObject } from "../../../lib/cluster/types.ts"
import { resolve } from "../../../lib/practice/controllers/kubelet/dial.ts"
import { admittedHosts, domainOf } from "../../../lib/practice/controllers/services.ts"
import type { Store } from "../../../lib/practice/controllers/store.ts"
import type { Network, Place, PodPort } from "../../../lib/practice/types/network.ts"

const ROUTE = "route.openshift.io/v1"

/** One cluster as its network sees it. */
export interface Plane {
  readonly name: string
  readonly store: Store
}

/** Something that serves at a pod's port. */
export interface Target {
  readonly place: PodPort
  readonly service: unknown
}

/** The kinds that are read here; their caches are to be filled before. */
export const READ = [
  ["v1", "Pod"],
  ["v1", "Service"],
  [ROUTE, "Route"],
] as const

export class Addresses {
  readonly #planes: readonly Plane[]
  readonly #network: Network
  constructor(planes: readonly Plane[], network: Network) {
    this.#planes = planes
    this.#network = network
  }

  /** What serves at `host:port`, seen from a pod of a place; undefined where nothing does. */
  find(from: Place, host: string, port: number): Target | undefined {
    const own = this.#planes.find(({ name }) => name === from.cluster)!
    const pod = own.store
      .of("v1", "Pod")
      .list()
      .find(({ status }) => status?.podIP === host)
    if (pod !== undefined) return this.#inPod(own, pod, port)
    const inside = this.#behind(own, from.namespace, host, port)
    if (inside !== undefined) return inside
    for (const plane of this.#planes) {
      const found = this.#byRoute(plane, host, port) ?? this.#byService(plane, host, port)
      if (found !== undefined) return found
    }
    return undefined
  }

  #inPod({ name: cluster }: Plane, { metadata }: KubeObject, port: number): Target | undefined {
    const place = { cluster, namespace: metadata.namespace!, pod: metadata.name, port }
    const service = this.#network.listening(place)
    return service === undefined ? undefined : { place, service }
  }

  /** Behind a Service by its name in the cluster. */
  #behind({ name: cluster, store }: Plane, from: string, host: string, port: number): Target | undefined {
    const [found] = resolve(store, this.#network, cluster, { namespace: from }, `${host}:${port}`)
    if (found === undefined) return undefined
    const { pod, port: target, service } = found
    return { place: { cluster, namespace: pod.namespace, pod: pod.name, port: target }, service }
  }

  /** Routes of these tests pass TLS through. */
  #byRoute(plane: Plane, host: string, port: number): Target | undefined {
    const route = plane.store
      .of(ROUTE, "Route")
      .list()
      .find((it) => admittedHosts(it).includes(host))
    if (route === undefined || port !== 443) return undefined
    const { namespace = "" } = route.metadata
    const name = route.spec.to.name as string
    const service = plane.store.of("v1", "Service").get(namespace, name)
    const target = service?.spec.ports?.find(
      (it: { name?: string }) => it.name === route.spec.port?.targetPort,
    )
    return target && this.#behind(plane, namespace, `${name}.${namespace}`, target.port)
  }

  /** By a load balancer's address, or a node's. */
  #byService(plane: Plane, host: string, port: number): Target | undefined {
    const node = host === `node.${domainOf(plane.name)}`
    for (const { metadata, spec, status } of plane.store.of("v1", "Service").list()) {
      const balancers = (status?.loadBalancer?.ingress ?? []) as { hostname?: string }[]
      const balanced = balancers.some((it) => it.hostname === host)
      const found = spec.ports?.find((it: { port: number; nodePort?: number }) =>
        node ? it.nodePort === port : balanced && it.port === port,
      )
      if (found === undefined) continue
      return this.#behind(plane, metadata.namespace!, `${metadata.name}.${metadata.namespace}`, found.port)
    }
    return undefined
  }
}
