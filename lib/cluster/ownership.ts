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
   * Whether a fitting object existed before the notebook. An unlabelled one belongs to the notebook only if this step's
   * `apply` was interrupted: the program was killed between the command and the labels.
   */
  adopted(
    object: KubeObject,
    context: { readonly federation: string; readonly applyInterrupted: boolean },
  ): boolean
  /** What an update of an adopted object carries in the same request, so that a killed run never takes it for its own. */
  adoptedMark(federation: string): { annotations: Record<string, string> }
  /**
   * Adds the labels to an object right after the command that created it. An object that does not exist, was adopted, or
   * carries another federation's labels stays as it is.
   */
  take(
    context: { readonly cluster: Cluster; readonly federation: string },
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
    adopted: (object, { federation, applyInterrupted }) =>
      !owns(object, federation) && (!applyInterrupted || isMarked(object)),
    adoptedMark: (federation) => ({ annotations: { [adoptedAnnotation]: labelValue(federation) } }),
    async take({ cluster, federation }, ref, more = {}) {
      const object = await cluster.get(ref)
      if (object === undefined || isMarked(object)) return
      const isOther = object.metadata.labels?.[federationLabel] !== undefined && !owns(object, federation)
      const wanted = { ...labels(federation), ...more }
      if (isOther || carries(object, wanted)) return
      await cluster.merge(ref, { metadata: { labels: wanted } })
    },
  }
}

/** A label's value is at most 63 of letters, digits, `-`, `_`, `.`, with a letter or digit at both ends. */
export const labelValue = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "")
