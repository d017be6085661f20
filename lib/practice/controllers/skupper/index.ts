/** The Skupper controller (2.2.1): acts while a Deployment `skupper-controller` is available, as its pod would. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { Controller, ControllerContext } from "../../types/controllers.ts"
import { isTrue, selects } from "../conditions.ts"
import { keyOf, type QueueController, startController } from "../controller.ts"
import { Patience, paceOf } from "../pace.ts"
import { type Store, storeOf } from "../store.ts"
import { reconcileRouterAccess, reconcileSecuredAccess } from "./access.ts"
import { startAttached } from "./attached-queues.ts"
import { reconcileCertificate } from "./certificates.ts"
import { kind, ROUTER_LABELS, type Skupper } from "./common.ts"
import { type GrantServer, startGrantServer } from "./grant-server.ts"
import { reconcileGrant } from "./grants.ts"
import { reconcileLink } from "./links.ts"
import { isOverwritten } from "./network-status.ts"
import { keyNews, linkNews, siteNews, startNews, startOffering } from "./news.ts"
import { startResync } from "./resync.ts"
import { reconcileRouterConfig } from "./router-config.ts"
import { startRouterKeeper } from "./router-keeper.ts"
import { startRouterLog } from "./router-log.ts"
import { ROUTER_CONFIG } from "./router-names.ts"
import { startRouters } from "./routers.ts"
import { reconcileConnector, reconcileListener, selectedBy } from "./services.ts"
import { Memberships, reconcileSite } from "./site.ts"
import { reconcileToken } from "./tokens.ts"

const ROUTE = "route.openshift.io/v1"

/** The controller's work, once it runs in a namespace. */
async function work(context: ControllerContext, namespace: string, signal: AbortSignal): Promise<Controller> {
  const store = storeOf(context.cluster)
  const pace = paceOf(context.delays)
  const routes = await context.cluster.serves(ROUTE, "Route")
  const held = new Set<string>()
  const patience = new Patience()
  const skupper: Skupper = { context, store, pace, patience, namespace, routes, held, signal }
  const memberships = new Memberships(skupper)
  const { network } = context
  const of = (name: string) => kind(store, name)
  const [sites, links, connectors, listeners] = ["Site", "Link", "Connector", "Listener"].map(of) as [
    ReturnType<typeof of>,
    ReturnType<typeof of>,
    ReturnType<typeof of>,
    ReturnType<typeof of>,
  ]
  const secrets = store.of("v1", "Secret")
  const services = store.of("v1", "Service")
  const configMaps = store.of("v1", "ConfigMap")
  const certificates = of("Certificate")
  const pods = store.of("v1", "Pod")
  const inNamespace = (from: { list(namespace?: string): KubeObject[] }) => (object: KubeObject) =>
    from.list(object.metadata.namespace).map(keyOf)
  const stored = new Map<string, string>()
  const taken = new Map<string, number>()
  const tries = new Map<string, number>()
  const queues: QueueController[] = []
  const queue = (options: Parameters<typeof startController>[0]): QueueController => {
    const made = startController(options)
    queues.push(made)
    return made
  }

  queue({
    name: "certificates",
    watches: [{ informer: certificates }, { informer: secrets, keys: inNamespace(certificates) }],
    reconcile: (key) => reconcileCertificate(skupper, key),
  })
  const accessQueue = queue({
    name: "routeraccesses",
    watches: [{ informer: of("RouterAccess") }, { informer: of("SecuredAccess") }],
    reconcile: (key) => reconcileRouterAccess(skupper, key),
  })
  queue({
    name: "securedaccesses",
    watches: [
      { informer: of("SecuredAccess") },
      { informer: services },
      ...(routes ? [{ informer: store.of(ROUTE, "Route"), keys: inNamespace(of("SecuredAccess")) }] : []),
    ],
    reconcile: (key) => reconcileSecuredAccess(skupper, key),
  })
  const siteQueue = queue({
    name: "sites",
    watches: [
      { informer: sites, keys: inNamespaceAndItself(sites) },
      { informer: of("RouterAccess"), keys: inNamespace(sites) },
      ...[store.of("apps/v1", "Deployment"), configMaps, certificates, services].map((informer) => ({
        informer,
        keys: ofGone(inNamespace(sites)),
      })),
      {
        informer: configMaps,
        keys: (one) =>
          isOverwritten(network, memberships.of(one.metadata.namespace ?? ""), one)
            ? inNamespace(sites)(one)
            : [],
      },
      {
        informer: pods,
        keys: (pod) => (selects(ROUTER_LABELS, pod.metadata.labels) ? inNamespace(sites)(pod) : []),
      },
    ],
    reconcile: (key) => reconcileSite(skupper, memberships, key),
  })
  const linkQueue = queue({
    name: "links",
    watches: [{ informer: links }],
    reconcile: (key) => reconcileLink(skupper, memberships, stored, key),
  })
  const connectorQueue = queue({
    name: "connectors",
    watches: [
      { informer: connectors },
      {
        informer: pods,
        keys: (pod) =>
          connectors
            .list()
            .filter((one) => selectedBy(one, pod))
            .map(keyOf),
      },
    ],
    reconcile: (key) => reconcileConnector(skupper, memberships, key),
  })
  const listenerQueue = queue({
    name: "listeners",
    watches: [{ informer: listeners }, { informer: services, keys: inNamespace(listeners) }],
    reconcile: (key) => reconcileListener(skupper, memberships, taken, key),
  })
  const tokenQueue = queue({
    name: "accesstokens",
    watches: [{ informer: of("AccessToken") }],
    reconcile: (key) => reconcileToken(skupper, tries, key),
  })

  const attached = startAttached(skupper, memberships, queue)
  const inOwn = (object: KubeObject): string[] => [object.metadata.namespace!]
  queue({
    name: "router configuration",
    watches: [
      { informer: configMaps, keys: (one) => (one.metadata.name === ROUTER_CONFIG ? inOwn(one) : []) },
      ...[sites, links, connectors, listeners, services, of("RouterAccess")].map((informer) => ({
        informer,
        keys: inOwn,
      })),
      ...attached.sitesOf,
      {
        informer: pods,
        keys: (pod) =>
          connectors.list(pod.metadata.namespace).some((one) => selectedBy(one, pod)) ? inOwn(pod) : [],
      },
    ],
    reconcile: (namespace) => reconcileRouterConfig(skupper, namespace),
  })

  const resync = startResync(
    [
      { queue: siteQueue, informer: sites, isSettled: isReady },
      { queue: linkQueue, informer: links, isSettled: isReady },
      { queue: connectorQueue, informer: connectors, isSettled: isReady },
      { queue: listenerQueue, informer: listeners, isSettled: isReady },
      { queue: tokenQueue, informer: of("AccessToken"), isSettled: (one) => one.status?.redeemed === true },
      { queue: accessQueue, informer: of("RouterAccess"), isSettled: isReady },
    ],
    pace(30_000, 1000) || 250,
    () => {
      held.clear()
      tries.clear()
    },
  )
  const ends = [
    startRouterKeeper(skupper),
    startRouterLog(skupper, memberships, () => sites.list().map((site) => site.metadata.namespace!)),
    startOffering(context, [links, connectors, listeners, secrets, services, of("RouterAccess")]),
    startNews(context, memberships, [
      { queue: siteQueue, informer: sites, news: siteNews },
      { queue: linkQueue, informer: links, news: linkNews },
      { queue: connectorQueue, informer: connectors, news: keyNews("listeners") },
      { queue: listenerQueue, informer: listeners, news: keyNews("connectors") },
      attached.news,
    ]),
    sites.on((site, gone) => {
      if (gone)
        for (const token of of("AccessToken").list(site.metadata.namespace)) tokenQueue.add(keyOf(token))
    }),
    certificates.on((certificate, gone) => {
      if (gone) for (const key of inNamespace(of("RouterAccess"))(certificate)) resync.add(accessQueue, key)
    }),
    resync.stop,
  ]

  let server: GrantServer
  try {
    await secrets.synced
    server = await startGrantServer(skupper)
  } catch (error) {
    for (const end of ends) end()
    await Promise.all(queues.map((one) => one.stop()))
    throw error
  }
  const grants = queue({
    name: "accessgrants",
    watches: [{ informer: of("AccessGrant") }],
    reconcile: (key) => reconcileGrant(skupper, server, key),
  })
  ends.push(
    context.faults.onChange(() => {
      network.changed() // and goes through every Site, Link, Connector and Listener
      for (const grant of of("AccessGrant").list()) grants.add(keyOf(grant))
    }),
  )
  return {
    name: "skupper",
    async stop() {
      for (const end of ends) end()
      await Promise.all(queues.map((one) => one.stop()))
      memberships.leaveAll()
      await server.close()
    },
  }
}

const isReady = (object: KubeObject): boolean => isTrue(object, "Ready")

const inNamespaceAndItself =
  (from: { list(namespace?: string): KubeObject[] }) =>
  (object: KubeObject): string[] => [
    ...new Set([keyOf(object), ...from.list(object.metadata.namespace).map(keyOf)]),
  ]

/** Only when something was lost: it is made again. */
const ofGone =
  (keys: (object: KubeObject) => string[]) =>
  (object: KubeObject, gone: boolean): string[] =>
    gone ? keys(object) : []

const controllerDeployment = (store: Store): KubeObject | undefined =>
  store
    .of("apps/v1", "Deployment")
    .list()
    .find(
      (one) =>
        one.metadata.name === "skupper-controller" &&
        one.metadata.deletionTimestamp === undefined &&
        isTrue(one, "Available"),
    )

export interface SkupperOptions {
  /** Acts always, as the controller of this namespace, whatever Deployments say. */
  readonly always?: string
  /** `routers`: a real controller is at work, only what its routers tell is simulated. */
  readonly play?: "all" | "routers"
}

/** Starts the controller, or what waits for its Deployment. */
export function startSkupper(context: ControllerContext, options: SkupperOptions = {}): Controller {
  const store = storeOf(context.cluster)
  const stopping = new AbortController()
  const begin = options.play === "routers" ? startRouters : work
  let acting: { namespace: string; work: Controller } | undefined
  const gate = startController({
    name: "skupper-controller",
    watches: [
      {
        informer: store.of("apps/v1", "Deployment"),
        keys: (one) => (one.metadata.name === "skupper-controller" ? ["gate"] : []),
      },
    ],
    async reconcile() {
      const namespace = options.always ?? controllerDeployment(store)?.metadata.namespace
      if (acting?.namespace === namespace) return
      await acting?.work.stop()
      acting = undefined
      if (namespace !== undefined)
        acting = { namespace, work: await begin(context, namespace, stopping.signal) }
    },
  })
  gate.add("gate")
  return {
    name: "skupper",
    async stop() {
      stopping.abort()
      await gate.stop()
      await acting?.work.stop()
    },
  }
}
