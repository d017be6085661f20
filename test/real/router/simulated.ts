/**
 * What is simulated in the test's process, reached over real routers: behind a connector it is a TCP port that says who it is,
 * and in front of a listener it is there for as long as a connection to that port holds.
 */
import type { Socket } from "node:net"
import { createInterface } from "node:readline"
import { setTimeout as delay } from "node:timers/promises"
import type { Network, PodPort } from "../../../lib/practice/types/network.ts"
import type { Target } from "./addresses.ts"
import { type Sandbox, SandboxService } from "./sandbox.ts"

/** As a client tries again, in milliseconds. */
const AGAIN = 200

export class Simulated {
  readonly #network: Network
  readonly #services = new Map<string, object>()
  readonly #names = new WeakMap<object, string>()
  constructor(network: Network) {
    this.#network = network
  }

  /** Says at a connection what is served there, and cuts it when that is served no more. */
  answer({ place, service }: Target, socket: Socket): void {
    const name = this.#names.get(service as object) ?? crypto.randomUUID()
    this.#names.set(service as object, name)
    this.#services.set(name, service as object)
    const end = this.#network.onChange(place.cluster, () => {
      if (this.#network.listening(place) !== service) socket.resetAndDestroy()
    })
    socket.on("close", end).on("end", () => socket.end())
    socket.resume().write(`${name}\n`)
  }

  /** Serves at a router's port for clients what answers behind it, while a connection to it holds. */
  async follow(place: PodPort, sandbox: Sandbox, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const socket = await sandbox.connect(place.port).catch(() => undefined)
      if (socket !== undefined) await this.#whileOpen(place, sandbox, socket, over)
      await delay(AGAIN, undefined, { signal: over }).catch(() => undefined)
    }
  }

  async #whileOpen(place: PodPort, sandbox: Sandbox, socket: Socket, over: AbortSignal): Promise<void> {
    const closed = new Promise((resolve) => socket.once("close", resolve))
    const destroy = () => socket.destroy()
    over.addEventListener("abort", destroy, { once: true })
    let end: (() => void) | undefined
    createInterface({ input: socket })
      .on("line", (name) => {
        const service = this.#services.get(name)
        // Who forwards the port gets through the router as well.
        const both = service && Object.assign(new SandboxService(sandbox, place.port), service)
        if (both !== undefined) end ??= this.#network.listen(place, both)
      })
      .on("close", destroy)
      .on("error", () => undefined)
    await closed
    over.removeEventListener("abort", destroy)
    end?.()
  }
}
