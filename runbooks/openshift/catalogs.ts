/** Which catalog offers the operator, and what its installation waits for. */
import { blocked, type CheckResult, type ClusterReader, type KubeObject, unknown } from "../../lib/index.ts"
import type { SiteInputs } from "../context.ts"
import { ifAllowed, ifServed, some } from "../shared/reading.ts"
import { isManual, OLM, PACKAGE, type SubscriptionsFound, subscriptionsIn } from "./olm.ts"
import { type Offer, USUAL_CATALOG, usualOffer } from "./subscription.ts"

const MANIFESTS = "packages.operators.coreos.com/v1"

/** The catalog that offers the channel. It is looked up, because disconnected clusters use other names. */
export async function chosenOffer(cluster: ClusterReader, site: SiteInputs): Promise<Offer | CheckResult> {
  const { operatorChannel: channel, operatorSource: source, operatorNamespace: namespace } = site
  const manifests = await ifServed(
    ifAllowed(
      cluster.list({
        apiVersion: MANIFESTS,
        kind: "PackageManifest",
        namespace,
        fields: `metadata.name=${PACKAGE}`,
      }),
    ).then((items) => items ?? "hidden"),
  )
  // The user is not allowed to read them: the administrator who gets the YAML can check it.
  if (manifests === "hidden") return usualOffer(site)
  if (manifests === undefined) return unknown("missing", "OLM's package server does not answer yet")
  const named = manifests.filter(
    ({ metadata, status }) =>
      metadata.name === PACKAGE && (source === undefined || status?.catalogSource === source),
  )
  if (named.length === 0) {
    return blocked(
      `no catalog${source ? ` named ${source}` : ""} offers ${PACKAGE}${await catalogStates(cluster)}`,
      {
        code: "no catalog",
        fix: "give the catalog that mirrors it with --operator-source, or ask an administrator to restore the catalog",
        next: "oc get packagemanifests,catalogsources -n openshift-marketplace",
      },
    )
  }
  const channels = (one: KubeObject): string[] =>
    ((one.status?.channels ?? []) as { name: string }[]).map(({ name }) => name)
  const offering = named.filter((one) => channels(one).includes(channel))
  // OpenShift's own catalog first: the order of the list means nothing.
  const fitting = offering.find(({ status }) => status.catalogSource === USUAL_CATALOG) ?? offering[0]
  if (fitting === undefined) {
    return blocked(
      `${PACKAGE} has no channel ${channel}; it has ${some([...new Set(named.flatMap(channels))])}`,
      {
        code: "channel",
        fix: "choose a channel of version 2 with --operator-channel",
        next: `oc describe packagemanifest ${PACKAGE} -n ${namespace}`,
      },
    )
  }
  const { catalogSource, catalogSourceNamespace } = fitting.status
  const others = offering.filter((one) => one !== fitting).map(({ status }) => String(status.catalogSource))
  return { channel, source: catalogSource, sourceNamespace: catalogSourceNamespace, others }
}

async function catalogStates(cluster: ClusterReader): Promise<string> {
  const sources = await ifAllowed(
    cluster.list({ apiVersion: OLM, kind: "CatalogSource", namespace: "openshift-marketplace" }),
  )
  if (sources === undefined) return ""
  if (sources.length === 0) return "; openshift-marketplace has no CatalogSource"
  const state = ({ metadata, status }: KubeObject) =>
    `${metadata.name} is ${status?.connectionState?.lastObservedState ?? "without a state"}`
  return `; catalogs: ${some(sources.map(state), 5)}`
}

/** OLM resolves a namespace as one: next to a Subscription with manual approval, an automatic one waits for an approval as well. */
export async function waitsForApproval(
  cluster: ClusterReader,
  namespace: string,
  known: SubscriptionsFound,
): Promise<string> {
  const subscriptions = await subscriptionsIn(cluster, namespace, known)
  const manual = (subscriptions ?? []).filter(({ spec }) => isManual(spec))
  if (manual.length === 0) return ""
  const names = some(manual.map(({ metadata }) => metadata.name))
  return `; ${names} in ${namespace} requires manual approval, so an administrator has to approve this InstallPlan too`
}
