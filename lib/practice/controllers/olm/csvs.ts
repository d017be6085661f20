/** ClusterServiceVersion: Pending, InstallReady, Installing, Succeeded; its Deployment, and its copies elsewhere. */

import type { KubeObject } from "../../../cluster/types.ts"
import { isOwnedBy, isTrue, ownedBy, wireTime } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { faultNow } from "../faulty.ts"
import { DURATIONS } from "../pace.ts"
import { clusterServiceVersion, majorOf, versionOf, workloadOf } from "./catalog.ts"
import { groupCount, type Olm, olm } from "./subscriptions.ts"

/** How long each phase takes under the fault `slow`, in milliseconds, where the fault does not say. */
const SLOW = 5000
const COPIED = "olm.copiedFrom"

interface Phase {
  phase: string
  reason: string
  message: string
}

const PENDING: Phase = {
  phase: "Pending",
  reason: "RequirementsUnknown",
  message: "requirements not yet checked",
}
const READY: Phase = {
  phase: "InstallReady",
  reason: "AllRequirementsMet",
  message: "all requirements found, attempting install",
}
const SUCCEEDED: Phase = {
  phase: "Succeeded",
  reason: "InstallSucceeded",
  message: "install strategy completed with no errors",
}
const installing = (name: string): Phase => ({
  phase: "Installing",
  reason: "InstallWaiting",
  message: `installing: waiting for deployment ${name} to become ready: deployment "${name}" not available: Deployment does not have minimum availability.`,
})
const failed = (name: string): Phase => ({
  phase: "Failed",
  reason: "InstallCheckFailed",
  message: `install timeout: deployment ${name} not ready before timeout: deployment "${name}" exceeded its progress deadline`,
})
const NO_GROUP: Phase = {
  phase: "Failed",
  reason: "NoOperatorGroup",
  message: "csv in namespace with no operatorgroups",
}
const GROUPS_FAILED: Phase = {
  phase: "Failed",
  reason: "TooManyOperatorGroups",
  message: "csv created in namespace with multiple operatorgroups, can't pick one automatically",
}

function deployment(csv: KubeObject): KubeObject {
  const name = workloadOf(csv.metadata.name)
  const version = versionOf(csv.metadata.name).split("-")[0]
  const labels = { application: name, "app.kubernetes.io/part-of": "skupper" }
  const image = majorOf(csv.metadata.name) === 1 ? "site-controller" : "controller"
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name,
      namespace: csv.metadata.namespace!,
      labels: { ...labels, "olm.owner": csv.metadata.name, "olm.owner.kind": "ClusterServiceVersion" },
      ownerReferences: [{ ...ownedBy(csv, false), blockOwnerDeletion: false, controller: false }],
    },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          enableServiceLinks: false,
          containers: [
            {
              name: "controller",
              image: `quay.io/skupper/${image}:${version}`,
              args: ["-enable-grants", "-grant-server-autoconfigure"],
            },
          ],
        },
      },
    },
  }
}

const serviceAccount = (csv: KubeObject, name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: {
    name,
    namespace: csv.metadata.namespace!,
    ownerReferences: [{ ...ownedBy(csv, false), blockOwnerDeletion: false, controller: false }],
  },
})

/** The Deployment of this version; one that an earlier version left is taken over. */
async function install({ store }: Olm, csv: KubeObject): Promise<KubeObject | undefined> {
  const made = deployment(csv)
  // A real API server makes no pod of an account that is not there.
  await store.ensure(serviceAccount(csv, made.spec.template.spec.serviceAccountName))
  const { name, namespace, ownerReferences, labels } = made.metadata
  const known = store.of("apps/v1", "Deployment").get(namespace, name)
  if (known === undefined) await store.ensure(made)
  else if (!isOwnedBy(known, csv)) {
    const { template } = made.spec
    return store.merge(known, { metadata: { ownerReferences, labels }, spec: { template } })
  }
  return known
}

export async function reconcileCsv(parts: Olm, key: string): Promise<number | void> {
  const { store, context, patience, pace } = parts
  const [namespace, name] = splitKey(key)
  const csv = olm(store, "ClusterServiceVersion").get(namespace, name)
  if (csv === undefined || csv.metadata.deletionTimestamp !== undefined) return
  if (csv.metadata.labels?.[COPIED] !== undefined) return
  const phase: string = csv.status?.phase ?? ""
  const write = (next: Phase) => {
    const { reason, message } = csv.status ?? {}
    if (phase === next.phase && reason === next.reason && message === next.message) return
    return store.status(csv, {
      ...csv.status,
      ...next,
      lastTransitionTime: wireTime(),
      lastUpdateTime: wireTime(),
    })
  }
  const groups = groupCount(store, namespace)
  if (groups !== 1) return void (await write(groups === 0 ? NO_GROUP : GROUPS_FAILED))
  const fault = faultNow(context.faults, "operator", context.name, name, "slow", "fails")
  const takes = fault?.what === "slow" ? (fault.delay ?? SLOW) : pace(...DURATIONS.csvPhase)
  const left = patience.left(key, `${csv.metadata.uid} ${phase}`, phase === "" ? 0 : takes)
  const workload = workloadOf(name)
  switch (phase) {
    case "":
      return void (await write(PENDING))
    case "Pending":
      return left > 0 ? left : void (await write(READY))
    case "InstallReady":
      return left > 0 ? left : void (await write(installing(workload)))
    case "Installing": {
      if (left > 0) return left
      if (fault?.what === "fails") return void (await write(failed(workload)))
      if (!isTrue(await install(parts, csv), "Available")) return
      await write(SUCCEEDED)
      return
    }
    case "Succeeded":
      await replace(parts, csv)
      return isTrue(await install(parts, csv), "Available")
        ? undefined
        : void (await write(installing(workload)))
    default:
      // Failed: OLM tries again as soon as the cause is gone.
      return fault?.what === "fails" ? undefined : void (await write(PENDING))
  }
}

/** The version before this one goes. */
async function replace({ store }: Olm, csv: KubeObject): Promise<void> {
  const { namespace } = csv.metadata
  const before = csv.spec.replaces && olm(store, "ClusterServiceVersion").get(namespace, csv.spec.replaces)
  if (before) await store.remove(before)
}

/** A version for all namespaces is copied into each project, so that people see it there. Keyed by namespace. */
export const reconcileCopies = async ({ store }: Olm, namespace: string): Promise<void> => {
  const found = store.of("v1", "Namespace").get(undefined, namespace)
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) return
  if (/^(openshift|kube)(-|$)/.test(namespace)) return
  const informer = olm(store, "ClusterServiceVersion")
  const originals = informer.list().filter((one) => one.metadata.labels?.[COPIED] === undefined)
  const good = originals.filter(
    (original) => original.status?.phase === "Succeeded" && original.metadata.namespace !== namespace,
  )
  for (const copy of informer.list(namespace)) {
    if (copy.metadata.labels?.[COPIED] === undefined) continue
    if (!originals.some((original) => original.metadata.name === copy.metadata.name)) await store.remove(copy)
  }
  for (const csv of good) {
    const { name } = csv.metadata
    const made = clusterServiceVersion(name, namespace)
    const labels = { ...made.metadata.labels, [COPIED]: csv.metadata.namespace! }
    await store.ensure({ ...made, metadata: { ...made.metadata, labels } })
    const copy = informer.get(namespace, name)
    if (copy !== undefined && copy.status?.phase === undefined) {
      const message = `The operator is running in ${csv.metadata.namespace} but is managing this namespace`
      await store.status(copy, { phase: "Succeeded", reason: "Copied", message })
    }
  }
}
