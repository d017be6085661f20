/**
 * The routers alone, for a cluster where a real controller does the rest: once a Site's router pod runs, the Site is in the
 * network, and `skupper-network-status` says what its router knows.
 */
import type { KubeObject } from "../../../cluster/types.ts"
import type { Controller, ControllerContext } from "../../types/controllers.ts"
import { isReadyPod } from "../conditions.ts"
import { startController } from "../controller.ts"
import { Patience, paceOf } from "../pace.ts"
import { storeOf } from "../store.ts"
import { initialisedSite, kind, type Skupper } from "./common.ts"
import { writeNetworkStatus } from "./network-status.ts"
import { startOffering } from "./news.ts"
import { startRouterKeeper } from "./router-keeper.ts"
import { startRouterLog } from "./router-log.ts"
import { isRouterPod } from "./router-pods.ts"
import { addressesOf, Memberships } from "./site.ts"

/** A router's kube-adaptor writes the network status at most once in this time, in milliseconds (Skupper 2.1 and 2.2). */
const ONCE = 1000

const namespaceOf = ({ metadata }: KubeObject): string => metadata.namespace!

export function startRouters(context: ControllerContext, namespace: string, signal: AbortSignal): Controller {
  const store = storeOf(context.cluster)
  const skupper: Skupper = {
    ...{ context, store, namespace, signal, routes: false },
    ...{ pace: paceOf(context.delays), patience: new Patience(), held: new Set() },
  }
  const written = new Map<string, number>()
  const memberships = new Memberships(skupper)
  const pods = store.of("v1", "Pod")
  const keys = (object: KubeObject) => [object.metadata.namespace!]

  const queue = startController({
    name: "routers",
    watches: [
      { informer: kind(store, "Site"), keys },
      { informer: store.of("apps/v1", "Deployment"), keys: (one) => (isRouterPod(one) ? keys(one) : []) },
      { informer: pods, keys: (pod) => (isRouterPod(pod) ? keys(pod) : []) },
    ],
    async reconcile(namespace) {
      const site = initialisedSite(store, namespace)
      if (site === undefined) {
        memberships.leave(namespace)
        return
      }
      const runs = pods.list(namespace).some((one) => isRouterPod(one) && isReadyPod(one))
      if (!runs && memberships.of(namespace) === undefined) return
      const member = memberships.join(site, addressesOf(skupper, site.status?.endpoints ?? []))
      const wait = (written.get(namespace) ?? 0) + ONCE - performance.now()
      if (wait > 0) return Math.ceil(wait)
      written.set(namespace, performance.now())
      await writeNetworkStatus(skupper, member)
    },
  })
  const { network, faults } = context
  const ends = [
    startOffering(context, [
      ...["Link", "Connector", "Listener"].map((one) => kind(store, one)),
      ...["Secret", "Service"].map((one) => store.of("v1", one)),
    ]),
    startRouterKeeper(skupper),
    startRouterLog(skupper, memberships, () => kind(store, "Site").list().map(namespaceOf)),
    faults.onChange(() => network.changed()),
    network.onKnowledge(() => {
      for (const site of kind(store, "Site").list()) queue.add(site.metadata.namespace!)
    }),
  ]
  return {
    name: "routers",
    async stop() {
      for (const end of ends) end()
      await queue.stop()
      memberships.leaveAll()
    },
  }
}
