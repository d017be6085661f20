/** The wires between clusters: what a site's router opens to another cluster can be cut, or carry nothing. */
import type { Socket } from "node:net"
import { joinSockets } from "../../../lib/practice/controllers/kubelet/loopback.ts"

/** `reset`: as a firewall that refuses; `silent`: as one that drops, nothing arrives and nobody is told. */
export type Trouble = "reset" | "silent"

interface Wire {
  readonly from: string
  readonly ends: readonly [Socket, Socket]
}

export class Wires {
  readonly #trouble = new Map<string, Trouble>()
  readonly #open = new Set<Wire>()

  /** @param from the site whose router opened the connection */
  join(from: string, one: Socket, other: Socket): void {
    if (this.#trouble.get(from) === "reset") {
      for (const socket of [one, other]) socket.resetAndDestroy()
      return
    }
    const wire: Wire = { from, ends: [one, other] }
    this.#open.add(wire)
    for (const socket of wire.ends) socket.once("close", () => this.#open.delete(wire))
    joinSockets(one, other)
    if (this.#trouble.get(from) === "silent") this.#silence(wire)
  }

  /** From now on, until it is mended. */
  cut(from: string, trouble: Trouble): void {
    this.#trouble.set(from, trouble)
    for (const wire of [...this.#open].filter((it) => it.from === from)) {
      if (trouble === "silent") this.#silence(wire)
      else for (const socket of wire.ends) socket.resetAndDestroy()
    }
  }

  mend(from: string): void {
    const before = this.#trouble.get(from)
    this.#trouble.delete(from)
    if (before !== "silent") return
    for (const { ends } of [...this.#open].filter((it) => it.from === from)) {
      const [one, other] = ends
      one.pipe(other)
      other.pipe(one)
    }
  }

  #silence({ ends: [one, other] }: Wire): void {
    one.unpipe(other)
    other.unpipe(one)
  }
}
