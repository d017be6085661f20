import {
  blocked,
  CheckError,
  type CheckResult,
  type ClusterReader,
  drifted,
  foresee,
  type KubeObject,
  main,
  missing,
  progressing,
  ready,
} from "../lib/index.ts"
import { type Context, type Foresee, guideStep, type SiteInputs } from "./context.ts"
import { listSites } from "./interconnect/skupper.ts"
import { chosenOffer, waitsForApproval } from "./openshift/catalogs.ts"
import {
  groupsTrouble,
  majorOf,
  OLM,
  PACKAGE,
  readSubscribed,
  type Subscribed,
  type SubscriptionsFound,
  subscriptionState,
  subscriptionsOf,
  versionOne,
} from "./openshift/olm.ts"
import { operatorManual, subscription } from "./openshift/subscription.ts"
import { troubleOf } from "./openshift/trouble.ts"
import type { Deployment } from "./openshift/workload.ts"
import { adopted, isOwn, PROGRAM, recordFound } from "./shared/labels.ts"
import { condition, ifAllowed, isServed, isTrue, objectRef, some } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"
import { applyObjects, objectsOf, viaApi } from "./shared/via.ts"
import { writeManifest } from "./shared/write-manifest.ts"

async function check(context: Context): Promise<CheckResult> {
  const { cluster, site } = context
  // What is read here says whether it is served, and is what other checks read.
  const served = await isServed(listSites(cluster, site.project))
  const reading = subscriptionsOf(cluster, site.operatorNamespace)
  const olm = await isServed(reading)
  const found = olm ? await reading : undefined
  const subscriptions = (found?.items ?? []).filter(({ spec }) => spec?.name === PACKAGE)
  if (subscriptions.length > 1) return severalSubscriptions(subscriptions)
  if (subscriptions.length === 1) return subscribed(context, subscriptions[0]!, found, served)
  const other = await installedOtherwise(context, { olm, served, sure: found?.all === true })
  if (other !== undefined) return other
  if (!olm) {
    return blocked(`${cluster.server} has no Operator Lifecycle Manager: it is not OpenShift`, {
      code: "no OLM",
      fix: "ask an administrator to install Skupper's controller",
      next: "oc apply -f https://skupper.io/v2/install.yaml",
    })
  }
  return subscribable(context, found)
}

async function subscribed(
  context: Context,
  subscription: KubeObject,
  known: SubscriptionsFound,
  served: boolean,
): Promise<CheckResult> {
  const { cluster, site, given } = context
  const { name, namespace } = subscription.metadata
  const found = await readSubscribed(cluster, subscription, known)
  const answer = (await operatorTrouble(cluster, found)) ?? subscriptionState(found)
  if (answer.state === "blocked" && answer.code === "version 1") return answer
  const { channel } = subscription.spec
  const own = isOwn(subscription, context)
  if (channel !== site.operatorChannel && (own || given("operator-channel", site.name))) {
    const fields = [{ field: "channel", found: String(channel), wanted: site.operatorChannel }]
    if (own) return drifted(fields, { object: objectRef(subscription), approval: approval(site) })
    return blocked(`the existing operator follows channel ${channel}, should be ${site.operatorChannel}`, {
      code: "channel",
      fix: "omit operator-channel to use it as it is, or ask an administrator to change it: this federation did not create it",
      next: `oc patch subscriptions.operators.coreos.com ${name} -n ${namespace} --type merge -p '{"spec":{"channel":"${site.operatorChannel}"}}'`,
      object: objectRef(subscription),
    })
  }
  if (answer.state !== "ready") return answer
  if (!served) return progressing(`${answer.reason}; its resources are not served yet`, answer.object)
  return { ...answer, adopted: adopted(subscription, context) }
}

/** OLM only says that its Deployment is not available: why, its pods tell. */
async function operatorTrouble(
  cluster: ClusterReader,
  { csv }: Subscribed,
): Promise<CheckResult | undefined> {
  if (csv?.status?.phase !== "Installing" && csv?.status?.reason !== "InstallCheckFailed") return undefined
  const { name, namespace } = csv.metadata
  for (const { name: deployment } of (csv.spec?.install?.spec?.deployments ?? []) as { name: string }[]) {
    const ref = { apiVersion: "apps/v1", kind: "Deployment", name: deployment, namespace: namespace! }
    const found = await ifAllowed(cluster.get<Deployment>(ref))
    const trouble = found && (await ifAllowed(troubleOf(cluster, found)))
    if (trouble === undefined) continue
    const words = `${name} is not installed yet: Deployment ${deployment}: ${trouble.reason}`
    if (!trouble.terminal) return progressing(words, objectRef(csv))
    return blocked(words, { code: "CSV", next: trouble.next, object: objectRef(csv) })
  }
  return undefined
}

const severalSubscriptions = (subscriptions: readonly KubeObject[]): CheckResult =>
  blocked(
    `${subscriptions.length} Subscriptions ask for ${PACKAGE}: ${some(subscriptions.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))}; OLM installs none of them`,
    {
      code: "Subscriptions",
      fix: "ask an administrator to delete all but one",
      next: "oc get subscriptions.operators.coreos.com -A",
    },
  )

/**
 * An operator without a Subscription: a ClusterServiceVersion whose Subscription was deleted, or a controller from YAML or
 * Helm. Or an operator that this user cannot read, whose resources are served.
 */
async function installedOtherwise(
  { cluster, site }: Context,
  { olm, served, sure }: { olm: boolean; served: boolean; sure: boolean },
): Promise<CheckResult | undefined> {
  for (const csv of olm ? await versions(cluster, site) : []) {
    if (majorOf(csv.metadata.name) < 2) return versionOne(csv.metadata.name, csv)
    if (csv.status?.phase === "Succeeded" && served)
      return ready(`${csv.metadata.name} is installed`, { object: objectRef(csv), adopted: true })
  }
  if (!served) return undefined
  const controllers = await controllersOf(cluster, site)
  const running = controllers.find((deployment) => isTrue(deployment, "Available"))
  if (running) {
    return ready(`a controller runs in ${running.metadata.namespace}, installed without OLM`, {
      object: objectRef(running),
      adopted: true,
    })
  }
  const version = await siteController(cluster, site.project)
  if (version !== undefined) return ready(`a controller ${version} serves this project`, { adopted: true })
  if (controllers[0] !== undefined) {
    const words = condition(controllers[0], "Available")?.message ?? "it is not available"
    return progressing(
      `the controller in ${controllers[0].metadata.namespace}: ${words}`,
      objectRef(controllers[0]),
    )
  }
  // Resource definitions remain when an operator is deleted: only a user who can read everything knows that none exists.
  return sure
    ? undefined
    : ready("Skupper's resources are served; you cannot read the operator itself", { adopted: true })
}

async function versions(cluster: ClusterReader, site: SiteInputs): Promise<KubeObject[]> {
  const kind = { apiVersion: OLM, kind: "ClusterServiceVersion" }
  // An operator for all namespaces is copied into each, unless the cluster's OLMConfig says otherwise.
  const found =
    (await ifAllowed(cluster.list({ ...kind, labels: "!olm.copiedFrom" }))) ??
    (await ifAllowed(cluster.list({ ...kind, namespace: site.operatorNamespace }))) ??
    (await ifAllowed(cluster.list({ ...kind, namespace: site.project })))
  return (found ?? []).filter(({ metadata }) => metadata.name.startsWith(`${PACKAGE}.v`))
}

async function controllersOf(cluster: ClusterReader, site: SiteInputs): Promise<KubeObject[]> {
  const query = { apiVersion: "apps/v1", kind: "Deployment", fields: "metadata.name=skupper-controller" }
  const everywhere = await ifAllowed(cluster.list(query))
  if (everywhere !== undefined) return everywhere
  const places = [site.operatorNamespace, "skupper", site.project]
  const found = await Promise.all(places.map((namespace) => ifAllowed(cluster.list({ ...query, namespace }))))
  return found.flatMap((items) => items ?? [])
}

async function siteController(cluster: ClusterReader, project: string): Promise<string | undefined> {
  const sites = (await ifAllowed(listSites(cluster, project))) ?? []
  return sites.map(({ status }) => status?.controller?.version).find((version) => version !== undefined)
}

/** No operator exists: what would be applied, or why nothing can be applied. */
async function subscribable(context: Context, known: SubscriptionsFound): Promise<CheckResult> {
  const { cluster, site } = context
  const namespace = site.operatorNamespace
  const offer = await chosenOffer(cluster, site)
  if ("state" in offer) return offer
  const may = await cluster.allowed({
    verb: "create",
    group: "operators.coreos.com",
    resource: "subscriptions",
    namespace,
  })
  if (!may) {
    return blocked(
      `the operator is not installed, and ${await cluster.whoami()} is not allowed to install it in ${namespace}`,
      {
        code: "forbidden",
        fix: `ask an administrator to apply this, then retry:\n${await subscription(offer, context)}`,
        next: `flower-runbook step install-operator --site ${site.name}`,
      },
    )
  }
  const groups = await ifAllowed(
    cluster.list({ apiVersion: "operators.coreos.com/v1", kind: "OperatorGroup", namespace }),
  )
  const trouble = groupsTrouble(
    groups?.map(({ metadata }) => metadata.name),
    namespace,
  )
  if (trouble !== undefined) return trouble
  const others = offer.others ?? []
  const also = others.length === 0 ? "" : ` (so does ${some(others)}: --operator-source chooses)`
  const waits = await waitsForApproval(cluster, namespace, known)
  return missing(
    `${PACKAGE} is not installed; ${offer.source} offers it in channel ${offer.channel}${also}${waits}`,
    { approval: approval(site) },
  )
}

const approval = (site: SiteInputs): string =>
  `installs the operator of Red Hat Service Interconnect for the whole cluster ${site.server} (namespace ${site.operatorNamespace}, channel ${site.operatorChannel})`

async function apply(context: Context): Promise<void> {
  const { $, cluster, site } = context
  const offer = await chosenOffer(cluster, site)
  if ("state" in offer)
    throw offer.state === "blocked" || offer.state === "unknown"
      ? new CheckError(offer)
      : new Error(offer.reason)
  const text = await subscription(offer, context)
  const file = await writeManifest(context, `${site.name}-operator`, text)
  if (viaApi(context))
    return applyObjects(context, await objectsOf(text), { namespace: site.operatorNamespace })
  await $`oc apply --server-side --field-manager=${PROGRAM} -n ${site.operatorNamespace} -f ${file}`
}

async function takeSubscription(context: Context): Promise<void> {
  const { cluster, site } = context
  const query = { apiVersion: OLM, kind: "Subscription", namespace: site.operatorNamespace }
  const found = (await cluster.list(query)).filter(({ spec }) => spec?.name === PACKAGE)
  for (const one of found) recordFound(context, one)
}

export default guideStep({
  id: "install-operator",
  foresees: ({ site }: Foresee) => [foresee.outside(approval(site))],
  title: "Install the Red Hat Service Interconnect Operator",
  on: "every site",
  needs: ["login", "project"],
  inputs: ["server", "operator-channel", "operator-source", "operator-namespace"],
  prose: `
In every cluster, the Red Hat Service Interconnect Operator creates the routers and maintains the links. The guide installs it
in the web console: OperatorHub, *Red Hat Service Interconnect*, Install. A Subscription to the package \`skupper-operator\`,
channel \`stable-2\`, in the namespace \`openshift-operators\` does the same:

    oc apply --server-side --field-manager=flower-runbook -f subscription.yaml

It is installed once per cluster, for all projects, and needs a user who is allowed to do that. An operator that already exists
is used as it is. If you are not allowed to install it, this step prints the manifest that your administrator has to apply, and
continues when the operator is installed.
`,
  readyWhen:
    "Ready when a Subscription to `skupper-operator` in the requested channel has installed its ClusterServiceVersion, and Skupper's kinds are served. An operator that was installed in another way also counts.",
  docs: [
    "https://docs.openshift.com/container-platform/latest/operators/admin/olm-adding-operators-to-cluster.html",
  ],
  check,
  apply,
  update: apply,
  takeOwnership: takeSubscription,
  manual: operatorManual,
  show: ({ $, site }) => $`oc get csv -n ${site.operatorNamespace}`,
  get expect() {
    return snippet("install-operator.txt")
  },
  timeout: 600,
  exclusive: ({ site }) => `operator ${site.server}`,
})

if (import.meta.main) void main(import.meta.url)
