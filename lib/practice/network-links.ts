/** What the router of a site tells of its links: later than they change, and not always so. */
import type { Routes } from "./network-routes.ts"
import type { KnownLink, NetworkLink, NetworkSite, Offer } from "./types/network.ts"

/** In milliseconds. */
export interface LinkTimes {
  /** A new link, until its connection stands. */
  readonly dial: number
  /** A link whose connection broke, until it is dialled again. */
  readonly redial: number
  /** A connection that was closed by either end, until the link is told to be down. */
  readonly reset: number
  /** A connection whose packets are lost: the idle time-out of both ends. */
  readonly silence: number
  /** A link that the router lacks since it was restarted, until it is not told of any more. */
  readonly forget: number
}

interface Remembered {
  up: boolean
  peer: KnownLink["peer"]
  /** The router's pod: another one remembers nothing. */
  pod: string
  /** Since when the link is otherwise than is told. */
  otherwiseSince: number | undefined
  lackedSince: number | undefined
}

export class LinkMemory {
  readonly #routes: Routes
  readonly #times: LinkTimes
  #sites = new WeakMap<NetworkSite, { links: Map<string, Remembered>; told: readonly KnownLink[] }>()

  constructor(routes: Routes, times: LinkTimes) {
    this.#routes = routes
    this.#times = times
  }

  /** What is told of a site's links now: the same array while it is the same. `due` gets when that will change by itself. */
  update(site: NetworkSite, offer: Offer, now: number, due: number[]): readonly KnownLink[] {
    const memory = this.#sites.get(site) ?? { links: new Map<string, Remembered>(), told: [] }
    this.#sites.set(site, memory)
    // While its router does not answer, nobody tells anything else.
    if (!this.#routes.answers(site)) return memory.told
    const { pod } = offer.router!
    const names = new Set(offer.links.map(({ name }) => name))
    for (const name of memory.links.keys()) if (!names.has(name)) memory.links.delete(name)
    const told: KnownLink[] = []
    for (const link of offer.links) {
      let one = memory.links.get(link.name)
      if (one?.pod !== pod) {
        one = { up: false, peer: undefined, pod, otherwiseSince: undefined, lackedSince: undefined }
        memory.links.set(link.name, one)
      }
      const there = link.live ? this.#follow(site, link, one, now, due) : this.#lacks(one, now, due)
      if (there) told.push({ name: link.name, up: one.up, ...(one.peer && { peer: one.peer }) })
    }
    const same =
      told.length === memory.told.length &&
      told.every(({ name, up, peer }, at) => {
        const before = memory.told[at]!
        return name === before.name && up === before.up && peer === before.peer
      })
    if (!same) memory.told = told
    return memory.told
  }

  /** A router that was restarted in its pod has no such connector, and what was told before stays for a while. */
  #lacks(one: Remembered, now: number, due: number[]): boolean {
    one.otherwiseSince = undefined
    one.lackedSince ??= now
    const left = one.lackedSince + this.#times.forget
    if (now >= left) return false
    due.push(left)
    return true
  }

  #follow(site: NetworkSite, link: NetworkLink, one: Remembered, now: number, due: number[]): true {
    // Long enough without it, it comes back as a new one.
    if (one.lackedSince !== undefined && now - one.lackedSince >= this.#times.forget) {
      one.up = false
      one.peer = undefined
    }
    one.lackedSince = undefined
    const { up, peer } = this.#routes.link(site, link)
    if (up === one.up) {
      one.otherwiseSince = undefined
      if (up) this.#meet(one, peer!)
      return true
    }
    one.otherwiseSince ??= now
    const from = one.otherwiseSince + this.#delay(up, link, one, peer)
    if (now < from) {
      due.push(from)
      return true
    }
    one.up = up
    one.otherwiseSince = undefined
    if (up) this.#meet(one, peer!)
    return true
  }

  #meet(one: Remembered, peer: NetworkSite): void {
    const pod = this.#routes.offer(peer).router?.pod ?? ""
    if (one.peer?.site !== peer || one.peer.pod !== pod) one.peer = { site: peer, pod }
  }

  #delay(up: boolean, { cut }: NetworkLink, one: Remembered, peer: NetworkSite | undefined): number {
    const { dial, redial, reset, silence } = this.#times
    if (up) return one.peer === undefined ? dial : redial
    const hangs = peer !== undefined && this.#routes.offer(peer).router?.hung === true
    return cut === "drop" || hangs ? silence : reset
  }
}
