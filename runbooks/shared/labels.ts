import type { Cluster, KubeObject, Ref } from "../../lib/index.ts"

export const MANAGED_BY = "app.kubernetes.io/managed-by"
export const FEDERATION = "flower-runbook/federation"
/** Annotation of what was there before us and that we have changed since: it stays adopted. */
export const ADOPTED = "flower-runbook/adopted"

export const PROGRAM = "flower-runbook"

/** The labels of everything that we make on a cluster. */
export const labels = (federation: string): Record<string, string> => ({
  [MANAGED_BY]: PROGRAM,
  [FEDERATION]: labelValue(federation),
})

/** Selects what carries {@link labels}. */
export const selector = (federation: string): string =>
  `${MANAGED_BY}=${PROGRAM},${FEDERATION}=${labelValue(federation)}`

/** Whether we made an object in this federation: teardown takes away what is ours and nothing else. */
export function ours(object: KubeObject, federation: string): boolean {
  const found = object.metadata.labels ?? {}
  return Object.entries(labels(federation)).every(([key, value]) => found[key] === value)
}

/**
 * Whether a fitting object was there before us. An unlabelled one is ours only if an act of this step was begun and
 * never ended: the program was killed between the command and the labels.
 */
export function adopted(
  object: KubeObject,
  context: { federation: string; applyInterrupted: boolean },
): boolean {
  if (ours(object, context.federation)) return false
  return !context.applyInterrupted || spoken(object)
}

/** What a change of an adopted object carries in the same request, so that a killed run never takes it for ours. */
export const adoptedMark = (federation: string): { annotations: Record<string, string> } => ({
  annotations: { [ADOPTED]: labelValue(federation) },
})

/**
 * Patches our labels onto an object right after the command that made it. What is not there, was adopted, or carries
 * another federation's labels is left alone.
 */
export async function takeObject(
  context: { cluster: Cluster; federation: string },
  ref: Ref,
  more: Record<string, string> = {},
): Promise<void> {
  const { cluster, federation } = context
  const object = await cluster.get(ref)
  if (object === undefined || spoken(object)) return
  const wanted = { ...labels(federation), ...more }
  const found = object.metadata.labels ?? {}
  if (found[FEDERATION] !== undefined && !ours(object, federation)) return
  if (Object.entries(wanted).every(([key, value]) => found[key] === value)) return
  await cluster.merge(ref, { metadata: { labels: wanted } })
}

/** The description that `oc new-project` gives a project of ours: ordinary users cannot label projects. */
export const projectDescription = (federation: string): string =>
  `Made by ${PROGRAM} for the federation ${labelValue(federation)}`

/** Whether we made a project (by its description) or, on plain Kubernetes, a namespace (by its labels). */
export const projectIsOurs = (project: KubeObject, federation: string): boolean =>
  ours(project, federation) ||
  project.metadata.annotations?.["openshift.io/description"] === projectDescription(federation)

const spoken = (object: KubeObject): boolean => object.metadata.annotations?.[ADOPTED] !== undefined

/** A label's value is at most 63 of letters, digits, `-`, `_`, `.`, with a letter or digit at both ends. */
const labelValue = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "")
