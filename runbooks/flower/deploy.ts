/** What `deploy-superlink` and `deploy-supernode` have in common: a Deployment of this federation, or one that existed before. */
import {
  blocked,
  type CheckResult,
  type Difference,
  drifted,
  type KubeObject,
  missing,
  progressing,
  RunbookError,
  ready,
} from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { checkRollout } from "../openshift/rollout.ts"
import { containerOf, type Deployment, deploymentDifferences, selectorText } from "../openshift/workload.ts"
import { adoptedMark, ours } from "../shared/labels.ts"
import { objectRef } from "../shared/reading.ts"
import { type Asked, applyManifest, type Manifest } from "./manifests.ts"
import { deploymentRef } from "./superlink.ts"

/** The Deployment that one of the two steps wants. */
export interface Deploying {
  readonly step: string
  readonly manifest: Manifest
  /** How a Deployment that existed before differs from what is needed. */
  misfits(found: Deployment): Difference[]
  /** The image and arguments with which it has what is needed. */
  adapt(found: Deployment): { image: string; args: string[] }
  /** What the user should know before it is created or updated. */
  readonly note?: string | undefined
}

/** What the site's manifests depend on, in addition to the site's inputs. */
export async function askedBy(context: Context, version: string): Promise<Asked> {
  const { cluster, federation } = context
  return { version, federation, numericUser: !(await cluster.serves("project.openshift.io/v1", "Project")) }
}

/** The Deployment in the cluster, whoever created it. */
export const findDeployment = (context: Context, { manifest }: Deploying): Promise<Deployment | undefined> =>
  context.cluster.get<Deployment>(deploymentRef(context.site.project, manifest.deployment.metadata.name))

/** Checks the Deployment and its rollout: *ready* means that the wanted pods run, not that they are connected. */
export async function checkDeployment(context: Context, deploying: Deploying): Promise<CheckResult> {
  const { cluster, site, federation, inputs } = context
  const { name } = deploying.manifest.deployment.metadata
  const found = await findDeployment(context, deploying)
  if (found === undefined) {
    return missing([`no Deployment ${name} in ${site.project}`, deploying.note].filter(Boolean).join("; "))
  }
  if (found.metadata.deletionTimestamp !== undefined) {
    return progressing(`Deployment ${name} is being deleted; waiting until it is gone`, objectRef(found))
  }
  const isOurs = ours(found, federation)
  const fields = isOurs ? await differences(context, deploying, found) : deploying.misfits(found)
  if (fields.length > 0) {
    const result = drifted(fields, { object: objectRef(found) })
    return isOurs || inputs.allowRestart ? result : untouched(result.reason, found, deploying.step, site.name)
  }
  const rollout = await checkRollout(cluster, found, isOurs)
  if (rollout.state !== "ready") return rollout
  const image = found.spec.template.spec.containers[0]!.image
  return ready(`${isOurs ? "" : "existed before: "}${image}, ${rollout.reason}`, {
    object: objectRef(found),
    ...(!isOurs && { adopted: true }),
  })
}

const untouched = (what: string, found: Deployment, step: string, site: string): CheckResult =>
  blocked(`Deployment ${found.metadata.name} existed before and differs: ${what}`, {
    code: "adopted",
    fix:
      "set the inputs to what exists, or allow the change with --allow-restart: a restarted SuperLink forgets its " +
      "SuperNodes (unless it has a --database)",
    next: `flower-runbook step ${step} --site ${site} --allow-restart`,
    object: objectRef(found),
  })

/** How the Deployment and its other objects differ from the manifest. */
async function differences(
  context: Context,
  { manifest }: Deploying,
  found: Deployment,
): Promise<Difference[]> {
  const fields = deploymentDifferences(found, manifest.deployment)
  for (const asked of manifest.others) {
    const { apiVersion, kind, metadata } = asked
    const there = await context.cluster.get({
      apiVersion,
      kind,
      name: metadata.name,
      namespace: context.site.project,
    })
    const field = `${kind} ${metadata.name}`
    if (there === undefined) fields.push({ field, found: "missing", wanted: "present" })
    else if (
      kind === "Service" &&
      ours(there, context.federation) &&
      serviceText(there) !== serviceText(asked)
    ) {
      fields.push({ field, found: serviceText(there), wanted: serviceText(asked) })
    }
  }
  return fields
}

const serviceText = ({ spec }: KubeObject): string =>
  `ports ${(spec.ports ?? []).map(({ port }: { port: number }) => port).join(" ")} to ${selectorText(spec.selector)}`

/** Applies the manifest. */
export async function deploy(context: Context, deploying: Deploying): Promise<void> {
  if (deploying.note !== undefined) context.note(deploying.note)
  await applyManifest(context, `${context.site.name}-${context.site.role}`, deploying.manifest)
}

/**
 * Updates a drifted Deployment. One of this federation is applied again, or only restarted if nothing but its pods is
 * wrong. One that existed before gets another image and arguments and keeps everything else.
 */
export async function redeploy(context: Context, deploying: Deploying): Promise<void> {
  const found = await findDeployment(context, deploying)
  if (found === undefined) return deploy(context, deploying)
  if (ours(found, context.federation)) {
    if ((await differences(context, deploying, found)).length > 0) return deploy(context, deploying)
    return restart(context, found)
  }
  if (deploying.misfits(found).length === 0) return restart(context, found)
  const container = containerOf(found, context.site.role)
  const containers = found.spec.template.spec.containers.map((one) =>
    one === container ? { ...one, ...deploying.adapt(found) } : one,
  )
  context.note(`Deployment ${found.metadata.name} existed before: only its image and arguments are changed`)
  await context.cluster.merge(deploymentRef(context.site.project, found.metadata.name), {
    // The list of containers is written as a whole: refused if another user changes it at the same time.
    metadata: { resourceVersion: found.metadata.resourceVersion, ...adoptedMark(context.federation) },
    spec: { replicas: Math.max(1, found.spec.replicas ?? 1), template: { spec: { containers } } },
  })
}

/** Restarts its pods. */
export async function restart({ $, site }: Context, { metadata }: Deployment): Promise<void> {
  await $`oc rollout restart deployment/${metadata.name} -n ${site.project}`
}

/** `--rerun`: restarts its pods although they are ready. */
export async function rerunRestart(context: Context, deploying: Deploying): Promise<void> {
  const found = await findDeployment(context, deploying)
  const { name } = deploying.manifest.deployment.metadata
  if (found === undefined)
    throw new RunbookError(`Deployment ${name} does not exist, so it cannot be restarted`)
  if (!ours(found, context.federation) && !context.inputs.allowRestart && context.site.role === "superlink") {
    throw new RunbookError(`Deployment ${name} existed before`, {
      why: "a restarted SuperLink forgets its SuperNodes",
      fix: "allow the restart with --allow-restart",
      next: `flower-runbook step ${deploying.step} --rerun --allow-restart`,
    })
  }
  await restart(context, found)
}
