/** What the network has to say to the objects of one cluster, and to which of them it has anything new to say. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { ControllerContext } from "../../types/controllers.ts"
import type { Network, NetworkSite } from "../../types/network.ts"
import { keyOf, type QueueController } from "../controller.ts"
import type { Informer } from "../store.ts"
import { toldLink } from "./network-status.ts"
import type { Memberships } from "./site.ts"

/** Objects of one kind, and what of the network their status depends on. */
export interface Listening {
  readonly queue: QueueController
  readonly informer: Informer
  /** Compared one by one with what it was before. */
  news(network: Network, site: NetworkSite, object: KubeObject): unknown[]
}

/** All that a site has heard: its status tells of all of it. */
export const siteNews: Listening["news"] = (network, site) => [network.known(site)]

export const linkNews: Listening["news"] = (network, site, object) => {
  const told = toldLink(network, site, object.metadata.name)
  return told === undefined ? [] : [told.up, told.peer.site]
}

/** Whether any site has the other end of its routing key. */
export const keyNews =
  (others: "connectors" | "listeners"): Listening["news"] =>
  (network, site, object) => [network.known(site)[others].has(object.spec.routingKey)]

/** Queues what the network says something new to, at every change of it. Returns how to end that. */
export function startNews(
  { network }: ControllerContext,
  memberships: Memberships,
  all: readonly Listening[],
): () => void {
  let heard = new Map<string, unknown[]>()
  return network.onKnowledge((anything) => {
    const now = new Map<string, unknown[]>()
    for (const { queue, informer, news } of all) {
      for (const object of informer.list()) {
        const site = memberships.of(object.metadata.namespace ?? "")
        const next = site === undefined ? [] : [site, ...news(network, site, object)]
        const id = object.metadata.uid!
        const before = heard.get(id)
        now.set(id, next)
        const same = before?.length === next.length && next.every((one, at) => one === before[at])
        if (anything || !same) queue.add(keyOf(object))
      }
    }
    heard = now
  })
}

/** The network asks a site again whenever one of these objects of its namespace changes. Returns how to end that. */
export function startOffering(
  { network, name: cluster }: ControllerContext,
  informers: readonly Informer[],
): () => void {
  const ends = informers.map((informer) =>
    informer.on(({ metadata: { namespace = "" } }) => network.changed({ cluster, namespace })),
  )
  return () => {
    for (const end of ends) end()
  }
}
