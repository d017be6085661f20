/** The Operator Lifecycle Manager as far as one operator needs it. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { Controller, ControllerContext } from "../../types/controllers.ts"
import { keyOf, startController } from "../controller.ts"
import { Patience, paceOf } from "../pace.ts"
import { storeOf } from "../store.ts"
import { GROUPS, globalOperators, namespaces, packageManifest, redhatOperators } from "./catalog.ts"
import { reconcileCopies, reconcileCsv } from "./csvs.ts"
import { OlmFaults } from "./faults.ts"
import { reconcileInstallPlan } from "./installplans.ts"
import { type Olm, olm, reconcileSubscription } from "./subscriptions.ts"

/** Faults that end by themselves are looked at again so often while there are any. */
const LOOK_AGAIN = 500

/** Starts OLM. Resolves when what an OpenShift cluster has of it from the beginning is there. */
export async function startOlm(context: ControllerContext): Promise<Controller> {
  const store = storeOf(context.cluster)
  const parts: Olm = { context, store, pace: paceOf(context.delays), patience: new Patience() }
  for (const namespace of namespaces) await store.ensure(namespace)
  await store.ensure(packageManifest)
  const groups = store.of(GROUPS, "OperatorGroup")
  const catalogs = olm(store, "CatalogSource")
  const subscriptions = olm(store, "Subscription")
  const plans = olm(store, "InstallPlan")
  const csvs = olm(store, "ClusterServiceVersion")
  const spaces = store.of("v1", "Namespace")
  await Promise.all([groups.synced, catalogs.synced, subscriptions.synced])
  // Not on a cluster brought back: there somebody may have taken them away.
  if (subscriptions.list().length + groups.list().length + catalogs.list().length === 0) {
    await Promise.all([store.ensure(globalOperators), store.ensure(redhatOperators)])
  }
  const everything = (from: { list(namespace?: string): KubeObject[] }) => (object: KubeObject) =>
    from.list(object.metadata.namespace).map(keyOf)

  const faults = startController({
    name: "olm-faults",
    watches: [],
    reconcile: async () => {
      await follow.follow()
      for (const csv of csvs.list()) versions.add(keyOf(csv))
      return context.faults.faults.some((fault) => fault.where === "operator") ? LOOK_AGAIN : undefined
    },
  })
  const follow = new OlmFaults(parts)
  await follow.follow()
  const health = startController({
    name: "catalogsources",
    watches: [{ informer: catalogs }],
    async reconcile(key) {
      const [namespace, name] = key.split("/") as [string, string]
      const catalog = catalogs.get(namespace, name)
      if (catalog === undefined) return
      await store.status(catalog, { ...catalog.status, connectionState: { lastObservedState: "READY" } })
    },
  })
  const versions = startController({
    name: "clusterserviceversions",
    watches: [
      { informer: csvs },
      { informer: groups, keys: everything(csvs) },
      { informer: store.of("apps/v1", "Deployment"), keys: everything(csvs) },
    ],
    reconcile: (key) => reconcileCsv(parts, key),
  })
  const queues = [
    faults,
    health,
    startController({
      name: "subscriptions",
      watches: [
        { informer: subscriptions, keys: everything(subscriptions) },
        { informer: groups, keys: everything(subscriptions) },
        { informer: plans, keys: everything(subscriptions) },
        { informer: csvs, keys: everything(subscriptions) },
        { informer: catalogs, keys: () => subscriptions.list().map(keyOf) },
      ],
      reconcile: (key) => reconcileSubscription(parts, key),
    }),
    startController({
      name: "installplans",
      watches: [{ informer: plans }, { informer: groups, keys: everything(plans) }],
      reconcile: (key) => reconcileInstallPlan(parts, key),
    }),
    versions,
    startController({
      name: "copied-csvs",
      watches: [{ informer: spaces }, { informer: csvs, keys: () => spaces.list().map(keyOf) }],
      reconcile: (key) => reconcileCopies(parts, key),
    }),
  ]
  const end = context.faults.onChange(() => faults.add("faults"))
  faults.add("faults")
  return {
    name: "olm",
    async stop() {
      end()
      await Promise.all(queues.map((queue) => queue.stop()))
    },
  }
}
