/** `skupper-network-status`: what the routers know of the whole network, written into each site's namespace. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { Neighbourhood, Network, NetworkSite } from "../../types/network.ts"
import { ownedBy } from "../conditions.ts"
import { type Skupper, VERSION } from "./common.ts"

/** The names of a routing key's ends, under their field; nothing where there are none. */
function ends(
  field: "connectors" | "listeners",
  all: readonly { name: string; routingKey: string }[],
  routingKey: string,
): object {
  const names = all.filter((one) => one.routingKey === routingKey).map((one) => one.name)
  return names.length === 0 ? {} : { [field]: names }
}

const recordsOf = (network: Network, sites: readonly NetworkSite[]): object[] =>
  sites.map((site) => {
    const offer = network.offer(site)
    const keys = [...new Set([...offer.connectors, ...offer.listeners].map((one) => one.routingKey))].sort()
    const links = offer.links.map((one) => ({ ...network.link(site, one), name: one.name }))
    return {
      id: site.uid,
      name: site.name,
      namespace: site.namespace,
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

function peersOf(network: Network, site: NetworkSite): Map<string, NetworkSite> {
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
const remembered = (one: NetworkSite) => ({
  site: { identity: one.uid, name: one.name, namespace: one.namespace, platform: "kubernetes" },
  routerStatus: [
    {
      router: { name: `0/${one.name}-skupper-router`, namespace: one.namespace, mode: "interior" },
      routerAccess: [{ identity: `access-${one.uid}` }],
    },
  ],
})

function textOf(network: Network, sites: readonly NetworkSite[]): string {
  const peers = new Map(sites.map((entry) => [entry, peersOf(network, entry)]))
  const lost = new Set([...peers.values()].flatMap((entry) => [...entry.values()]))
  for (const it of lost) if (sites.some((one) => one.uid === it.uid)) lost.delete(it)
  const connectors = sites.flatMap((entry) => network.offer(entry).connectors)
  const listeners = sites.flatMap((entry) => network.offer(entry).listeners)
  const keys = [...new Set([...connectors, ...listeners].map((entry) => entry.routingKey))].sort()
  const count = (all: readonly { routingKey: string }[], key: string) =>
    all.filter((entry) => entry.routingKey === key).length
  return JSON.stringify({
    addresses: keys.map((name) => ({
      name,
      protocol: "tcp",
      listenerCount: count(listeners, name),
      connectorCount: count(connectors, name),
    })),
    siteStatus: [
      ...sites.map((entry) => ({
        site: {
          identity: entry.uid,
          name: entry.name,
          namespace: entry.namespace,
          platform: "kubernetes",
          siteVersion: VERSION,
        },
        routerStatus: [
          {
            router: { name: `0/${entry.name}-skupper-router`, namespace: entry.namespace, mode: "interior" },
            routerAccess: [{ identity: `access-${entry.uid}` }],
            links: network.offer(entry).links.map((one) => {
              const { up } = network.link(entry, one)
              const peer = peers.get(entry)?.get(one.name)
              return {
                name: one.name,
                status: up ? "up" : "down",
                peer: peer === undefined ? "" : `access-${peer.uid}`,
                role: "inter-router",
              }
            }),
            listeners: network
              .offer(entry)
              .listeners.map((one) => ({ name: one.name, address: one.routingKey, protocol: "tcp" })),
            connectors: network
              .offer(entry)
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

function knownTo(network: Network, site: NetworkSite): { records: object[]; text: string } {
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
export async function writeNetworkStatus(skupper: Skupper, site: NetworkSite): Promise<void> {
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
