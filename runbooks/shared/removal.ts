/** What the steps of a teardown have in common: they delete what has the federation's labels, and wait until it is gone. */
import {
  type ApplyResult,
  CheckError,
  type CheckResult,
  drifted,
  input,
  type KubeObject,
  progressing,
  ready,
  type Step,
  type StepContext,
  step,
} from "../../lib/index.ts"
import { isForbidden } from "../../lib/kit.ts"
import type { SiteInputs, Values } from "../context.ts"
import { FEDERATION, selector } from "./labels.ts"
import { isLoggedOut } from "./logged-out.ts"
import { ifServed, objectRef, some } from "./reading.ts"
import { deleteObject } from "./via.ts"

/** Inputs of the teardown only. */
export const teardownInputs = {
  operator: input.flag({
    approval: true,
    help: "Also remove the operator, if this federation installed it",
    default: false,
  }),
  projects: input.flag({
    approval: true,
    help: "Also delete the projects that this federation created, with everything in them",
    default: false,
  }),
} as const

/** The context of the teardown's steps. */
export type TeardownContext = StepContext<
  SiteInputs,
  Values & { readonly operator: boolean; readonly projects: boolean }
>

export interface Removal {
  readonly id: string
  readonly title: string
  /** The steps of the main notebook whose checkpoints are forgotten. */
  readonly undoes: readonly string[]
  readonly on: string
  readonly side?: Step["side"]
  readonly when?: Step["when"]
  readonly needs?: readonly string[]
  readonly prose: string
  readonly inputs?: readonly string[]
  /** Where it deletes, if not at its own site: that context, for all of the following. */
  at?(context: TeardownContext): TeardownContext
  /** The objects to delete. If it returns a check result, that is the answer. `lane`: the step's own context. */
  find(context: TeardownContext, lane: TeardownContext): Promise<readonly KubeObject[] | CheckResult>
  /** More places of the site that hold such objects: contexts with another project. */
  places?(context: TeardownContext): Promise<readonly TeardownContext[]>
  /** Asks the cluster to delete one object, without waiting. */
  remove(context: TeardownContext, object: KubeObject): Promise<unknown>
  /** What is lost for good with an object. */
  loses?(object: KubeObject): string | undefined
  /** What it changes outside the site. */
  approval?(context: TeardownContext): string
  exclusive?(context: TeardownContext): string | undefined
  readonly timeout?: number
}

const removals: Pick<Removal, "id" | "on">[] = []

/** Whether this run has checked for everything that it deletes at the site, and nothing of it remains. */
export const nothingRemains = ({ site, outcome }: Pick<TeardownContext, "site" | "outcome">): boolean =>
  removals
    .filter(({ on }) => on === "every site" || on === site.role)
    .every(({ id }) => outcome(id, site.name)?.ok === true)

/** Declares a step of the teardown: *ready* when nothing that the federation created remains. */
export function removal(definition: Removal): Step {
  const { remove, loses, approval, at, id, title, on, prose, find: _, places: __, ...rest } = definition
  // One that some federations do not have is about another site than its own.
  if (rest.when === undefined) removals.push({ id, on })
  const find = (context: TeardownContext) => findIn(definition, context)
  const check = async (context: TeardownContext): Promise<CheckResult> => {
    if (await isLoggedOut(at?.(context) ?? context, context.inputs))
      return ready("nothing remained when a teardown logged out of this site")
    const all = await find(context)
    if ("state" in all) return all
    const found = all.map(({ object }) => object)
    if (found.length === 0) return ready("nothing created by this federation remains")
    const staying = found.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    const names = (objects: readonly KubeObject[]) =>
      some(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`))
    if (staying.length === 0) return progressing(`${names(found)}: being deleted`, objectRef(found[0]!))
    const fields = staying.map(({ kind, metadata }) => ({
      field: `${kind} ${metadata.name}`,
      found: "exists",
      wanted: "deleted",
    }))
    const lost = staying.flatMap((object) => loses?.(object) ?? [])
    return drifted(fields, {
      reason: `deletes ${names(staying)}${lost.length > 0 ? `; lost for good: ${some(lost)}` : ""}`,
      object: objectRef(staying[0]!),
      ...(approval !== undefined && {
        approval: [...new Set(all.map(({ place }) => approval(place)))].join("; "),
      }),
    })
  }
  const deleteAll = async (context: TeardownContext): Promise<ApplyResult> => {
    const found = await find(context)
    if ("state" in found) return
    for (const { object, place } of found) {
      if (object.metadata.deletionTimestamp === undefined) await remove(place, object)
    }
  }
  return step<TeardownContext>({
    id,
    title,
    on,
    prose,
    check,
    delete: deleteAll,
    inputs: ["project"],
    ...rest,
  })
}

/** What to delete, and where: a result counts only where there is nothing to delete anywhere. */
async function findIn(
  { find, places, at }: Pick<Removal, "find" | "places" | "at">,
  lane: TeardownContext,
): Promise<readonly { object: KubeObject; place: TeardownContext }[] | CheckResult> {
  const context = at?.(lane) ?? lane
  const all = [context, ...((await places?.(context)) ?? [])]
  const found = await Promise.all(
    all.map(async (place) => ({ place, answer: await orGone(place, find(place, lane)) })),
  )
  const objects = found.flatMap(({ place, answer }) =>
    "state" in answer ? [] : answer.map((object) => ({ object, place })),
  )
  const results = found.flatMap(({ answer }) => ("state" in answer ? [answer] : []))
  const open = results.find(({ state }) => state !== "ready")
  return objects.length > 0 ? objects : (open ?? results[0] ?? objects)
}

/** A deleted project contains nothing, but OpenShift answers 403 in place of 404 for it. */
async function orGone(
  { cluster, site }: TeardownContext,
  found: Promise<readonly KubeObject[] | CheckResult>,
): Promise<readonly KubeObject[] | CheckResult> {
  try {
    return await found
  } catch (error) {
    if (!(error instanceof CheckError) || !isForbidden(error.result)) throw error
    const { result } = error
    const inside = await cluster.allowed({
      verb: "list",
      group: "apps",
      resource: "deployments",
      namespace: site.project,
    })
    return inside ? result : ready(`project ${site.project} does not exist, or you are not a member of it`)
  }
}

/**
 * All objects of these kinds in the site's project that this federation created: those that have its labels, and those that the
 * journal knows by their UID (`skupper listener update` and its like drop labels). None if a kind is not served.
 */
export async function ownObjects(
  { cluster, site, federation, created }: TeardownContext,
  ...kinds: readonly (readonly [apiVersion: string, kind: string])[]
): Promise<KubeObject[]> {
  const found = await Promise.all(
    kinds.map(async ([apiVersion, kind]) => {
      const query = { apiVersion, kind, namespace: site.project }
      const labelled = (await ifServed(cluster.list({ ...query, labels: selector(federation) }))) ?? []
      const known = new Set(labelled.map(({ metadata }) => metadata.uid))
      for (const [uid, object] of created) {
        if (object.kind !== kind || object.namespace !== site.project || known.has(uid)) continue
        const now = await ifServed(cluster.get({ ...query, name: object.name }))
        // Another object may have the name by now, or another federation the object.
        if (now?.metadata.uid === uid && now.metadata.labels?.[FEDERATION] === undefined) labelled.push(now)
      }
      return labelled
    }),
  )
  return found.flat()
}

/** Deletes what was found, without waiting: the check watches it. @param type as for {@link deleteObject} */
export function deleteFound(context: TeardownContext, object: KubeObject, type?: string): Promise<void> {
  const { apiVersion, kind, metadata } = object
  const { name, namespace = context.site.project } = metadata
  return deleteObject(context, { apiVersion, kind, name, namespace }, type)
}
