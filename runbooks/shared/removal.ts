/** What the steps of a teardown have in common: they take away what carries our labels, and wait until it is gone. */
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
import type { SiteInputs, Values } from "../context.ts"
import { selector } from "./labels.ts"
import { ifServed, objectRef, some } from "./reading.ts"

/** What only a teardown is asked. */
export const teardownInputs = {
  operator: input.flag({ help: "Remove the operator too, where we installed it", default: false }),
  projects: input.flag({
    help: "Remove the projects too, where we made them, with everything in them",
    default: false,
  }),
} as const

/** The context of a teardown's steps. */
export type TeardownContext = StepContext<
  SiteInputs,
  Values & { readonly operator: boolean; readonly projects: boolean }
>

export interface Removal {
  readonly id: string
  readonly title: string
  /** The main notebook's steps that no longer hold. */
  readonly undoes: readonly string[]
  readonly on: string
  readonly needs?: readonly string[]
  readonly prose: string
  readonly inputs?: readonly string[]
  /** What of ours is there. A look that it returns instead is the answer. */
  find(context: TeardownContext): Promise<readonly KubeObject[] | CheckResult>
  /** Asks the cluster to take one away. Waiting is not its business. */
  remove(context: TeardownContext, object: KubeObject): Promise<unknown>
  /** What reaches beyond the site. */
  approval?(context: TeardownContext): string
  exclusive?(context: TeardownContext): string | undefined
  readonly timeout?: number
}

/** Declares a step of the teardown: *done* when nothing of ours is left. */
export function removal(definition: Removal): Step {
  const { find, remove, approval, id, title, on, prose, ...rest } = definition
  const check = async (context: TeardownContext): Promise<CheckResult> => {
    const found = await orGone(context, find(context))
    if ("state" in found) return found
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
    return drifted(fields, {
      reason: `deletes ${names(staying)}`,
      object: objectRef(staying[0]!),
      ...(approval !== undefined && { approval: approval(context) }),
    })
  }
  const deleteAll = async (context: TeardownContext): Promise<ApplyResult> => {
    const found = await find(context)
    if ("state" in found) return
    for (const object of found) {
      if (object.metadata.deletionTimestamp === undefined) await remove(context, object)
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

/** A project that is gone holds nothing; whoever is no member of it any more is refused instead of told so. */
async function orGone(
  { cluster, site }: TeardownContext,
  found: Promise<readonly KubeObject[] | CheckResult>,
): Promise<readonly KubeObject[] | CheckResult> {
  try {
    return await found
  } catch (error) {
    const result = error instanceof CheckError ? error.result : undefined
    if (result?.state !== "blocked" || result.code !== "forbidden") throw error
    const inside = await cluster.allowed({
      verb: "list",
      group: "apps",
      resource: "deployments",
      namespace: site.project,
    })
    return inside ? result : ready(`project ${site.project} is not there (any more), or not yours`)
  }
}

/** Everything of a kind in the site's project that carries our labels; nothing where the kind is not served. */
export async function labelled(
  { cluster, site, federation }: TeardownContext,
  ...kinds: readonly (readonly [apiVersion: string, kind: string])[]
): Promise<KubeObject[]> {
  const lists = await Promise.all(
    kinds.map(([apiVersion, kind]) =>
      ifServed(cluster.list({ apiVersion, kind, namespace: site.project, labels: selector(federation) })),
    ),
  )
  return lists.flatMap((objects) => objects ?? [])
}

/** By `oc`, without waiting: that is done by watch. */
export const byOc = async ({ $, site }: TeardownContext, { kind, metadata }: KubeObject): Promise<void> => {
  await $`oc delete ${kind.toLowerCase()} ${metadata.name} -n ${site.project} --wait=false`
}
