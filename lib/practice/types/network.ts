/** The simulated router network between practice clusters. */
import type { PodService } from "./images.ts"

/** The simulated router network between the clusters, one object a practice federation. */
export interface Network {
  /** A site opens for links at an address (host:port); links that dial it with its CA's credentials reach it. */
  accept(address: string, site: NetworkSite): () => void
  /** Who answers at an address now. */
  at(address: string): NetworkSite | undefined
  /** Called when something changed that pods of a cluster may reach. */
  onChange(cluster: string, listener: () => void): () => void
  /** Called when any site has heard something new; with `anything` where more may be otherwise, as when faults change. */
  onKnowledge(listener: (anything: boolean) => void): () => void
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
  /**
   * Every site that traffic reaches over links that are up, in any direction and over others; itself first. None where its own
   * router does not answer.
   */
  reach(site: NetworkSite): NetworkSite[]
  /** Those of the sites in reach that have a connector of a routing key; itself first. */
  offering(site: NetworkSite, routingKey: string): readonly NetworkSite[]
  /** What the controller of a site has heard of the network: the same object until anything in it changes. */
  known(site: NetworkSite): Known
  /** What a site offers, asked once after each change. */
  offer(site: NetworkSite): Offer
  /**
   * A container serves at a port of its pod, until the returned function is called.
   * @param loopback it listens on the pod's loopback only
   */
  listen(place: PodPort, service: unknown, loopback?: boolean): () => void
  /**
   * What is served there now.
   * @param inside also on the pod's loopback, as the pod itself and a port forward see it
   */
  listening(place: PodPort, inside?: boolean): unknown
}

/** A namespace of a practice cluster. */
export interface Place {
  readonly cluster: string
  readonly namespace: string
}

/** What a site has heard of the network, in order of uid. It can be half a minute older than what is so. */
export interface Known {
  readonly records: readonly KnownSite[]
  /** The routing keys that any of these sites has an end of. */
  readonly connectors: ReadonlySet<string>
  readonly listeners: ReadonlySet<string>
}

/** What is known of one site. */
export interface KnownSite {
  readonly site: NetworkSite
  readonly offer: Offer
  readonly links: readonly KnownLink[]
  /** Only its kube-adaptor is known: its router is not heard any more, and the site is about to be forgotten. */
  readonly fading: boolean
}

/** A link as its own router tells of it. */
export interface KnownLink {
  readonly name: string
  readonly up: boolean
  /** The site that it reached when it was up, and the pod of its router then; unknown until it was up once. */
  readonly peer?: { readonly site: NetworkSite; readonly pod: string }
}

/** What a {@link NetworkSite} said when it was asked. Plain data. */
export interface Offer {
  readonly ca: string
  /** Its router's process; nothing while none runs. */
  readonly router: RouterState | undefined
  /** The pod whose kube-adaptor runs: it writes down what the site has heard. */
  readonly adaptor: string | undefined
  /** Links from other sites may come in. */
  readonly access: boolean
  readonly links: readonly NetworkLink[]
  readonly connectors: readonly NetworkConnector[]
  readonly listeners: readonly NetworkListener[]
}

/** The process of a router. */
export interface RouterState {
  readonly pod: string
  /** Another number for each start of it. */
  readonly run: number
  /** It hangs: it is there and does nothing. */
  readonly hung: boolean
}

/** One pod, or one host, behind a routing key. */
export interface NetworkConnector {
  readonly name: string
  readonly routingKey: string
  readonly host: string
  readonly port: number
  /** Name and uid of the pod; nothing for a connector to a host. */
  readonly pod?: string
  readonly process?: string
  /** That of the pod, where it is not the site's own: an AttachedConnector's. */
  readonly namespace?: string
  /** The router works with it. A router that was restarted in its pod lacks what was configured since the pod's start. */
  readonly live: boolean
}

export interface NetworkListener {
  readonly name: string
  readonly routingKey: string
  /** The router's own port behind the listener's Service. */
  readonly port: number
  readonly live: boolean
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
  /** How a fault cuts its connection. */
  readonly cut: LinkCut | undefined
  /** The router works with it, see {@link NetworkConnector.live}. */
  readonly live: boolean
}

/** `down`: refused. `reset`: cut by either end. `drop`: packets are lost without a word. `dns`: the host has no address. */
export type LinkCut = "down" | "reset" | "drop" | "dns"

/** One Skupper site as the router network sees it. */
export interface NetworkSite {
  readonly cluster: string
  readonly namespace: string
  readonly uid: string
  readonly name: string
  /** Pod services behind a routing key here, by the connectors that its router works with. */
  backends(routingKey: string): PodService[]
  /** Asked after each change. */
  offer(): Offer
}
