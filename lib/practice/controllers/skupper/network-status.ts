/** `skupper-network-status`: what the routers know of the whole network, written into each site's namespace. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { Neighbourhood, Network, NetworkSite } from "../../types.ts"
import { ownedBy } from "../conditions.ts"
import { type Skupper, VERSION } from "./common.ts"

/** The names of a routing key's ends, under their field; nothing where there are none. */
const ends = (
  field: "connectors" | "listeners",
  all: readonly { name: string; routingKey: string }[],
  routingKey: string,
): object => {
  const names = all.filter((it) => it.routingKey === routingKey).map((it) => it.name)
  return names.length === 0 ? {} : { [field]: names }
}

const recordsOf = (network: Network, sites: readonly NetworkSite[]): object[] =>
  sites.map((it) => {
    const offer = network.offer(it)
    const keys = [...new Set([...offer.connectors, ...offer.listeners].map((one) => one.routingKey))].sort()
    const links = offer.links.map((one) => ({ ...network.link(it, one), name: one.name }))
    return {
      id: it.uid,
      name: it.name,
      namespace: it.namespace,
      platform: "kubernetes",
      version: VERSION,
      ...(links.length === 0
        ? {}
        : {
            links: links.map(({ name, up, peer }) => ({
              name,
              ...(peer === undefined ? {} : { remoteSiteId: peer.uid, remoteSiteName: peer.name }),
              operational: up,
            })),
          }),
      ...(keys.length === 0
        ? {}
        : {
            services: keys.map((routingKey) => ({
              routingKey,
              ...ends("connectors", offer.connectors, routingKey),
              ...ends("listeners", offer.listeners, routingKey),
            })),
          }),
    }
  })

/** The last peer of each link of a site: a router goes on naming it when the link is down. */
const lastPeers = new WeakMap<NetworkSite, Map<string, NetworkSite>>()

const peersOf = (network: Network, site: NetworkSite): Map<string, NetworkSite> => {
  const before = lastPeers.get(site)
  const now = new Map<string, NetworkSite>()
  for (const one of network.offer(site).links) {
    const peer = network.link(site, one).peer ?? before?.get(one.name)
    if (peer !== undefined) now.set(one.name, peer)
  }
  lastPeers.set(site, now)
  return now
}

/** A site that is not reached any more: Skupper counts a link only while it knows the access that the link leads to. */
const remembered = (it: NetworkSite) => ({
  site: { identity: it.uid, name: it.name, namespace: it.namespace, platform: "kubernetes" },
  routerStatus: [
    {
      router: { name: `0/${it.name}-skupper-router`, namespace: it.namespace, mode: "interior" },
      routerAccess: [{ identity: `access-${it.uid}` }],
    },
  ],
})

const textOf = (network: Network, sites: readonly NetworkSite[]): string => {
  const peers = new Map(sites.map((it) => [it, peersOf(network, it)]))
  const lost = new Set([...peers.values()].flatMap((it) => [...it.values()]))
  for (const it of lost) if (sites.some((one) => one.uid === it.uid)) lost.delete(it)
  const connectors = sites.flatMap((it) => network.offer(it).connectors)
  const listeners = sites.flatMap((it) => network.offer(it).listeners)
  const keys = [...new Set([...connectors, ...listeners].map((it) => it.routingKey))].sort()
  const count = (all: readonly { routingKey: string }[], key: string) =>
    all.filter((it) => it.routingKey === key).length
  return JSON.stringify({
    addresses: keys.map((name) => ({
      name,
      protocol: "tcp",
      listenerCount: count(listeners, name),
      connectorCount: count(connectors, name),
    })),
    siteStatus: [
      ...sites.map((it) => ({
        site: {
          identity: it.uid,
          name: it.name,
          namespace: it.namespace,
          platform: "kubernetes",
          siteVersion: VERSION,
        },
        routerStatus: [
          {
            router: { name: `0/${it.name}-skupper-router`, namespace: it.namespace, mode: "interior" },
            routerAccess: [{ identity: `access-${it.uid}` }],
            links: network.offer(it).links.map((one) => {
              const { up } = network.link(it, one)
              const peer = peers.get(it)?.get(one.name)
              return {
                name: one.name,
                status: up ? "up" : "down",
                peer: peer === undefined ? "" : `access-${peer.uid}`,
                role: "inter-router",
              }
            }),
            listeners: network
              .offer(it)
              .listeners.map((one) => ({ name: one.name, address: one.routingKey, protocol: "tcp" })),
            connectors: network
              .offer(it)
              .connectors.map((one) => ({ address: one.routingKey, destHost: one.name, protocol: "tcp" })),
          },
        ],
      })),
      ...[...lost].map(remembered),
    ],
  })
}

const NAME = "skupper-network-status"
/** The routers of sites that reach each other all know the same: it is put into words once. */
const known = new WeakMap<Neighbourhood, { records: object[]; text: string }>()

const knownTo = (network: Network, site: NetworkSite): { records: object[]; text: string } => {
  const around = network.around(site)
  let found = known.get(around)
  if (found === undefined) {
    found = { records: recordsOf(network, around.sites), text: textOf(network, around.sites) }
    known.set(around, found)
  }
  return found
}

/** `Site.status.network`: each site in the network with its links and, by routing key, its connectors and listeners. */
export const networkRecords = (network: Network, site: NetworkSite): object[] =>
  knownTo(network, site).records

/** Whether this is a network status that somebody else has written over. */
export const isOverwritten = (network: Network, site: NetworkSite | undefined, object: KubeObject): boolean =>
  object.metadata.name === NAME &&
  site !== undefined &&
  object.data?.NetworkStatus !== knownTo(network, site).text

/** Writes the ConfigMap where what it says has changed. */
export const writeNetworkStatus = async (skupper: Skupper, site: NetworkSite): Promise<void> => {
  const { store, context } = skupper
  const router = store.of("apps/v1", "Deployment").get(site.namespace, "skupper-router")
  if (router === undefined) return
  const data = { NetworkStatus: knownTo(context.network, site).text }
  const before = store.of("v1", "ConfigMap").get(site.namespace, NAME)
  if (before === undefined) {
    await store.ensure({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: NAME, namespace: site.namespace, ownerReferences: [ownedBy(router, false)] },
      data,
    } as KubeObject)
  } else if (before.data?.NetworkStatus !== data.NetworkStatus) {
    await store.merge(before, { data })
  }
}
