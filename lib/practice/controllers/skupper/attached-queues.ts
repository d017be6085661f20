/** What brings AttachedConnectors and their bindings up to date: each other, the pods, the Site, and what the network says. */
import type { KubeObject } from "../../../cluster/types.ts"
import { keyOf, type QueueController, type startController } from "../controller.ts"
import { reconcileAttached, reconcileBinding } from "./attached.ts"
import { ATTACHED, BINDING } from "./attachments.ts"
import { kind, type Skupper } from "./common.ts"
import { keyNews, type Listening } from "./news.ts"
import { selectedBy } from "./services.ts"
import type { Memberships } from "./site.ts"

type Options = Parameters<typeof startController>[0]

export interface AttachedQueues {
  /** Watches for the configuration of routers, whose keys are namespaces of Sites. */
  readonly sitesOf: Options["watches"]
  readonly news: Listening
}

export function startAttached(
  skupper: Skupper,
  memberships: Memberships,
  queue: (options: Options) => QueueController,
): AttachedQueues {
  const { store } = skupper
  const [attached, bindings] = [kind(store, ATTACHED), kind(store, BINDING)]
  const pods = store.of("v1", "Pod")
  const selecting = (pod: KubeObject) => attached.list().filter((one) => selectedBy(one, pod))
  /** The binding that an AttachedConnector names, and with it the namespace of the Site. */
  const bindingKey = ({ metadata, spec }: KubeObject) => `${spec.siteNamespace}/${metadata.name}`
  const partnersOf = (binding: KubeObject) =>
    attached.list().filter((one) => bindingKey(one) === keyOf(binding))
  const inSite = (site: KubeObject) => bindings.list(site.metadata.namespace)

  queue({
    name: "attachedconnectors",
    watches: [
      { informer: attached },
      { informer: bindings, keys: (binding) => partnersOf(binding).map(keyOf) },
      { informer: pods, keys: (pod) => selecting(pod).map(keyOf) },
      { informer: kind(store, "Site"), keys: (site) => inSite(site).flatMap(partnersOf).map(keyOf) },
    ],
    reconcile: (key) => reconcileAttached(skupper, key),
  })
  const bindingQueue = queue({
    name: "attachedconnectorbindings",
    watches: [
      { informer: bindings },
      { informer: attached, keys: (one) => [bindingKey(one)] },
      { informer: pods, keys: (pod) => selecting(pod).map(bindingKey) },
      { informer: kind(store, "Site"), keys: (site) => inSite(site).map(keyOf) },
    ],
    reconcile: (key) => reconcileBinding(skupper, memberships, key),
  })
  return {
    sitesOf: [
      { informer: bindings, keys: (one) => [one.metadata.namespace!] },
      { informer: attached, keys: (one) => [one.spec.siteNamespace] },
      { informer: pods, keys: (pod) => selecting(pod).map((one) => one.spec.siteNamespace) },
    ],
    news: { queue: bindingQueue, informer: bindings, news: keyNews("listeners") },
  }
}
