/** The played router network between practice clusters. */
import type { PodService } from "./images.ts"

/** The played router network between the clusters, one object a practice federation. */
export interface Network {
  /** A site opens for links at an address (host:port); links that dial it with its CA's credentials reach it. */
  accept(address: string, site: NetworkSite): () => void
  /** Who answers at an address now. */
  at(address: string): NetworkSite | undefined
  /** Called when something changed that pods of a cluster may reach. */
  onChange(cluster: string, listener: () => void): () => void
  /**
   * Called when a site came or went, a link went up or down, or a site offers something else; with `anything` where it may be
   * more than that, as when faults change.
   */
  onRoutes(listener: (anything: boolean) => void): () => void
  /** What the site at a place offers may have changed; without a place: at every place. */
  changed(place?: Place): void
  /** What pods of a place serve is otherwise than before. */
  served(place: Place): void
  /** A site whose router runs is in the network until the returned function is called. */
  join(site: NetworkSite): () => void
  /** The running site of a namespace of a cluster. */
  site(cluster: string, namespace: string): NetworkSite | undefined
  /** Where a site's link leads now, and whether it is up. */
  link(site: NetworkSite, link: NetworkLink): { up: boolean; peer: NetworkSite | undefined }
  /** Every site that traffic reaches over links that are up, in any direction and over others; itself first. */
  reach(site: NetworkSite): NetworkSite[]
  /** The same sites and what they offer: the same object for all of them, until anything in it changes. */
  around(site: NetworkSite): Neighbourhood
  /** What a site offers, asked once after each change. */
  offer(site: NetworkSite): Offer
  /** A container serves at a port of its pod, until the returned function is called. */
  listen(place: PodPort, service: unknown): () => void
  /** What is served there now. */
  listening(place: PodPort): unknown
}

/** A namespace of a practice cluster. */
export interface Place {
  readonly cluster: string
  readonly namespace: string
}

/** Sites that reach each other, in order of uid, and the routing keys that they have an end of. */
export interface Neighbourhood {
  readonly sites: readonly NetworkSite[]
  readonly connectors: ReadonlySet<string>
  readonly listeners: ReadonlySet<string>
}

/** What a {@link NetworkSite} said when it was asked. */
export interface Offer {
  readonly ca: string
  readonly links: readonly NetworkLink[]
  readonly connectors: readonly { name: string; routingKey: string }[]
  readonly listeners: readonly { name: string; routingKey: string; port: number }[]
}

/** A port of a pod of a practice cluster. */
export interface PodPort {
  cluster: string
  namespace: string
  pod: string
  port: number
}

/** A Link as its site's router sees it. */
export interface NetworkLink {
  readonly name: string
  /** host:port of its inter-router endpoints. */
  readonly addresses: readonly string[]
  /** Fingerprint of the CA that issued its credentials; nothing where they are missing or not issued by it. */
  readonly ca: string | undefined
  /** A fault holds it down. */
  readonly down: boolean
}

/** One Skupper site as the router network sees it. */
export interface NetworkSite {
  readonly cluster: string
  readonly namespace: string
  readonly uid: string
  readonly name: string
  /** Fingerprint of the CA whose client certificates it accepts. */
  readonly ca: string
  /** Pod services behind a routing key here, by the site's connectors. */
  backends(routingKey: string): PodService[]
  connectors(): { name: string; routingKey: string }[]
  /** `port` is the router's own port behind the listener's Service. */
  listeners(): { name: string; routingKey: string; port: number }[]
  /** Its configured links to other sites. */
  links(): NetworkLink[]
}
