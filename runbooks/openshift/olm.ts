/** What the Operator Lifecycle Manager's objects say about the operator (OLM v0, group operators.coreos.com). */
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

export const OLM = "operators.coreos.com/v1alpha1"
/** The package of Red Hat Service Interconnect, 1.x and 2.x alike. */
export const PACKAGE = "skupper-operator"

/** A Subscription and everything it leads to. */
export interface Subscribed {
  readonly subscription: KubeObject
  /** Names of the OperatorGroups of its namespace; nothing where they may not be read. */
  readonly groups: readonly string[] | undefined
  readonly plan: KubeObject | undefined
  readonly csv: KubeObject | undefined
  /** The CatalogSource it names. */
  readonly catalog: KubeObject | undefined
  /** Names of other Subscriptions of its namespace on manual approval: they make every plan there wait. */
  readonly manual: readonly string[]
}

/** Subscriptions of the whole cluster, of one namespace where more may not be read, nothing where none may. */
export async function subscriptionsOf(
  cluster: ClusterReader,
  namespace: string,
): Promise<{ all: boolean; items: KubeObject[] } | undefined> {
  const kind = { apiVersion: OLM, kind: "Subscription" }
  const everywhere = await ifAllowed(cluster.list(kind))
  if (everywhere !== undefined) return { all: true, items: everywhere }
  const there = await ifAllowed(cluster.list({ ...kind, namespace }))
  return there && { all: false, items: there }
}

/** Reads what a Subscription leads to. */
export async function follow(cluster: ClusterReader, subscription: KubeObject): Promise<Subscribed> {
  const namespace = subscription.metadata.namespace!
  const { installPlanRef, installedCSV, currentCSV } = subscription.status ?? {}
  const get = (kind: string, name: string | undefined, where = namespace) =>
    name === undefined
      ? Promise.resolve(undefined)
      : ifAllowed(cluster.get({ apiVersion: OLM, kind, name, namespace: where }))
  const list = (query: Query) => ifAllowed(cluster.list(query))
  const { source, sourceNamespace } = subscription.spec
  const [groups, siblings, plan, installed, catalog] = await Promise.all([
    list({ apiVersion: "operators.coreos.com/v1", kind: "OperatorGroup", namespace }),
    list({ apiVersion: OLM, kind: "Subscription", namespace }),
    get("InstallPlan", installPlanRef?.name, installPlanRef?.namespace),
    get("ClusterServiceVersion", installedCSV ?? currentCSV),
    get("CatalogSource", source, sourceNamespace),
  ])
  // While one version replaces another, the new one tells.
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

const isManual = (spec: { installPlanApproval?: string } | undefined): boolean =>
  spec?.installPlanApproval === "Manual"

/** 2 of `skupper-operator.v2.1.4-rh-3`. */
export const majorOf = (csvName: string): number => Number(/\.v(\d+)\./.exec(csvName)?.[1] ?? Number.NaN)

/** Version 1 of the operator has other resources, and becomes version 2 by no upgrade. */
export const versionOne = (what: string, object: KubeObject): CheckResult =>
  blocked(
    `${what} is Service Interconnect 1.x: its networks have no Sites, and it cannot be upgraded to 2.x in place`,
    {
      code: "version 1",
      fix: "remove it with its Subscription and ClusterServiceVersion once nobody needs its networks, or use another cluster",
      next: `oc get subscriptions.operators.coreos.com,csv -n ${object.metadata.namespace}`,
      object: objectRef(object),
    },
  )

/** How far a Subscription has come, and what holds it up. */
export function judge(found: Subscribed): CheckResult {
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

/** With no OperatorGroup, or two, OLM leaves a Subscription without a word for ever. */
export function groupsTrouble(
  groups: readonly string[] | undefined,
  namespace: string,
): CheckResult | undefined {
  if (groups === undefined || groups.length === 1) return undefined
  if (groups.length === 0) {
    return blocked(
      `namespace ${namespace} has no OperatorGroup: OLM installs nothing there, and says nothing`,
      {
        code: "no OperatorGroup",
        fix: `install into openshift-operators, which has one, or have an administrator apply this:\n${GROUP(namespace)}`,
        next: `oc get operatorgroups -n ${namespace}`,
      },
    )
  }
  return blocked(
    `namespace ${namespace} has ${groups.length} OperatorGroups (${groups.join(", ")}): OLM installs nothing there, and says nothing`,
    {
      code: "OperatorGroups",
      fix: "have an administrator delete those that were added by mistake: exactly one may stay",
      next: `oc get operatorgroups -n ${namespace}`,
    },
  )
}

/** Without targets it is for all namespaces: the only way that version 2 can be installed. */
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
    return blocked(`the catalog is not there: ${words}`, {
      code: "no catalog",
      fix: "name a catalog that is there with --operator-source",
      next: "oc get catalogsources -n openshift-marketplace",
      ...where,
    })
  }
  const failed = condition(subscription, "ResolutionFailed")
  if (failed?.status === "True") {
    // Anything else, such as a catalog that is not ready yet, OLM tries again by itself.
    if (failed.reason !== "ConstraintsNotSatisfiable")
      return progressing(`OLM cannot resolve it yet: ${failed.message}`, objectRef(subscription))
    return blocked(`OLM cannot resolve it: ${failed.message}`, {
      code: "resolution",
      fix: "this stays until the Subscriptions and ClusterServiceVersions of the namespace are put right (one broken neighbour holds up all)",
      next: `oc get subscriptions.operators.coreos.com,csv -n ${namespace}`,
      ...where,
    })
  }
  const unpack = condition(subscription, "BundleUnpackFailed")
  if (unpack?.status === "True") {
    return blocked(`the operator's bundle could not be unpacked: ${unpack.message ?? unpack.reason}`, {
      code: "bundle",
      fix: "mostly the image cannot be pulled: check the cluster's pull secret and its way to the registry",
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
    return blocked(`InstallPlan ${name} failed: ${words ?? "it gives no reason"}`, {
      code: "InstallPlan",
      fix: "once its cause is gone, delete the InstallPlan: OLM makes another",
      next: `oc describe installplan ${name} -n ${namespace}`,
      object: objectRef(plan),
    })
  }
  if (plan.status?.phase !== "RequiresApproval" || plan.spec?.approved === true) return undefined
  const csvs: string[] = plan.spec?.clusterServiceVersionNames ?? []
  const why = isManual(subscription.spec)
    ? "its Subscription is on manual approval"
    : manual.length > 0
      ? `${some(manual)} in the same namespace is on manual approval, which holds for all`
      : "approval is manual"
  return blocked(`InstallPlan ${name} waits for an approval (${why}); it installs ${some(csvs)}`, {
    code: "approval",
    fix: "have an administrator approve it, if all that it installs is welcome",
    next: `oc patch installplan ${name} -n ${namespace} --type merge -p '{"spec":{"approved":true}}'`,
    object: objectRef(plan),
  })
}

function csvState({ subscription, csv, plan }: Subscribed): CheckResult {
  if (csv === undefined) {
    const state = condition(plan, "Installed")?.message ?? plan?.status?.phase ?? subscription.status?.state
    return progressing(
      state ? `OLM is installing: ${state}` : "OLM has not taken up the Subscription yet",
      objectRef(subscription),
    )
  }
  const { name, namespace } = csv.metadata
  const { phase, reason, message } = csv.status ?? {}
  if (phase === "Failed") {
    return blocked(`${name} failed${reason ? ` (${reason})` : ""}: ${message ?? "it gives no reason"}`, {
      code: "CSV",
      fix: "put its cause right: OLM then goes on by itself, and so does this step",
      next: `oc describe csv ${name} -n ${namespace}`,
      object: objectRef(csv),
    })
  }
  const unmet = ((csv.status?.requirementStatus ?? []) as { kind: string; name: string; status: string }[])
    .filter(({ status }) => status !== "Present")
    .map(({ kind, name }) => `${kind} ${name}`)
  const needs = phase === "Pending" && unmet.length > 0 ? `; it lacks ${some(unmet, 3)}` : ""
  return progressing(`${name} is ${phase ?? "new"}${message ? `: ${message}` : ""}${needs}`, objectRef(csv))
}
