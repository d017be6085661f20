/** How the guide marks what it creates. */
import {
  type BaseContext,
  type ClusterReader,
  type KubeObject,
  labelValue,
  ownership,
  type Ref,
} from "../../lib/index.ts"

export { MANAGED_BY } from "../../lib/index.ts"

export const PROGRAM = "flower-runbook"
export const FEDERATION = `${PROGRAM}/federation`
/** Annotation of what existed before and was updated since: it stays adopted. */
export const ADOPTED = `${PROGRAM}/adopted`

export const { labels, selector, owns, adopted, adoptedMark, take: takeObject } = ownership(PROGRAM)

/** Who asks whose an object is: the federation, and the objects that it created by their UIDs. */
export interface Owner {
  readonly federation: string
  readonly created: ReadonlyMap<string, unknown>
}

/** Whether the federation created it: by its labels, or by its UID where something dropped them. */
export const isOwn = (object: KubeObject, { federation, created }: Owner): boolean =>
  !adopted(object, { federation, created, applyInterrupted: false }) &&
  (owns(object, federation) || object.metadata.labels?.[FEDERATION] === undefined)

/** Keeps the UIDs of what was applied with the federation's labels: some commands write an object as a whole, and drop them. */
export async function recordOwn(
  context: Pick<BaseContext, "federation" | "recordCreated"> & { cluster: ClusterReader },
  refs: readonly Ref[],
): Promise<void> {
  for (const ref of refs) {
    const found = await context.cluster.get(ref)
    if (found !== undefined) recordFound(context, { ...found, kind: ref.kind })
  }
}

/** The same of an object that was read already. */
export function recordFound(
  { federation, recordCreated }: Pick<BaseContext, "federation" | "recordCreated">,
  found: KubeObject,
): void {
  if (!owns(found, federation) && !ownsProject(found, federation)) return
  const { name, namespace, uid } = found.metadata
  recordCreated({ kind: found.kind, name, ...(namespace && { namespace }), ...(uid && { uid }) })
}

/** The description that marks a project of a federation, because ordinary users cannot label projects. */
export const projectDescription = (federation: string): string =>
  `Created by ${PROGRAM} for the federation ${labelValue(federation)}`

/** Whether the federation created a project (by its description) or, on plain Kubernetes, a namespace (by its labels). */
export const ownsProject = (project: KubeObject, federation: string): boolean =>
  owns(project, federation) ||
  project.metadata.annotations?.["openshift.io/description"] === projectDescription(federation)
