/**
 * What the kube-adaptor beside each router does: it brings the router to its ConfigMap, at each event of that and every five
 * minutes. A router that is restarted in its pod starts with what the ConfigMap held when the pod was made, because the init
 * container runs once a pod; what was configured since is missing until then (measured with Skupper 2.2.1).
 */
import type { KubeObject } from "../../../cluster/types.ts"
import { isReadyPod, microTime } from "../conditions.ts"
import type { Store } from "../store.ts"
import { kind, type Skupper } from "./common.ts"
import { startRouterFaults } from "./router-faults.ts"
import { configuredNames, ROUTER_CONFIG } from "./router-names.ts"
import { adaptorIn, isRouterPod, routerOf, routerPod } from "./router-pods.ts"
import type { RouterProcess } from "./router-process.ts"

/** The kube-adaptor's resync, counted from its start. As long at every pace: short, it would hide what it heals. */
const RESYNC = 300_000

const LEASE = "skupper-site-leader"
/** Milliseconds until the next resync of a pod's kube-adaptor. */
function untilResync(pod: KubeObject | undefined): number {
  const began = Date.parse(adaptorIn(pod)?.startedAt ?? "") || Date.now()
  return RESYNC - ((Date.now() - began) % RESYNC)
}

/**
 * The kube-adaptor's lease: whoever holds it writes what the router hears. It belongs to no Site, and stays when that is deleted.
 * Real ones renew it every few seconds; here it says who leads.
 */
async function lead(store: Store, namespace: string, pod: string): Promise<void> {
  const leases = store.of("coordination.k8s.io/v1", "Lease")
  await leases.synced
  const known = leases.get(namespace, LEASE)
  const spec = { holderIdentity: pod, leaseDurationSeconds: 15, renewTime: microTime() }
  if (known?.spec.holderIdentity === pod) return
  const written =
    known === undefined
      ? store.ensure({
          apiVersion: "coordination.k8s.io/v1",
          kind: "Lease",
          metadata: { name: LEASE, namespace },
          spec: { ...spec, acquireTime: microTime(), leaseTransitions: 0 },
        })
      : store.merge(known, { spec })
  // The namespace may be on its way out.
  await written.catch(() => undefined)
}

/** Starts it for the routers of a cluster. Returns how to end it. */
export function startRouterKeeper(skupper: Pick<Skupper, "store" | "context" | "pace">): () => void {
  const { store, context } = skupper
  const { network, name: cluster } = context
  const configMaps = store.of("v1", "ConfigMap")
  /** With what each router pod began, by its uid. */
  const atStart = new Map<string, ReadonlySet<string>>()
  const known = new WeakSet<RouterProcess>()
  /** Pods whose router has run before. */
  const begun = new Set<string>()
  const resyncs = new Map<string, NodeJS.Timeout>()

  const now = (namespace: string) => configuredNames(configMaps.get(namespace, ROUTER_CONFIG))
  const configure = (namespace: string, router: RouterProcess, names: ReadonlySet<string>): void => {
    router.configured = names
    network.changed({ cluster, namespace })
    faults.configured(namespace, router)
  }
  const sync = (namespace: string): void => {
    clearTimeout(resyncs.get(namespace))
    resyncs.delete(namespace)
    const router = routerOf(skupper, namespace)
    if (router !== undefined && known.has(router)) configure(namespace, router, now(namespace))
  }
  const meet = (namespace: string): void => {
    const router = routerOf(skupper, namespace)
    if (router === undefined || known.has(router)) return
    known.add(router)
    const pod = routerPod(skupper, namespace)
    const uid = pod?.metadata.uid ?? ""
    const again = begun.has(uid)
    begun.add(uid)
    configure(namespace, router, again ? atStart.get(uid)! : now(namespace))
    if (again) {
      clearTimeout(resyncs.get(namespace))
      resyncs.set(namespace, setTimeout(() => sync(namespace), untilResync(pod)).unref())
    }
  }
  const faults = startRouterFaults(skupper, (namespace) => network.changed({ cluster, namespace }))
  const ends = [
    store.of("v1", "Pod").on((pod, gone) => {
      if (!isRouterPod(pod)) return
      const { uid = "", namespace = "" } = pod.metadata
      if (gone) {
        atStart.delete(uid)
        begun.delete(uid)
      } else if (!atStart.has(uid)) atStart.set(uid, now(namespace))
      meet(namespace)
      if (!gone && isReadyPod(pod)) void lead(store, namespace, pod.metadata.name)
      network.changed({ cluster, namespace })
    }),
    configMaps.on(({ metadata: { name, namespace = "" } }, gone) => {
      if (name === ROUTER_CONFIG && !gone) sync(namespace)
    }),
    context.faults.onChange(() => {
      for (const { metadata } of kind(store, "Site").list()) {
        const router = routerOf(skupper, metadata.namespace!)
        if (router !== undefined && known.has(router)) faults.configured(metadata.namespace!, router)
      }
    }),
    faults.stop,
  ]
  return () => {
    for (const end of ends) end()
    for (const timer of resyncs.values()) clearTimeout(timer)
  }
}
