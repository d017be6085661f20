/** The Subscription that installs the operator, from its snippet. */
import { shellComment } from "../../lib/index.ts"
import type { Manual, SiteInputs } from "../context.ts"
import { labels } from "../shared/labels.ts"
import { APPLY, exists, hereDocument } from "../shared/manual.ts"
import { snippet } from "../shared/snippet.ts"
import { PACKAGE } from "./olm.ts"

/** A catalog that offers the operator, and the channel. */
export interface Offer {
  readonly channel: string
  readonly source: string
  readonly sourceNamespace: string
  /** Other catalogs that offer the channel. */
  readonly others?: readonly string[]
}

/** OpenShift's own catalog. */
export const USUAL_CATALOG = "redhat-operators"

/** The offer of OpenShift's own catalog, for users who cannot read the catalogs. */
export const usualOffer = ({ operatorChannel, operatorSource }: SiteInputs): Offer => ({
  channel: operatorChannel,
  source: operatorSource ?? USUAL_CATALOG,
  sourceNamespace: "openshift-marketplace",
})

/** The manifest that is applied. */
export async function subscription(
  offer: Offer,
  { federation, site }: { readonly federation: string; readonly site: SiteInputs },
): Promise<string> {
  const { parseDocument } = await import("yaml")
  // The snippet's own comment is for readers of the snippet.
  const document = parseDocument(snippet("subscription.yaml").replace(/^#.*\n/gm, ""))
  document.setIn(["metadata", "namespace"], site.operatorNamespace)
  for (const [key, value] of Object.entries(labels(federation)))
    document.setIn(["metadata", "labels", key], value)
  const { others: _, ...source } = offer
  for (const [key, value] of Object.entries(source)) document.setIn(["spec", key], value)
  return document.toString({ lineWidth: 0 })
}

/** An existing operator of any kind stays: what counts is that its resources are served. */
export async function operatorManual({ federation, site }: Manual): Promise<string> {
  const offer = usualOffer(site)
  const kind = "subscriptions.operators.coreos.com"
  const inNamespace = `-n ${site.operatorNamespace}`
  return `# Once per cluster, by a user who is allowed to install operators for all projects.
# If the cluster has no catalog ${shellComment(offer.source)}, find another:  oc get packagemanifests ${PACKAGE}
oc get sites.skupper.io -n ${site.project} >/dev/null 2>&1 ||
  ${hereDocument(APPLY, await subscription(offer, { federation, site }))}
if ${exists(`${kind} ${PACKAGE} ${inNamespace}`)}; then
  oc wait --for=jsonpath='{.status.state}'=AtLatestKnown ${kind}/${PACKAGE} ${inNamespace} --timeout=10m
  csv=$(oc get ${kind} ${PACKAGE} ${inNamespace} -o jsonpath='{.status.installedCSV}')
  oc wait --for=jsonpath='{.status.phase}'=Succeeded "csv/$csv" ${inNamespace} --timeout=10m
fi`
}
