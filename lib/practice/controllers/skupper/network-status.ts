/**
 * What a site has heard of the network, in the words of its kube-adaptor (`skupper-network-status`) and of the controller
 * (`Site.status.network`), as Skupper 2.2.1 writes them.
 */
import type { KubeObject } from "../../../cluster/types.ts"
import type { Known, KnownLink, KnownSite, Network, NetworkSite } from "../../types/network.ts"
import { ownedBy } from "../conditions.ts"
import { type Skupper, VERSION } from "./common.ts"
import { nameOf } from "./router-names.ts"

const NAME = "skupper-network-status"

/** A link of which the network status tells: both ends of it are known. */
export type ToldLink = KnownLink & Required<Pick<KnownLink, "peer">>

/** Skupper counts a link only while it knows the access that the link leads to. */
const isTold = (known: Known, link: KnownLink): link is ToldLink =>
  link.peer !== undefined &&
  known.records.some(
    ({ site, offer, fading }) =>
      !fading && site.uid === link.peer!.site.uid && offer.access && offer.router?.pod === link.peer!.pod,
  )

/** What a site's own record in its network status tells of one of its links. */
export function toldLink(network: Network, site: NetworkSite, name: string): ToldLink | undefined {
  const known = network.known(site)
  const own = known.records.find((one) => one.site.uid === site.uid)
  const link = own?.links.find((one) => one.name === name)
  return link !== undefined && isTold(known, link) ? link : undefined
}

const keysOf = ({ offer }: KnownSite): string[] =>
  [...new Set([...offer.connectors, ...offer.listeners].map(({ routingKey }) => routingKey))].sort()

/** Connectors are told of by the addresses of their pods, listeners by the router's name for them. */
function serviceOf({ offer }: KnownSite, routingKey: string): object {
  const of = <T extends { routingKey: string }>(all: readonly T[]) =>
    all.filter((one) => one.routingKey === routingKey)
  const connectors = of(offer.connectors).map(({ host }) => host)
  const listeners = of(offer.listeners).map(({ name }) => nameOf.listener(name))
  return {
    routingKey,
    ...(connectors.length > 0 && { connectors }),
    ...(listeners.length > 0 && { listeners }),
  }
}

function recordOf(known: Known, record: KnownSite): object {
  const { site, fading } = record
  const { uid: id, name, namespace } = site
  const links = record.links.filter((link) => isTold(known, link)) as ToldLink[]
  const keys = fading ? [] : keysOf(record)
  return {
    ...{ id, name, namespace, platform: "kubernetes", version: VERSION },
    ...(links.length > 0 && {
      links: links.map((link) => ({
        name: link.name,
        remoteSiteId: link.peer.site.uid,
        remoteSiteName: link.peer.site.name,
        ...(link.up && { operational: true }),
      })),
    }),
    ...(keys.length > 0 && { services: keys.map((key) => serviceOf(record, key)) }),
  }
}

/** Two accesses of each router, named by the end of its pod's name: for links between routers, and for edge routers. */
const accessOf = (pod: string): string[] => [1, 2].map((number) => `${pod.split("-").at(-1)}:${number}`)

function routerOf({ site, offer, links }: KnownSite): object {
  const hostname = offer.router?.pod ?? ""
  return {
    router: { name: `0/${site.name}-${hostname}`, mode: "interior", hostname },
    links: links.map(({ name, up, peer }) => ({
      name,
      linkCost: 1,
      status: up ? "up" : "down",
      role: "inter-router",
      ...(peer !== undefined && { peer: accessOf(peer.pod)[0] }),
    })),
    routerAccess: offer.access ? accessOf(hostname).map((identity) => ({ identity })) : [],
    listeners: offer.listeners.map(({ name, port, routingKey }) => ({
      name: nameOf.listener(name),
      destPort: String(port),
      protocol: "tcp",
      address: routingKey,
    })),
    connectors: offer.connectors.map(({ host, port, routingKey, process, pod }) => ({
      destHost: host,
      destPort: String(port),
      address: routingKey,
      ...(process !== undefined && { process }),
      ...(pod !== undefined && { target: pod }),
    })),
  }
}

function addressesOf(records: readonly KnownSite[]): object[] | null {
  const heard = records.filter(({ fading }) => !fading)
  const keys = [...new Set(heard.flatMap(keysOf))].sort()
  if (keys.length === 0) return null
  return keys.map((name) => {
    const count = (ends: "connectors" | "listeners") =>
      heard.flatMap(({ offer }) => offer[ends].map((one) => one.routingKey)).filter((one) => one === name)
        .length
    const connectorCount = count("connectors")
    return {
      ...{ name, startTime: 0, endTime: 0 },
      // Known by a connector only.
      ...(connectorCount > 0 && { protocol: "tcp" }),
      listenerCount: count("listeners"),
      connectorCount,
    }
  })
}

const textOf = ({ records }: Known): string =>
  JSON.stringify({
    addresses: addressesOf(records),
    siteStatus: records.map((record) => ({
      site: {
        identity: record.site.uid,
        name: record.site.name,
        namespace: record.site.namespace,
        platform: "kubernetes",
        siteVersion: VERSION,
      },
      routerStatus: record.fading ? null : [routerOf(record)],
    })),
  })

/** Sites that have heard the same say the same: it is put into words once. */
const worded = new WeakMap<Known, { records: object[]; text: string }>()

function wordsOf(network: Network, site: NetworkSite): { records: object[]; text: string } {
  const known = network.known(site)
  let found = worded.get(known)
  if (found === undefined) {
    found = { records: known.records.map((record) => recordOf(known, record)), text: textOf(known) }
    worded.set(known, found)
  }
  return found
}

/** `Site.status.network`: each site in the network with its links and, by routing key, its connectors and listeners. */
export const networkRecords = (network: Network, site: NetworkSite): object[] =>
  wordsOf(network, site).records

/** Whether this is a network status that somebody else has written over. */
export const isOverwritten = (network: Network, site: NetworkSite | undefined, object: KubeObject): boolean =>
  object.metadata.name === NAME &&
  site !== undefined &&
  object.data?.NetworkStatus !== undefined &&
  object.data.NetworkStatus !== wordsOf(network, site).text

/** Writes the ConfigMap where what it says has changed. It is made empty, and filled once anything was heard. */
export async function writeNetworkStatus(skupper: Skupper, site: NetworkSite): Promise<void> {
  const { store, context } = skupper
  const router = store.of("apps/v1", "Deployment").get(site.namespace, "skupper-router")
  if (router === undefined) return
  const { text, records } = wordsOf(context.network, site)
  const before = store.of("v1", "ConfigMap").get(site.namespace, NAME)
  if (before === undefined) {
    await store.ensure({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: NAME, namespace: site.namespace, ownerReferences: [ownedBy(router, false)] },
      ...(records.length > 0 && { data: { NetworkStatus: text } }),
    } as KubeObject)
  } else if (before.data?.NetworkStatus !== text && (records.length > 0 || before.data !== undefined)) {
    await store.merge(before, { data: { NetworkStatus: text } })
  }
}
