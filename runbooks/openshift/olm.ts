/** The state of the operator, from the objects of the Operator Lifecycle Manager (OLM v0, group operators.coreos.com). */
import {
  blocked,
  type CheckResult,
  type ClusterReader,
  type KubeObject,
  progressing,
  type Query,
  ready,
} from "../../lib/index.ts"
import { condition, ifAllowed, isTrue, objectRef, some } from "../shared/reading.ts"
import { reasonFor } from "./reasons.ts"

export const OLM = "operators.coreos.com/v1alpha1"
/** The package of Red Hat Service Interconnect, both 1.x and 2.x. */
export const PACKAGE = "skupper-operator"

/** A Subscription and the objects that belong to it. */
export interface Subscribed {
  readonly subscription: KubeObject
  /** Names of the OperatorGroups of its namespace; undefined if they cannot be read. */
  readonly groups: readonly string[] | undefined
  readonly plan: KubeObject | undefined
  readonly csv: KubeObject | undefined
  /** The CatalogSource it names. */
  readonly catalog: KubeObject | undefined
  /** Other Subscriptions of its namespace with manual approval: because of them, every plan there waits. */
  readonly manual: readonly string[]
}

/** Subscriptions of the whole cluster (`all`), otherwise of one namespace; undefined if none can be read. */
export type SubscriptionsFound = { readonly all: boolean; readonly items: readonly KubeObject[] } | undefined

export async function subscriptionsOf(
  cluster: ClusterReader,
  namespace: string,
): Promise<SubscriptionsFound> {
  const kind = { apiVersion: OLM, kind: "Subscription" }
  const everywhere = await ifAllowed(cluster.list(kind))
  if (everywhere !== undefined) return { all: true, items: everywhere }
  const there = await ifAllowed(cluster.list({ ...kind, namespace }))
  return there && { all: false, items: there }
}

/** The Subscriptions of a namespace; undefined if they cannot be read. */
export async function subscriptionsIn(
  cluster: ClusterReader,
  namespace: string,
  known: SubscriptionsFound,
): Promise<readonly KubeObject[] | undefined> {
  if (known?.all === true) return known.items.filter(({ metadata }) => metadata.namespace === namespace)
  return ifAllowed(cluster.list({ apiVersion: OLM, kind: "Subscription", namespace }))
}

/** Reads the objects that belong to a Subscription. */
export async function readSubscribed(
  cluster: ClusterReader,
  subscription: KubeObject,
  known: SubscriptionsFound,
): Promise<Subscribed> {
  const namespace = subscription.metadata.namespace!
  const { installPlanRef, installedCSV, currentCSV } = subscription.status ?? {}
  const get = (kind: string, name: string | undefined, where = namespace) =>
    name === undefined
      ? Promise.resolve(undefined)
      : ifAllowed(cluster.get({ apiVersion: OLM, kind, name, namespace: where }))
  const list = (query: Query) => ifAllowed(cluster.list(query))
  const { source, sourceNamespace } = subscription.spec
  const installed = await get("ClusterServiceVersion", installedCSV ?? currentCSV)
  // What OLM has done says nothing more once the operator is installed.
  if (installed?.status?.phase === "Succeeded")
    return {
      subscription,
      groups: undefined,
      plan: undefined,
      csv: installed,
      catalog: undefined,
      manual: [],
    }
  const [groups, siblings, plan, catalog] = await Promise.all([
    list({ apiVersion: "operators.coreos.com/v1", kind: "OperatorGroup", namespace }),
    subscriptionsIn(cluster, namespace, known),
    get("InstallPlan", installPlanRef?.name, installPlanRef?.namespace),
    get("CatalogSource", source, sourceNamespace),
  ])
  // While one version replaces another, the state of the new one counts.
  const replaced = installed?.status?.phase === "Replacing" || installed?.status?.phase === "Deleting"
  const csv =
    (replaced || installed === undefined) && currentCSV !== installedCSV
      ? ((await get("ClusterServiceVersion", currentCSV)) ?? installed)
      : installed
  const manual = (siblings ?? [])
    .filter(({ metadata, spec }) => metadata.name !== subscription.metadata.name && isManual(spec))
    .map(({ metadata }) => metadata.name)
  return { subscription, groups: groups?.map(({ metadata }) => metadata.name), plan, csv, catalog, manual }
}

export const isManual = (spec: { installPlanApproval?: string } | undefined): boolean =>
  spec?.installPlanApproval === "Manual"

/** 2 of `skupper-operator.v2.1.4-rh-3`. */
export const majorOf = (csvName: string): number => Number(/\.v(\d+)\./.exec(csvName)?.[1] ?? Number.NaN)

/** Version 1 of the operator has other resources and cannot be upgraded to version 2. */
export const versionOne = (what: string, object: KubeObject): CheckResult =>
  blocked(
    `${what} is Service Interconnect 1.x: its networks have no Sites, and it cannot be upgraded to 2.x in place`,
    {
      code: "version 1",
      fix: "delete it with its Subscription and ClusterServiceVersion when its networks are no longer needed, or use another cluster",
      next: `oc get subscriptions.operators.coreos.com,csv -n ${object.metadata.namespace}`,
      object: objectRef(object),
    },
  )

/** The progress of a Subscription, and what blocks it. */
export function subscriptionState(found: Subscribed): CheckResult {
  const { subscription, csv } = found
  const name = csv?.metadata.name ?? subscription.status?.currentCSV
  if (
    /^stable(-1.*)?$/.test(subscription.spec.channel ?? "") &&
    !(majorOf(name ?? "") >= 2) &&
    name !== undefined
  )
    return versionOne(name, subscription)
  if (name !== undefined && majorOf(name) < 2) return versionOne(name, csv ?? subscription)
  if (csv?.status?.phase === "Succeeded")
    return ready(`${csv.metadata.name} is installed in ${csv.metadata.namespace}`, { object: objectRef(csv) })
  return groupTrouble(found) ?? subscriptionTrouble(found) ?? planTrouble(found) ?? csvState(found)
}

/** With no OperatorGroup, or with two, OLM never installs a Subscription and gives no reason. */
export function groupsTrouble(
  groups: readonly string[] | undefined,
  namespace: string,
): CheckResult | undefined {
  if (groups === undefined || groups.length === 1) return undefined
  if (groups.length === 0) {
    return blocked(
      `namespace ${namespace} has no OperatorGroup: OLM installs nothing there and reports no reason`,
      {
        code: "no OperatorGroup",
        fix: `install into openshift-operators, which has one, or ask an administrator to apply this:\n${GROUP(namespace)}`,
        next: `oc get operatorgroups -n ${namespace}`,
      },
    )
  }
  return blocked(
    `namespace ${namespace} has ${groups.length} OperatorGroups (${groups.join(", ")}): OLM installs nothing there and reports no reason`,
    {
      code: "OperatorGroups",
      fix: "ask an administrator to delete those that were added by mistake: exactly one must remain",
      next: `oc get operatorgroups -n ${namespace}`,
    },
  )
}

/** Without target namespaces it is for all namespaces, the only mode that version 2 supports. */
const GROUP = (namespace: string): string =>
  [
    "apiVersion: operators.coreos.com/v1",
    "kind: OperatorGroup",
    `metadata: { name: ${namespace}, namespace: ${namespace} }`,
    "spec: {}",
  ].join("\n")

const groupTrouble = ({ groups, subscription }: Subscribed): CheckResult | undefined =>
  groupsTrouble(groups, subscription.metadata.namespace!)

function subscriptionTrouble({ subscription, catalog }: Subscribed): CheckResult | undefined {
  const namespace = subscription.metadata.namespace!
  const where = { object: objectRef(subscription) }
  const inspect = `oc describe subscriptions.operators.coreos.com ${subscription.metadata.name} -n ${namespace}`
  const unhealthy = condition(subscription, "CatalogSourcesUnhealthy")
  if (unhealthy?.status === "True") {
    const state = catalog?.status?.connectionState?.lastObservedState
    const words = `${unhealthy.message ?? unhealthy.reason}${state ? ` (its connection is ${state})` : ""}`
    if (!/missing|no catalog/i.test(words) && unhealthy.reason !== "NoCatalogSourcesFound")
      return progressing(`the catalog is not healthy: ${words}`, objectRef(subscription))
    return blocked(`the catalog does not exist: ${words}`, {
      code: "no catalog",
      fix: "give an existing catalog with --operator-source",
      next: "oc get catalogsources -n openshift-marketplace",
      ...where,
    })
  }
  const failed = condition(subscription, "ResolutionFailed")
  if (failed?.status === "True") {
    // For all other reasons, such as a catalog that is not ready yet, OLM retries by itself.
    if (failed.reason !== "ConstraintsNotSatisfiable")
      return progressing(
        `OLM cannot resolve the Subscription yet: ${failed.message}`,
        objectRef(subscription),
      )
    return blocked(`OLM cannot resolve the Subscription: ${failed.message}`, {
      code: "resolution",
      fix: "fix the Subscriptions and ClusterServiceVersions of the namespace: a single broken one blocks all",
      next: `oc get subscriptions.operators.coreos.com,csv -n ${namespace}`,
      ...where,
    })
  }
  const unpack = condition(subscription, "BundleUnpackFailed")
  if (unpack?.status === "True" && reasonFor("OLM", unpack.message ?? "")?.passes === true)
    return progressing(`the bundle is unpacked again after: ${unpack.message}`, objectRef(subscription))
  if (unpack?.status === "True") {
    return blocked(`the operator's bundle could not be unpacked: ${unpack.message ?? unpack.reason}`, {
      code: "bundle",
      fix: "usually the image cannot be pulled: check the cluster's pull secret and its connection to the registry",
      next: inspect,
      ...where,
    })
  }
  const unpacking = condition(subscription, "BundleUnpacking")
  if (unpacking?.status === "True")
    return progressing(`unpacking the bundle: ${unpacking.message ?? ""}`, objectRef(subscription))
  return undefined
}

function planTrouble({ subscription, plan, manual }: Subscribed): CheckResult | undefined {
  if (plan === undefined) return undefined
  const { name, namespace } = plan.metadata
  if (plan.status?.phase === "Failed" || isTrue(subscription, "InstallPlanFailed")) {
    const words =
      condition(plan, "Installed")?.message ??
      plan.status?.message ??
      condition(subscription, "InstallPlanFailed")?.message
    if (reasonFor("OLM", words ?? "")?.passes === true)
      return progressing(`InstallPlan ${name} is tried again after: ${words}`, objectRef(plan))
    return blocked(`InstallPlan ${name} failed: ${words ?? "no reason given"}`, {
      code: "InstallPlan",
      fix: `once the cause is gone, delete the InstallPlan, and OLM creates a new one: oc delete installplan ${name} -n ${namespace}`,
      next: `oc describe installplan ${name} -n ${namespace}`,
      object: objectRef(plan),
    })
  }
  if (plan.status?.phase !== "RequiresApproval" || plan.spec?.approved === true) return undefined
  const csvs: string[] = plan.spec?.clusterServiceVersionNames ?? []
  const why = isManual(subscription.spec)
    ? "its Subscription requires manual approval"
    : manual.length > 0
      ? `${some(manual)} in the same namespace requires manual approval, which applies to all`
      : "approval is manual"
  return blocked(`InstallPlan ${name} waits for approval (${why}); it installs ${some(csvs)}`, {
    code: "approval",
    fix: "ask an administrator to approve it, if everything that it installs is wanted",
    next: `oc patch installplan ${name} -n ${namespace} --type merge -p '{"spec":{"approved":true}}'`,
    object: objectRef(plan),
  })
}

function csvState({ subscription, csv, plan }: Subscribed): CheckResult {
  if (csv === undefined) {
    const state = condition(plan, "Installed")?.message ?? plan?.status?.phase ?? subscription.status?.state
    return progressing(
      state ? `OLM is installing: ${state}` : "OLM has not processed the Subscription yet",
      objectRef(subscription),
    )
  }
  const { name, namespace } = csv.metadata
  const { phase, reason, message } = csv.status ?? {}
  if (phase === "Failed") {
    const words = `${name} failed${reason ? ` (${reason})` : ""}: ${message ?? "no reason given"}`
    const known = reasonFor("OLM", `${reason ?? ""}: ${message ?? ""}`)
    if (known?.passes === true) return progressing(`${words}; OLM installs it again`, objectRef(csv))
    return blocked(words, {
      code: "CSV",
      ...(known?.fix !== undefined && { fix: known.fix }),
      next: `oc describe csv ${name} -n ${namespace}`,
      object: objectRef(csv),
    })
  }
  const unmet = ((csv.status?.requirementStatus ?? []) as { kind: string; name: string; status: string }[])
    .filter(({ status }) => status !== "Present")
    .map(({ kind, name }) => `${kind} ${name}`)
  const needs = phase === "Pending" && unmet.length > 0 ? `; missing: ${some(unmet, 3)}` : ""
  return progressing(`${name} is ${phase ?? "new"}${message ? `: ${message}` : ""}${needs}`, objectRef(csv))
}
