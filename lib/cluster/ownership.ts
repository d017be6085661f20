import type { CheckedObject } from "../notebook/check-result.ts"
import type { BaseContext } from "../notebook/step.ts"
import type { Cluster, KubeObject, Ref } from "./types.ts"

/** How a notebook marks what it creates on clusters, and recognizes it again. */
export interface Ownership {
  /** The labels of everything that the notebook creates for a federation. */
  labels(federation: string): Record<string, string>
  /** Selects what carries {@link Ownership.labels}. */
  selector(federation: string): string
  /** Whether the notebook created this object for this federation: a teardown deletes that and nothing else. */
  owns(object: KubeObject, federation: string): boolean
  /**
   * Whether a fitting object existed before the notebook. An unlabelled one belongs to the notebook only if the journal has its UID
   * (`created`), or if this step's `apply` was interrupted while it was created: the program was killed between the command and the labels.
   */
  adopted(
    object: KubeObject,
    context: {
      readonly federation: string
      readonly applyInterrupted: boolean
      readonly applyPeriod?: BaseContext["applyPeriod"]
      readonly created?: ReadonlyMap<string, unknown>
    },
  ): boolean
  /** What an update of an adopted object carries in the same request, so that a killed run never takes it for its own. */
  adoptedMark(federation: string): { annotations: Record<string, string> }
  /**
   * Adds the labels to an object right after the command that created it, and records its UID in the journal. An object that does
   * not exist, was adopted, or carries another federation's labels stays as it is. After an interrupted `apply` (`applyPeriod`), so
   * does one that was created at another time.
   */
  take(
    context: {
      readonly cluster: Cluster
      readonly federation: string
      readonly applyPeriod?: BaseContext["applyPeriod"]
      readonly recordCreated?: (object: CheckedObject) => void
    },
    ref: Ref,
    more?: Record<string, string>,
  ): Promise<void>
}

export const MANAGED_BY = "app.kubernetes.io/managed-by"

/** Labels and annotations by the notebook's name: `app.kubernetes.io/managed-by: NAME`, `NAME/federation: FEDERATION`. */
export function ownership(notebook: string): Ownership {
  const federationLabel = `${notebook}/federation`
  const adoptedAnnotation = `${notebook}/adopted`

  const labels = (federation: string): Record<string, string> => ({
    [MANAGED_BY]: notebook,
    [federationLabel]: labelValue(federation),
  })
  const carries = (object: KubeObject, wanted: Record<string, string>): boolean =>
    Object.entries(wanted).every(([key, value]) => object.metadata.labels?.[key] === value)
  const owns = (object: KubeObject, federation: string): boolean => carries(object, labels(federation))
  const isMarked = (object: KubeObject): boolean =>
    object.metadata.annotations?.[adoptedAnnotation] !== undefined

  return {
    labels,
    owns,
    selector: (federation) =>
      Object.entries(labels(federation))
        .map(([key, value]) => `${key}=${value}`)
        .join(","),
    adopted: (object, { federation, applyInterrupted, applyPeriod, created }) => {
      if (owns(object, federation)) return false
      const known =
        created?.has(object.metadata.uid ?? "") === true || (applyInterrupted && isFrom(object, applyPeriod))
      return !known || isMarked(object)
    },
    adoptedMark: (federation) => ({ annotations: { [adoptedAnnotation]: labelValue(federation) } }),
    async take({ cluster, federation, applyPeriod, recordCreated }, ref, more = {}) {
      const object = await cluster.get(ref)
      if (object === undefined || isMarked(object)) return
      const isOther = object.metadata.labels?.[federationLabel] !== undefined && !owns(object, federation)
      const wanted = { ...labels(federation), ...more }
      if (isOther || (!owns(object, federation) && !isFrom(object, applyPeriod))) return
      const { name, namespace, uid } = object.metadata
      recordCreated?.({ kind: ref.kind, name, ...(namespace && { namespace }), ...(uid && { uid }) })
      if (carries(object, wanted)) return
      await cluster.merge(ref, { metadata: { labels: wanted } })
    },
  }
}

/** The time is by the cluster's own clock as well as an answer told it, and times of creation are whole seconds. */
const SKEW_MS = 5_000
/** A command that its killed program has left behind goes on for a while. */
const LEFT_BEHIND_MS = 60_000

/** Whether an object was created within a time; any object was, where none is given. */
function isFrom({ metadata }: KubeObject, period: BaseContext["applyPeriod"]): boolean {
  if (period === undefined) return true
  const created = Date.parse(metadata.creationTimestamp ?? "")
  return created >= Date.parse(period.from) - SKEW_MS && created <= Date.parse(period.to) + LEFT_BEHIND_MS
}

/** A label's value is at most 63 of letters, digits, `-`, `_`, `.`, with a letter or digit at both ends. */
export const labelValue = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "")
