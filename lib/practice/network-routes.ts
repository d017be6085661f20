/** Which sites reach each other: asked of the sites and worked out again after a change, and only then. */
import type { NetworkLink, NetworkSite, Offer, Place } from "./types/network.ts"

export class Routes {
  #sites = new Set<NetworkSite>()
  #byCluster = new Map<string, Set<NetworkSite>>()
  /** Who answers at an address. */
  #doors = new Map<string, NetworkSite>()
  #offers = new Map<NetworkSite, { offer: Offer; text: string }>()
  /** The sites that each one reaches: one array for all that reach each other. */
  #reached = new Map<NetworkSite, readonly NetworkSite[]>()
  /** Those of them that have a connector of a routing key, as far as anybody has asked since the last change. */
  #offering = new Map<readonly NetworkSite[], Map<string, NetworkSite[]>>()
  #listeners = new Set<(anything: boolean) => void>()
  /** Sites to ask again. */
  #forgotten = new Set<NetworkSite>()
  /** A site or an address came or went. */
  #otherwise = false
  /** Everything was forgotten. */
  #anything = false

  /** Called when any site came or went or offers something else, or a link went up or down. */
  onChange(listener: (anything: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The site at this place is asked again; without a place: every site. */
  forget(place?: Place): void {
    if (place === undefined) {
      this.#anything = true
      for (const it of this.#sites) this.#forgotten.add(it)
    } else {
      const site = this.site(place.cluster, place.namespace)
      if (site !== undefined) this.#forgotten.add(site)
    }
  }

  get sites(): ReadonlySet<NetworkSite> {
    return this.#sites
  }

  add(site: NetworkSite): () => void {
    this.#sites.add(site)
    this.#byCluster.set(site.cluster, (this.#byCluster.get(site.cluster) ?? new Set()).add(site))
    this.#forgotten.add(site)
    this.#otherwise = true
    return () => {
      this.#sites.delete(site)
      this.#byCluster.get(site.cluster)?.delete(site)
      this.#forgotten.delete(site)
      this.#offers.delete(site)
      this.#otherwise = true
    }
  }

  open(address: string, site: NetworkSite): () => void {
    this.#doors.set(address, site)
    this.#otherwise = true
    return () => {
      if (this.#doors.get(address) !== site) return
      this.#doors.delete(address)
      this.#otherwise = true
    }
  }

  at(address: string): NetworkSite | undefined {
    return this.#doors.get(address)
  }

  site(cluster: string, namespace: string): NetworkSite | undefined {
    for (const it of this.#byCluster.get(cluster) ?? []) if (it.namespace === namespace) return it
    return undefined
  }

  /** Whether anything in a cluster is reached from other clusters. */
  serves(cluster: string): boolean {
    for (const it of this.#byCluster.get(cluster) ?? []) {
      if (this.offer(it).connectors.length > 0) return true
    }
    return false
  }

  offer(site: NetworkSite): Offer {
    this.refresh()
    return this.#offers.get(site)?.offer ?? site.offer()
  }

  link(site: NetworkSite, link: NetworkLink): { up: boolean; peer: NetworkSite | undefined } {
    this.refresh()
    return this.#lead(site, link)
  }

  /** Whether its router's process is there and works. */
  answers(site: NetworkSite): boolean {
    const router = this.#offers.get(site)?.offer.router
    return router !== undefined && !router.hung
  }

  #lead(site: NetworkSite, { addresses, ca, cut, live }: NetworkLink) {
    const peer = addresses
      .map((address) => this.#doors.get(address) ?? this.#doors.get(`${address}@${site.cluster}`))
      .find((entry) => entry !== undefined && this.#sites.has(entry))
    const trusted = peer !== undefined && ca !== undefined && this.#offers.get(peer)?.offer.ca === ca
    const both = peer !== undefined && this.answers(site) && this.answers(peer)
    return { up: trusted && both && live && cut === undefined, peer }
  }

  /** Itself among them, in no order; the same array for the same sites. None where the site's own router does not answer. */
  reach(site: NetworkSite): readonly NetworkSite[] {
    this.refresh()
    return this.#reached.get(site) ?? []
  }

  /** The sites that it reaches and that have a connector of a routing key; itself first. */
  offering(site: NetworkSite, routingKey: string): readonly NetworkSite[] {
    const reached = this.reach(site)
    const keys = this.#offering.get(reached) ?? new Map<string, NetworkSite[]>()
    this.#offering.set(reached, keys)
    let found = keys.get(routingKey)
    if (found === undefined) {
      const has = (one: NetworkSite) =>
        this.offer(one).connectors.some((connector) => connector.routingKey === routingKey)
      found = reached.filter(has)
      keys.set(routingKey, found)
    }
    return found.includes(site) ? [site, ...found.filter((one) => one !== site)] : found
  }

  /** Asks who is to be asked again. Returns whether anything is otherwise than before. */
  #asked(): boolean {
    let different = this.#otherwise
    const sites = [...this.#forgotten]
    this.#otherwise = false
    this.#forgotten.clear()
    for (const site of sites) {
      const offer = site.offer()
      const text = JSON.stringify(offer)
      if (text === this.#offers.get(site)?.text) continue
      this.#offers.set(site, { offer, text })
      different = true
    }
    return different
  }

  /** Brings all this up to date, and tells those who listen where it made a difference. */
  refresh(): void {
    const anything = this.#anything
    if (!anything && !this.#otherwise && this.#forgotten.size === 0) return
    this.#anything = false
    const news = this.#asked()
    if (news) this.#workOut()
    if (news || anything) for (const listener of [...this.#listeners]) listener(anything)
  }

  #workOut(): void {
    const ways = new Map<NetworkSite, NetworkSite[]>([...this.#sites].map((entry) => [entry, []]))
    for (const from of this.#sites) {
      for (const link of this.#offers.get(from)!.offer.links) {
        const { up, peer } = this.#lead(from, link)
        if (!up) continue
        ways.get(from)!.push(peer!)
        ways.get(peer!)!.push(from)
      }
    }
    const before = this.#reached
    this.#reached = new Map()
    this.#offering = new Map()
    for (const site of this.#sites) {
      if (!this.answers(site) || this.#reached.has(site)) continue
      const found = new Set([site])
      for (const one of found) for (const next of ways.get(one)!) found.add(next)
      const known = before.get(site)
      const same = known?.length === found.size && known.every((entry) => found.has(entry))
      const reached = same ? known! : [...found]
      for (const one of found) this.#reached.set(one, reached)
    }
  }
}
