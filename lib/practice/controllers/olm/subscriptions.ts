/** Subscription → InstallPlan, and what becomes of both in the Subscription's status. */

import type { KubeObject } from "../../../cluster/types.ts"
import type { ControllerContext } from "../../types/controllers.ts"
import { type Condition, ownedBy, wireTime, withCondition, withoutCondition } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { faultNow } from "../faulty.ts"
import type { Pace, Patience } from "../pace.ts"
import { DURATIONS } from "../pace.ts"
import type { Store } from "../store.ts"
import { CHANNELS, DEFAULT_CHANNEL, GROUPS, majorOf, OLM, PACKAGE } from "./catalog.ts"

export interface Olm {
  readonly context: ControllerContext
  readonly store: Store
  readonly pace: Pace
  readonly patience: Patience
}

export const olm = (store: Store, kind: string) => store.of(OLM, kind)
const groupsIn = (store: Store, namespace: string) => store.of(GROUPS, "OperatorGroup").list(namespace)
export const groupCount = (store: Store, namespace: string): number => groupsIn(store, namespace).length

const say = (type: string, status: "True" | "False", reason: string, message = "") => ({
  type,
  status,
  reason,
  message,
})

/** Why nothing can be resolved, in OLM's words. */
function unsatisfied(store: Store, subscription: KubeObject): string | undefined {
  const { name: asked, channel, source } = subscription.spec
  const { name, namespace } = subscription.metadata
  const from = `in the catalog referenced by subscription ${name}, subscription ${name} exists`
  if (asked !== PACKAGE) return `no operators found in package ${asked} ${from}`
  const csv = wantedCsv(subscription)
  if (csv === undefined) return `no operators found in channel ${channel} of package ${asked} ${from}`
  const twins = olm(store, "Subscription")
    .list(namespace)
    .filter((entry) => entry.spec.name === asked)
  if (twins.length > 1) {
    const [one, other] = twins.map((twin) => twin.metadata.name)
    return `subscription ${one} and subscription ${other} both require package ${asked} from ${source}; at most one provider is allowed`
  }
  const left = olm(store, "ClusterServiceVersion")
    .list(namespace)
    .find(
      (entry) =>
        entry.metadata.name.startsWith(`${PACKAGE}.v`) &&
        entry.metadata.labels?.["olm.copiedFrom"] === undefined,
    )
  if (
    left !== undefined &&
    subscription.status?.installedCSV === undefined &&
    !subscription.status?.installPlanRef
  ) {
    return `clusterserviceversion ${left.metadata.name} exists and is not referenced by a subscription, subscription ${name} requires ${csv}`
  }
  return undefined
}

function wantedCsv({ spec }: KubeObject): string | undefined {
  const csv = CHANNELS[spec.channel || DEFAULT_CHANNEL]
  return csv
}

const planFor = (subscription: KubeObject, csv: string, approval: "Automatic" | "Manual"): KubeObject =>
  ({
    apiVersion: OLM,
    kind: "InstallPlan",
    metadata: {
      generateName: "install-",
      namespace: subscription.metadata.namespace!,
      labels: { [`operators.coreos.com/${PACKAGE}.${subscription.metadata.namespace}`]: "" },
      ownerReferences: [{ ...ownedBy(subscription, false), blockOwnerDeletion: false, controller: false }],
    },
    spec: {
      approval,
      approved: approval === "Automatic",
      clusterServiceVersionNames: [csv],
      generation: (subscription.status?.installPlanGeneration ?? 0) + 1,
    },
  }) as unknown as KubeObject

/** One Subscription on manual approval makes every plan of its namespace wait. */
function approvalOf({ store, context }: Olm, subscription: KubeObject): "Automatic" | "Manual" {
  const { namespace, name } = subscription.metadata
  const manual = olm(store, "Subscription")
    .list(namespace)
    .some((one) => one.spec.installPlanApproval === "Manual")
  return manual || faultNow(context.faults, "operator", context.name, name, "manual") ? "Manual" : "Automatic"
}

export async function reconcileSubscription(olmParts: Olm, key: string): Promise<number | void> {
  const { store, patience, pace } = olmParts
  const [namespace, name] = splitKey(key)
  const subscription = olm(store, "Subscription").get(namespace, name)
  if (subscription === undefined || subscription.metadata.deletionTimestamp !== undefined) return
  // With any other number of groups OLM returns before it writes a status.
  if (groupCount(store, namespace) !== 1) return

  const { source, sourceNamespace } = subscription.spec
  const write = (conditions: Condition[], more: object = {}) =>
    store.status(subscription, {
      ...subscription.status,
      ...more,
      conditions,
      lastUpdated: subscription.status?.lastUpdated ?? wireTime(),
    })
  let conditions: Condition[] = subscription.status?.conditions ?? []
  if (olm(store, "CatalogSource").get(sourceNamespace, source) === undefined) {
    const missing = `targeted catalogsource ${sourceNamespace}/${source} missing`
    await write(
      withCondition(
        conditions,
        say("CatalogSourcesUnhealthy", "True", "UnhealthyCatalogSourceFound", missing),
      ),
    )
    return
  }
  const healthy = say(
    "CatalogSourcesUnhealthy",
    "False",
    "AllCatalogSourcesHealthy",
    "all available catalogsources are healthy",
  )
  conditions = withCondition(conditions, healthy)
  const why = unsatisfied(store, subscription)
  if (why !== undefined) {
    const failed = say(
      "ResolutionFailed",
      "True",
      "ConstraintsNotSatisfiable",
      `constraints not satisfiable: ${why}`,
    )
    await write(withCondition(conditions, failed))
    return
  }
  conditions = withoutCondition(conditions, "ResolutionFailed")
  const csv = wantedCsv(subscription)!
  const { installPlanRef, installedCSV, currentCSV } = subscription.status ?? {}
  const plan = installPlanRef && olm(store, "InstallPlan").get(namespace, installPlanRef.name)
  const upgrade = installedCSV !== undefined && installedCSV !== csv && majorOf(installedCSV) === majorOf(csv)
  if (
    installPlanRef === undefined ||
    (currentCSV !== csv && upgrade) ||
    (plan === undefined && installedCSV === undefined)
  ) {
    if (currentCSV === undefined) await write(conditions)
    const left = patience.left(key, `${subscription.metadata.uid} ${csv}`, pace(...DURATIONS.subscription))
    if (left > 0) return left
    const made = await store.create(planFor(subscription, csv, approvalOf(olmParts, subscription)))
    await write(conditions, {
      state: "UpgradePending",
      currentCSV: csv,
      installPlanGeneration: made.spec.generation,
      installPlanRef: {
        apiVersion: OLM,
        kind: "InstallPlan",
        name: made.metadata.name,
        namespace,
        uid: made.metadata.uid,
      },
    })
    return
  }
  await write(...progress(store, subscription, plan, conditions))
}

/** What the plan's state says for the Subscription. */
function progress(
  store: Store,
  subscription: KubeObject,
  plan: KubeObject | undefined,
  conditions: Condition[],
): [Condition[], object] {
  const { currentCSV } = subscription.status
  const pending = (reason: string) => withCondition(conditions, say("InstallPlanPending", "True", reason))
  const none = withoutCondition(conditions, "InstallPlanPending")
  const exists =
    olm(store, "ClusterServiceVersion").get(subscription.metadata.namespace, currentCSV) !== undefined
  switch (plan?.status?.phase) {
    case "RequiresApproval":
      return [pending("RequiresApproval"), { state: "UpgradePending" }]
    case "Complete":
      // Set once it exists, not when it works.
      return exists ? [none, { state: "AtLatestKnown", installedCSV: currentCSV }] : [none, {}]
    case "Failed":
      return [
        withCondition(none, say("InstallPlanFailed", "True", "InstallComponentFailed", plan.status.message)),
        {},
      ]
    case "Installing":
      return [pending("Installing"), { state: "UpgradePending" }]
    default:
      return plan === undefined
        ? [none, {}]
        : [pending("InstallPlanNotYetReconciled"), { state: "UpgradePending" }]
  }
}
