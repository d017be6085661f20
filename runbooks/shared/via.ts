/** The same changes in two ways: by the guide's commands, or by requests of the program's own client (`--via`). */
import { ClusterError, type KubeObject, type Ref } from "../../lib/index.ts"
import type { Context, Values } from "../context.ts"
import { labels } from "./labels.ts"
import { snippet } from "./snippet.ts"

/** Whether the steps make their changes by requests: no process is started for a site. */
export const viaApi = ({ inputs }: { readonly inputs: Pick<Values, "via"> }): boolean => inputs.via === "api"

/** An object from its manifest in snippets/, with the values of a site. */
export async function fromSnippet(
  name: string,
  { metadata, spec }: { readonly metadata: { name: string; namespace?: string }; readonly spec?: object },
): Promise<KubeObject> {
  const { parse } = await import("yaml")
  const found = parse(snippet(name)) as KubeObject
  return {
    ...found,
    metadata: { ...found.metadata, ...metadata },
    spec: { ...found.spec, ...spec },
  }
}

/**
 * Creates an object of this federation. Where one exists, the server refuses it, as the guide's commands do: what somebody else has
 * created meanwhile stays theirs.
 */
export async function createOwn(
  { cluster, federation, recordCreated }: Pick<Context, "cluster" | "federation" | "recordCreated">,
  object: KubeObject,
  more: Record<string, string> = {},
): Promise<KubeObject> {
  const { metadata } = object
  const created = await cluster.create({
    ...object,
    metadata: { ...metadata, labels: { ...metadata.labels, ...labels(federation), ...more } },
  })
  const { name, namespace, uid } = created.metadata
  recordCreated({ kind: object.kind, name, ...(namespace && { namespace }), ...(uid && { uid }) })
  return created
}

/** The objects of a manifest. */
export async function objectsOf(text: string): Promise<KubeObject[]> {
  const { parseAllDocuments } = await import("yaml")
  const documents = parseAllDocuments(text)
  return Array.isArray(documents)
    ? documents.flatMap((document) => {
        const object = document.toJS() as KubeObject | null
        return object === null ? [] : [object]
      })
    : []
}

/**
 * Applies objects in their order, as `oc apply --server-side` does. Fields that others own are an error (409), unless it is forced.
 * @param namespace of those that name none
 */
export async function applyObjects(
  { cluster }: Pick<Context, "cluster">,
  objects: readonly KubeObject[],
  { namespace, force = false }: { readonly namespace?: string; readonly force?: boolean },
): Promise<void> {
  for (const object of objects) {
    const { metadata } = object
    await cluster.apply(
      { ...object, metadata: { ...(namespace !== undefined && { namespace }), ...metadata } },
      { force },
    )
  }
}

/**
 * Deletes an object without waiting: a check watches it.
 * @param type how `oc` is told the kind, where others have one of the same name
 */
export async function deleteObject(
  context: Pick<Context, "$" | "cluster"> & { readonly inputs: Pick<Values, "via"> },
  ref: Ref,
  type = ref.kind.toLowerCase(),
): Promise<void> {
  const { $, cluster } = context
  const { name, namespace } = ref
  if (viaApi(context)) await cluster.remove(ref)
  else if (namespace === undefined) await $`oc delete ${type} ${name} --wait=false`
  else await $`oc delete ${type} ${name} -n ${namespace} --wait=false`
}

/** Whether an object could not be created because one of its name exists. */
export const alreadyExists = (error: unknown): boolean =>
  error instanceof ClusterError && error.reason === "AlreadyExists"

/** Whether others own fields of what was to be applied. */
export const isConflict = (error: unknown): error is ClusterError =>
  error instanceof ClusterError && error.code === 409
