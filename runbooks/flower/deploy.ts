/** What `deploy-superlink` and `deploy-supernode` have in common: a Deployment of ours, or one that was there before. */
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

/** A Deployment of one of the two steps. */
export interface Deploying {
  readonly step: string
  readonly manifest: Manifest
  /** Where one that was there before does not fit. */
  misfits(found: Deployment): Difference[]
  /** What makes it fit. */
  adapt(found: Deployment): { image: string; args: string[] }
  /** What a person should know before it is made or changed. */
  readonly note?: string | undefined
}

/** What the site's manifests are made from, beside its version. */
export async function askedBy(context: Context, version: string): Promise<Asked> {
  const { cluster, federation } = context
  return { version, federation, numericUser: !(await cluster.serves("project.openshift.io/v1", "Project")) }
}

/** The Deployment as found, whatever it is. */
export const findDeployment = (context: Context, { manifest }: Deploying): Promise<Deployment | undefined> =>
  context.cluster.get<Deployment>(deploymentRef(context.site.project, manifest.deployment.metadata.name))

/** Looks as far as the rollout: *done* says that pods as asked run, and nothing about what they do. */
export async function checkDeployment(context: Context, deploying: Deploying): Promise<CheckResult> {
  const { cluster, site, federation, inputs } = context
  const { name } = deploying.manifest.deployment.metadata
  const found = await findDeployment(context, deploying)
  if (found === undefined) {
    return missing([`no Deployment ${name} in ${site.project}`, deploying.note].filter(Boolean).join("; "))
  }
  if (found.metadata.deletionTimestamp !== undefined) {
    return progressing(`Deployment ${name} is being deleted: waiting until it is gone`, objectRef(found))
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
  return ready(`${isOurs ? "" : "was there before us: "}${image}, ${rollout.reason}`, {
    object: objectRef(found),
    ...(!isOurs && { adopted: true }),
  })
}

const untouched = (what: string, found: Deployment, step: string, site: string): CheckResult =>
  blocked(`Deployment ${found.metadata.name} was there before us and does not fit: ${what}`, {
    code: "adopted",
    fix:
      "ask for what is there, or agree to change it with --allow-restart: a SuperLink that is started anew forgets " +
      "its SuperNodes (unless it has a --database)",
    next: `flower-runbook step ${step} --site ${site} --allow-restart`,
    object: objectRef(found),
  })

/** Where ours is not as asked: the Deployment, and what goes with it. */
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
    if (there === undefined) fields.push({ field, found: "none", wanted: "made" })
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

/** Makes it as asked. */
export async function deploy(context: Context, deploying: Deploying): Promise<void> {
  if (deploying.note !== undefined) context.note(deploying.note)
  await applyManifest(context, `${context.site.name}-${context.site.role}`, deploying.manifest)
}

/**
 * Cures what a look called *different*: ours is applied anew, or only restarted where nothing but its pods is wrong; one
 * that was there before gets another image and arguments, and keeps everything else.
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
  context.note(`Deployment ${found.metadata.name} is not ours: only its image and arguments are changed`)
  await context.cluster.merge(deploymentRef(context.site.project, found.metadata.name), {
    // Refused if somebody changes it at the same time: the list of containers is written as a whole.
    metadata: { resourceVersion: found.metadata.resourceVersion, ...adoptedMark(context.federation) },
    spec: { replicas: Math.max(1, found.spec.replicas ?? 1), template: { spec: { containers } } },
  })
}

/** Starts its pods anew. */
export async function restart({ $, site }: Context, { metadata }: Deployment): Promise<void> {
  await $`oc rollout restart deployment/${metadata.name} -n ${site.project}`
}

/** `--rerun`: started anew although it is done. */
export async function rerunRestart(context: Context, deploying: Deploying): Promise<void> {
  const found = await findDeployment(context, deploying)
  const { name } = deploying.manifest.deployment.metadata
  if (found === undefined) throw new RunbookError(`there is no Deployment ${name} to start anew`)
  if (!ours(found, context.federation) && !context.inputs.allowRestart && context.site.role === "superlink") {
    throw new RunbookError(`Deployment ${name} was there before us`, {
      why: "a SuperLink that is started anew forgets its SuperNodes",
      fix: "agree to it with --allow-restart",
      next: `flower-runbook step ${deploying.step} --rerun --allow-restart`,
    })
  }
  await restart(context, found)
}
