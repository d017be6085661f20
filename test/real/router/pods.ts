/** The sandboxes of router pods: what serves in them, and where their connections lead. */
import { rm } from "node:fs/promises"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import type { KubeObject } from "../../../lib/cluster/types.ts"
import { joinSockets, TcpService } from "../../../lib/practice/controllers/kubelet/loopback.ts"
import type { PracticeContainer } from "../../../lib/practice/types/images.ts"
import type { Network, Place } from "../../../lib/practice/types/network.ts"
import { Addresses, type Plane, READ } from "./addresses.ts"
import { type RouterConfig, routerConfigOf } from "./router-config.ts"
import { Sandbox, SandboxService } from "./sandbox.ts"
import { Simulated } from "./simulated.ts"
import { Wires } from "./wires.ts"

/** The first address of the Services' range: the API server's, in every cluster. */
export const API_SERVER = { host: "10.96.0.1", port: 443 } as const

/** The kube-adaptor's health. */
const ADAPTOR_PORT = 9191

/** A cluster whose router pods run here. */
export interface RouterPlane extends Plane {
  /** The API server's port on loopback. */
  readonly port: number
}

interface RouterPod {
  readonly name: string
  readonly place: Place
  readonly sandbox: Sandbox
  /** It can be used. */
  readonly ready: Promise<void>
  /** Ports at which something in it is served. */
  readonly served: Set<number>
  readonly gone: AbortController
}

export interface RouterPodsOptions {
  readonly network: Network
  /** For the sandboxes. */
  readonly folder: string
  /** What routers connect is simulated in this process, not programs that speak TCP. */
  readonly simulated: boolean
}

export class RouterPods {
  readonly wires = new Wires()
  readonly #options: RouterPodsOptions
  readonly #planes: RouterPlane[] = []
  readonly #addresses: Addresses
  readonly #simulated: Simulated
  readonly #pods = new Map<string, RouterPod>()
  readonly #configs = new Map<string, RouterConfig>()

  constructor(options: RouterPodsOptions) {
    this.#options = options
    this.#addresses = new Addresses(this.#planes, options.network)
    this.#simulated = new Simulated(options.network)
  }

  /** Takes in a cluster; resolves once its objects are known. */
  async add(plane: RouterPlane): Promise<void> {
    const { store, name: cluster } = plane
    this.#planes.push(plane)
    const configMaps = store.of("v1", "ConfigMap")
    const read = READ.map(([version, kind]) => store.of(version, kind))
    await Promise.all([configMaps, ...read].map((it) => it.synced))
    configMaps.on((object) => this.#configured(cluster, object))
    store.of("v1", "Pod").on(({ metadata }, gone) => {
      if (gone) this.#end(`${cluster}/${metadata.namespace}/${metadata.name}`)
    })
  }

  /** The sandbox of a container's pod, ready for it. */
  async sandboxOf({ pod: { cluster, namespace, name } }: PracticeContainer): Promise<Sandbox> {
    const key = `${cluster}/${namespace}/${name}`
    const found = this.#pods.get(key) ?? this.#create(key, { cluster, namespace }, name)
    await found.ready
    return found.sandbox
  }

  #create(key: string, place: Place, name: string): RouterPod {
    const sandbox = new Sandbox(name, join(this.#options.folder, place.cluster, name))
    const { port } = this.#planes.find((it) => it.name === place.cluster)!
    const api = (socket: Socket): void => {
      const other = connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true })
      joinSockets(
        socket,
        other.on("error", () => undefined),
      )
    }
    const ready = sandbox.listen(API_SERVER.host, API_SERVER.port, api)
    const pod = { name, place, sandbox, ready, served: new Set<number>(), gone: new AbortController() }
    this.#pods.set(key, pod)
    this.#serve(pod, ADAPTOR_PORT)
    const config = this.#configs.get(`${place.cluster}/${place.namespace}`)
    if (config !== undefined) this.#connect(pod, config)
    return pod
  }

  #configured(cluster: string, object: KubeObject): void {
    const config = routerConfigOf(object)
    if (config === undefined) return
    const { namespace } = object.metadata
    this.#configs.set(`${cluster}/${namespace}`, config)
    for (const pod of this.#pods.values()) {
      if (pod.place.cluster === cluster && pod.place.namespace === namespace) this.#connect(pod, config)
    }
  }

  /** Makes its ports reachable, and what its router dials lead somewhere. */
  #connect(pod: RouterPod, { ports, clientPorts, dials }: RouterConfig): void {
    const { sandbox, place, gone } = pod
    for (const port of ports) this.#serve(pod, port)
    for (const port of clientPorts) {
      if (!this.#options.simulated) this.#serve(pod, port)
      else if (!pod.served.has(port)) {
        pod.served.add(port)
        void this.#simulated.follow({ ...place, pod: pod.name, port }, sandbox, gone.signal)
      }
    }
    for (const { host, port } of dials) {
      const dialled = (socket: Socket): void => void this.#leadOn(place, host, port, socket)
      // It has ended where this fails.
      sandbox.listen(sandbox.addressOf(host), port, dialled).catch(() => undefined)
    }
  }

  #serve({ name, place, sandbox, served, gone }: RouterPod, port: number): void {
    if (served.has(port)) return
    served.add(port)
    const end = this.#options.network.listen({ ...place, pod: name, port }, new SandboxService(sandbox, port))
    gone.signal.addEventListener("abort", end)
  }

  async #leadOn(from: Place, host: string, port: number, socket: Socket): Promise<void> {
    const target = this.#addresses.find(from, host, port)
    if (target === undefined) socket.resetAndDestroy()
    else if (target.service instanceof TcpService) {
      const other = await target.service.connect().catch(() => undefined)
      if (other === undefined) socket.resetAndDestroy()
      else if (target.place.cluster === from.cluster) joinSockets(socket, other)
      else this.wires.join(from.cluster, socket, other)
    } else this.#simulated.answer(target, socket)
  }

  #end(key: string): void {
    const pod = this.#pods.get(key)
    this.#pods.delete(key)
    pod?.gone.abort()
    pod?.sandbox.close()
  }

  async close(): Promise<void> {
    for (const key of [...this.#pods.keys()]) this.#end(key)
    await rm(this.#options.folder, { recursive: true, force: true })
  }
}
