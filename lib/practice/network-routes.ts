/** Which sites reach each other: asked of the sites and worked out again after a change, and only then. */
import type { Neighbourhood, NetworkLink, NetworkSite, Offer, Place } from "./types/network.ts"

const ask = (site: NetworkSite): Offer => ({
  ca: site.ca,
  links: site.links(),
  connectors: site.connectors(),
  listeners: site.listeners(),
})

const keysOf = (offers: readonly Offer[], ends: "connectors" | "listeners"): ReadonlySet<string> =>
  new Set(offers.flatMap((offer) => offer[ends].map((one) => one.routingKey)))

export class Routes {
  #sites = new Set<NetworkSite>()
  /** Who answers at an address. */
  #doors = new Map<string, NetworkSite>()
  #offers = new Map<NetworkSite, { offer: Offer; text: string }>()
  #ways = new Map<NetworkSite, NetworkSite[]>()
  #around = new Map<NetworkSite, Neighbourhood>()
  /** The neighbourhoods by all that is said in them. */
  #said = new Map<string, Neighbourhood>()
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

  add(site: NetworkSite): () => void {
    this.#sites.add(site)
    this.#forgotten.add(site)
    this.#otherwise = true
    return () => {
      this.#sites.delete(site)
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
    for (const it of this.#sites) if (it.cluster === cluster && it.namespace === namespace) return it
    return undefined
  }

  /** Whether anything in a cluster is reached from other clusters. */
  serves(cluster: string): boolean {
    for (const it of this.#sites) {
      if (it.cluster === cluster && this.offer(it).connectors.length > 0) return true
    }
    return false
  }

  offer(site: NetworkSite): Offer {
    this.refresh()
    return this.#offers.get(site)?.offer ?? ask(site)
  }

  link(site: NetworkSite, link: NetworkLink): { up: boolean; peer: NetworkSite | undefined } {
    this.refresh()
    return this.#lead(site, link)
  }

  #lead(site: NetworkSite, { addresses, ca, down }: NetworkLink) {
    const peer = addresses
      .map((address) => this.#doors.get(address) ?? this.#doors.get(`${address}@${site.cluster}`))
      .find((entry) => entry !== undefined && this.#sites.has(entry))
    const trusted = peer !== undefined && ca !== undefined && this.#offers.get(peer)?.offer.ca === ca
    return { up: trusted && !down && this.#sites.has(site), peer }
  }

  reach(site: NetworkSite): NetworkSite[] {
    this.refresh()
    const found = new Set([site])
    for (const one of found) for (const next of this.#ways.get(one) ?? []) found.add(next)
    return [...found]
  }

  around(site: NetworkSite): Neighbourhood {
    this.refresh()
    return this.#around.get(site) ?? this.#describe([site])
  }

  #describe(sites: readonly NetworkSite[]): Neighbourhood {
    const offers = sites.map((entry) => this.#offers.get(entry)?.offer ?? ask(entry))
    return { sites, connectors: keysOf(offers, "connectors"), listeners: keysOf(offers, "listeners") }
  }

  /** Asks who is to be asked again. Returns whether anything is otherwise than before. */
  #asked(): boolean {
    let different = this.#otherwise
    const sites = [...this.#forgotten]
    this.#otherwise = false
    this.#forgotten.clear()
    for (const site of sites) {
      const offer = ask(site)
      const text = JSON.stringify(offer)
      if (text === this.#offers.get(site)?.text) continue
      this.#offers.set(site, { offer, text })
      different = true
    }
    return different
  }

  /** What a site's router makes known to the others. */
  #word(site: NetworkSite): string {
    const { text, offer } = this.#offers.get(site)!
    const links = offer.links.map((entry) => {
      const { up, peer } = this.#lead(site, entry)
      return `${up} ${peer?.uid}`
    })
    return `${site.uid} ${site.name} ${text} ${links.join()}`
  }

  /** Brings all this up to date, and tells those who listen where it made a difference. */
  refresh(): void {
    const anything = this.#anything
    if (!anything && !this.#otherwise && this.#forgotten.size === 0) return
    this.#anything = false
    const news = this.#asked() && this.#workOut()
    if (news || anything) for (const listener of [...this.#listeners]) listener(anything)
  }

  /** Returns whether anybody knows anything else than before. */
  #workOut(): boolean {
    this.#ways = new Map([...this.#sites].map((entry) => [entry, []]))
    for (const from of this.#sites) {
      for (const link of this.#offers.get(from)!.offer.links) {
        const { up, peer } = this.#lead(from, link)
        if (!up) continue
        this.#ways.get(from)!.push(peer!)
        this.#ways.get(peer!)!.push(from)
      }
    }
    const before = this.#said
    this.#said = new Map()
    this.#around = new Map()
    for (const site of this.#sites) {
      if (this.#around.has(site)) continue
      const sites = this.reach(site).sort((a, b) => (a.uid < b.uid ? -1 : 1))
      const words = sites.map((entry) => this.#word(entry)).join("\n")
      // The same object while the same sites say the same: by that the others know whether it is news.
      const known = before.get(words)
      const same = known?.sites.every((entry, at) => entry === sites[at])
      const now = same ? known! : this.#describe(sites)
      this.#said.set(words, now)
      for (const it of sites) this.#around.set(it, now)
    }
    return this.#said.size !== before.size || [...this.#said].some(([words, it]) => before.get(words) !== it)
  }
}
