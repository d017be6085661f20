/** What `deploy-superlink` and `deploy-supernode` have in common: a Deployment of this federation, or one that existed before. */
import {
  blocked,
  type CheckResult,
  type Difference,
  drifted,
  type KubeObject,
  missing,
  progressing,
  type Ref,
  RunbookError,
  ready,
} from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { checkRollout } from "../openshift/rollout.ts"
import {
  containerOf,
  type Deployment,
  deploymentDifferences,
  selectorText,
  withPods,
} from "../openshift/workload.ts"
import { contentHash } from "../security/certificate.ts"
import { ANOTHER, configDifferences, foreignConfig, gateConfigName } from "../security/gate.ts"
import { NETWORKING, POLICY } from "../security/network-policies.ts"
import { readSecret } from "../security/secrets.ts"
import { CLAIM, claimGrows, claimRef, claimText } from "../security/state.ts"
import { rootsSecretOf, tlsSecretOf } from "../security/tls.ts"
import { adoptedMark, isOwn, owns, recordOwn } from "../shared/labels.ts"
import { ifAllowed, ifServed, objectRef } from "../shared/reading.ts"
import { deleteObject, viaApi } from "../shared/via.ts"
import type { Flags } from "./command-line.ts"
import { drift, wouldBe } from "./drift.ts"
import { withAccount } from "./hardened.ts"
import { applyManifest, type Manifest, type ManifestInputs } from "./manifests.ts"
import { withRestartEffects } from "./restart-effects.ts"
import { refuseDuringRuns, waitForRuns } from "./runs-in-progress.ts"
import { deploymentRef } from "./superlink.ts"

/** The Deployment that one of the two steps wants. */
export interface DeployTarget {
  readonly step: string
  readonly manifest: Manifest
  /** How a Deployment that existed before differs from what is needed. */
  adoptedDifferences(found: Deployment): Difference[]
  /** The image and flags with which it has what is needed. */
  adapt(found: Deployment): Flags & { image: string }
  /** What of its pods is changed beside that. */
  adaptPods?(adapted: Deployment): Promise<Deployment>
  /** What the user should know before it is created or updated. */
  readonly note?: string | undefined
}

/** What the site's manifests depend on, in addition to the site's inputs. */
export async function manifestInputsOf(context: Context, version: string): Promise<ManifestInputs> {
  const { cluster, federation, inputs } = context
  const numericUser = !(await cluster.serves("project.openshift.io/v1", "Project"))
  const [certificates, claim] = [await certificatesHash(context), await findClaim(context)]
  return { version, federation, numericUser, security: inputs, ...(certificates && { certificates }), claim }
}

/** The claim of the SuperLink's volume, where it exists and is wanted. */
async function findClaim({ cluster, site, inputs }: Context): Promise<KubeObject | undefined> {
  if (site.role !== "superlink" || inputs.superlinkState !== "disk") return undefined
  return ifAllowed(cluster.get(claimRef(site.project, site.superlinkWorkload)))
}

/** What the site's pods read when they start, as a hash; only where this federation looks after certificates. */
async function certificatesHash({ cluster, site, inputs }: Context): Promise<string | undefined> {
  if (inputs.tls !== "on") return undefined
  const [name, key] =
    site.role === "superlink"
      ? ([tlsSecretOf(site, inputs), "tls.crt"] as const)
      : ([rootsSecretOf(site, inputs), "ca.crt"] as const)
  const data = (await ifAllowed(readSecret(cluster, site.project, name!)))?.data[key]
  return data === undefined ? undefined : contentHash(data)
}

/** The Deployment in the cluster, whoever created it. */
export const findDeployment = (
  context: Context,
  { manifest }: DeployTarget,
): Promise<Deployment | undefined> =>
  context.cluster.get<Deployment>(deploymentRef(context.site.project, manifest.deployment.metadata.name))

/** Checks the Deployment and its rollout: *ready* means that the wanted pods run, not that they are connected. */
export async function checkDeployment(context: Context, target: DeployTarget): Promise<CheckResult> {
  const found = await findDeployment(context, target)
  const result = await checkFound(context, target, found)
  const { site, inputs } = context
  if (found === undefined) return result
  const told = withRestartEffects(
    result,
    found,
    site.role as "superlink" | "supernode",
    inputs.flowerVersion,
    isOwn(found, context) ? target.manifest.deployment : undefined,
  )
  return (await waitForRuns(context, told, found)) ?? told
}

async function checkFound(
  context: Context,
  target: DeployTarget,
  found: Deployment | undefined,
): Promise<CheckResult> {
  const { cluster, site, inputs } = context
  const { name } = target.manifest.deployment.metadata
  for (const config of target.manifest.others.filter(isConfigMap)) {
    const foreign = await foreignConfig(cluster, config, context.federation)
    if (foreign !== undefined) return foreign
  }
  if (found === undefined) {
    return missing([`no Deployment ${name} in ${site.project}`, target.note].filter(Boolean).join("; "))
  }
  if (found.metadata.deletionTimestamp !== undefined) {
    return progressing(`Deployment ${name} is being deleted; waiting until it is gone`, objectRef(found))
  }
  const own = isOwn(found, context)
  const fields = own
    ? await differences(context, target, found)
    : await adoptedDifferences(context, target, found)
  if (fields.length > 0) {
    const result = drifted(fields, { object: objectRef(found) })
    return own || inputs.allowRestart
      ? result
      : restartNotAllowed(result.reason, found, target.step, site.name)
  }
  const rollout = await checkRollout(cluster, found, own)
  if (rollout.state !== "ready") return rollout
  const { image } = containerOf(found, site.role)
  return ready(`${own ? "" : "existed before: "}${image}, ${rollout.reason}`, {
    object: objectRef(found),
    ...(!own && { adopted: true }),
  })
}

const restartNotAllowed = (what: string, found: Deployment, step: string, site: string): CheckResult =>
  blocked(`Deployment ${found.metadata.name} existed before and differs: ${what}`, {
    code: "adopted",
    fix:
      "set the inputs to what exists, or allow the change with --allow-restart: a restarted SuperLink forgets its " +
      "SuperNodes (unless it has a --database)",
    next: `flower-runbook step ${step} --site ${site} --allow-restart`,
    object: objectRef(found),
  })

/** The configuration of the SuperLink's gate. */
const isConfigMap = ({ kind }: KubeObject): boolean => kind === "ConfigMap"

/** How a Deployment that existed before differs from what is needed, and what goes with it. */
async function adoptedDifferences(
  { cluster }: Context,
  { manifest, adoptedDifferences }: DeployTarget,
  found: Deployment,
): Promise<Difference[]> {
  const fields = adoptedDifferences(found)
  for (const wanted of manifest.others.filter(isConfigMap)) {
    const { name, namespace = "" } = wanted.metadata
    const existing = await cluster.get({ apiVersion: "v1", kind: "ConfigMap", name, namespace })
    fields.push(...configDifferences(existing, wanted))
  }
  return fields
}

/** How the Deployment and its other objects differ from the manifest. */
async function differences(
  context: Context,
  { manifest }: DeployTarget,
  found: Deployment,
): Promise<Difference[]> {
  const fields = await drift(context, found, withAccount(manifest.deployment, found))
  for (const wanted of manifest.others) {
    const { apiVersion, kind, metadata } = wanted
    const existing = await context.cluster.get({
      apiVersion,
      kind,
      name: metadata.name,
      namespace: context.site.project,
    })
    const field = `${kind} ${metadata.name}`
    if (kind === "ConfigMap") fields.push(...configDifferences(existing, wanted))
    else if (existing === undefined) fields.push({ field, found: "missing", wanted: "present" })
    else if (
      kind === "Service" &&
      isOwn(existing, context) &&
      serviceText(existing) !== serviceText(wanted)
    ) {
      fields.push({ field, found: serviceText(existing), wanted: serviceText(wanted) })
    } else if (kind === CLAIM && isOwn(existing, context) && claimGrows(existing, wanted)) {
      fields.push({ field, found: claimText(existing), wanted: claimText(wanted) })
    }
  }
  for (const { name } of await leftPolicies(context))
    fields.push({ field: `${POLICY} ${name}`, found: "exists", wanted: "deleted" })
  return fields
}

/**
 * NetworkPolicies that this federation has created, where none are asked for any more: they would close ways that are to be open. Only
 * those are looked for that the journal knows, so that the guide costs no question.
 */
async function leftPolicies({ cluster, site, inputs, created }: Context): Promise<Ref[]> {
  if (inputs.networkPolicy === "on") return []
  const refs: Ref[] = []
  for (const [uid, { kind, name, namespace }] of created) {
    if (kind !== POLICY || namespace !== site.project) continue
    const ref = { apiVersion: NETWORKING, kind, name, namespace }
    const found = await ifServed(ifAllowed(cluster.get(ref)))
    if (found?.metadata.uid === uid && found.metadata.deletionTimestamp === undefined) refs.push(ref)
  }
  return refs
}

const serviceText = ({ spec }: KubeObject): string =>
  `ports ${(spec.ports ?? []).map(({ port }: { port: number }) => port).join(" ")} to ${selectorText(spec.selector)}`

/** Applies the manifest. */
export async function deploy(context: Context, target: DeployTarget, found?: Deployment): Promise<void> {
  if (target.note !== undefined) context.note(target.note)
  const deployment = withAccount(target.manifest.deployment, found ?? (await findDeployment(context, target)))
  const stored = await wouldBe(context, deployment, found)
  const name = `${context.site.name}-${context.site.role}`
  await applyManifest(context, name, { ...target.manifest, deployment })
  for (const ref of await leftPolicies(context)) await deleteObject(context, ref)
  const rewritten = stored === undefined ? [] : deploymentDifferences(stored, deployment)
  if (rewritten.length > 0) {
    const what = rewritten.map(({ field, found, wanted }) => `${field} ${found} in place of ${wanted}`)
    context.note(`the cluster's admission changes what is applied: ${what.join("; ")}`)
  }
}

/** Keeps the UIDs of the manifest's objects that carry the federation's labels: what existed before does not. */
export const takeManifest = (context: Context, { manifest }: DeployTarget): Promise<void> =>
  recordOwn(
    context,
    [manifest.deployment, ...manifest.others].map(({ apiVersion, kind, metadata }) => ({
      apiVersion,
      kind,
      name: metadata.name,
      namespace: context.site.project,
    })),
  )

/**
 * Updates a drifted Deployment. One of this federation is applied again, or only restarted if nothing but its pods is
 * wrong. One that existed before gets another image and arguments and keeps everything else.
 */
export async function updateDeployment(context: Context, target: DeployTarget): Promise<void> {
  const found = await findDeployment(context, target)
  if (found === undefined) return deploy(context, target)
  if (isOwn(found, context)) {
    const fields = await differences(context, target, found)
    if (fields.length === 0) return restart(context, found)
    await deploy(context, target, found)
    await removeLeftConfig(context, target)
    // The pods are the same to the Deployment, and may have been started with the other configuration.
    if (fields.some((one) => one.found === ANOTHER)) await restart(context, found)
    return
  }
  for (const config of target.manifest.others.filter(isConfigMap)) await context.cluster.apply(config)
  if (target.adoptedDifferences(found).length === 0) return restart(context, found)
  const container = containerOf(found, context.site.role)
  const flags = target.adapt(found)
  const { template } = found.spec
  const containers = template.spec.containers.map((one) => (one === container ? { ...one, ...flags } : one))
  const adapted = withPods(found, { ...template.spec, containers })
  const { spec } = (await target.adaptPods?.(adapted)) ?? adapted
  context.note(
    `Deployment ${found.metadata.name} existed before: only its image, arguments, gate, certificates and key are changed`,
  )
  await context.cluster.merge(deploymentRef(context.site.project, found.metadata.name), {
    // The list of containers is written as a whole: refused if another user changes it at the same time.
    metadata: { resourceVersion: found.metadata.resourceVersion, ...adoptedMark(context.federation) },
    spec: { replicas: Math.max(1, found.spec.replicas ?? 1), template: podPatch(template, spec.template) },
  })
  await removeLeftConfig(context, target)
}

/** The configuration of a gate that the SuperLink does not have any more. */
async function removeLeftConfig({ cluster, site, federation }: Context, { manifest }: DeployTarget) {
  if (site.role !== "superlink" || manifest.others.some(isConfigMap)) return
  const name = gateConfigName(manifest.deployment.metadata.name)
  const ref = { apiVersion: "v1", kind: "ConfigMap", name, namespace: site.project }
  const found = await cluster.get(ref)
  if (found !== undefined && owns(found, federation)) await cluster.remove(ref)
}

/** A merge patch from one template to the other, of the fields in which they may differ. */
function podPatch(before: Deployment["spec"]["template"], after: Deployment["spec"]["template"]) {
  const [old, annotations] = [before, after].map(({ metadata }) => metadata?.annotations ?? {})
  const gone = Object.fromEntries(Object.keys(old!).map((key) => [key, null]))
  return {
    metadata: { annotations: { ...gone, ...annotations } },
    spec: { containers: after.spec.containers, volumes: after.spec.volumes ?? null },
  }
}

/** Restarts its pods. */
export async function restart(context: Context, { metadata }: Deployment): Promise<void> {
  const { $, site, cluster } = context
  if (viaApi(context)) {
    const ref = { apiVersion: "apps/v1", kind: "Deployment", name: metadata.name, namespace: site.project }
    const annotations = { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() }
    await cluster.merge(ref, { spec: { template: { metadata: { annotations } } } })
    return
  }
  await $`oc rollout restart deployment/${metadata.name} -n ${site.project}`
}

/** `--rerun`: restarts its pods although they are ready. */
export async function rerunDeployment(context: Context, target: DeployTarget): Promise<void> {
  const found = await findDeployment(context, target)
  const { name } = target.manifest.deployment.metadata
  if (found === undefined)
    throw new RunbookError(`Deployment ${name} does not exist, so it cannot be restarted`)
  if (!isOwn(found, context) && !context.inputs.allowRestart && context.site.role === "superlink") {
    throw new RunbookError(`Deployment ${name} existed before`, {
      why: "a restarted SuperLink forgets its SuperNodes",
      fix: "allow the restart with --allow-restart",
      next: `flower-runbook step ${target.step} --rerun --allow-restart`,
    })
  }
  await refuseDuringRuns(context, target.step)
  await restart(context, found)
}
