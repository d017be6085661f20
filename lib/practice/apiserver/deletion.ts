/** How objects go: at once, gracefully (pods), after their finalizers, in the foreground or leaving orphans. */
import type { KubeObject } from "../../cluster/types.ts"
import type { Kind } from "./kind.ts"
import { type Meta, metaOf } from "./metadata.ts"
import { type Objects, type Writer, wireTime } from "./objects.ts"
import { conflict, forbidden, invalidOptions, invalidValue, unsupported } from "./status.ts"

export interface DeleteOptions {
  propagationPolicy?: string
  orphanDependents?: boolean
  gracePeriodSeconds?: number
  preconditions?: { uid?: string; resourceVersion?: string }
  dryRun?: string[]
}

export const CRD_CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
const CRDS = "apiextensions.k8s.io/customresourcedefinitions"
const PROTECTED = ["default", "kube-system", "kube-public"]

/** @throws ApiError 422 */
function checkPolicy({ propagationPolicy: policy, orphanDependents }: DeleteOptions): void {
  const field = "propagationPolicy"
  if (policy !== undefined && orphanDependents !== undefined) {
    const why = "orphanDependents and deletionPropagation cannot be both set"
    throw invalidOptions("DeleteOptions", invalidValue(field, policy, why))
  }
  if (policy !== undefined && !["Foreground", "Background", "Orphan"].includes(policy))
    throw invalidOptions(
      "DeleteOptions",
      unsupported(field, policy, ["Foreground", "Background", "Orphan", "nil"]),
    )
}

function graceOf(kind: Kind, object: KubeObject, options: DeleteOptions): number {
  if (kind.key !== "/pods") return 0
  const ended = ["Succeeded", "Failed"].includes(object.status?.phase)
  if (!object.spec?.nodeName || ended) return 0
  return options.gracePeriodSeconds ?? object.spec.terminationGracePeriodSeconds ?? 30
}

/** Milliseconds of a grace. Go counts nanoseconds in 64 bits, which a legal number of seconds may not fit in. */
const spent = (grace: number): number =>
  Number(BigInt.asIntN(64, BigInt(grace) * 1_000_000_000n) / 1_000_000n)

function finalizersOf(objects: Objects, kind: Kind, object: KubeObject, options: DeleteOptions): string[] {
  const policy = options.propagationPolicy ?? (options.orphanDependents === true ? "Orphan" : "Background")
  const own = (object.metadata.finalizers ?? []).filter(
    (one) => one !== "foregroundDeletion" && one !== "orphan",
  )
  if (policy === "Foreground") own.push("foregroundDeletion")
  if (policy === "Orphan") own.push("orphan")
  const { group, names } = kind.key === CRDS ? object.spec : { group: "", names: undefined }
  if (
    names !== undefined &&
    !own.includes(CRD_CLEANUP) &&
    objects.store.list(`${group}/${names.plural}`).length > 0
  ) {
    own.push(CRD_CLEANUP)
  }
  return own
}

/**
 * Deletes an object, or begins to.
 * @returns the object as it is now or was at last, and whether it is gone
 * @throws ApiError 404, 403 for namespaces that stay, 409 for preconditions that do not hold
 */
export const deleteObject = (
  objects: Objects,
  kind: Kind,
  namespace: string | undefined,
  name: string,
  options: DeleteOptions,
  by: Writer,
): { object: KubeObject; gone: boolean } => {
  const { store } = objects
  checkPolicy(options)
  const current = objects.get(kind, namespace, name)
  const meta = metaOf(current)
  const { uid, resourceVersion } = options.preconditions ?? {}
  const about = { group: kind.group, plural: kind.kind }
  const other = (what: string, wanted: string, is: string | undefined, happened: string) =>
    conflict(
      about,
      name,
      `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${is}). The object might have been ${happened}`,
    )
  if (uid !== undefined && uid !== meta.uid) throw other("UID", uid, meta.uid, "deleted and then recreated")
  if (resourceVersion !== undefined && resourceVersion !== meta.resourceVersion)
    throw other("ResourceVersion", resourceVersion, meta.resourceVersion, "modified")
  if (kind.key === "/namespaces" && PROTECTED.includes(name)) {
    throw forbidden(kind, name, "this namespace may not be deleted")
  }
  if (by.dryRun) return { object: current, gone: true }

  const isNamespace = kind.key === "/namespaces"
  const grace = graceOf(kind, current, options)
  const going = meta.deletionTimestamp !== undefined
  // A second deletion changes nothing, but it may shorten the grace.
  if (going && isNamespace) return { object: current, gone: false }
  if (going && grace > 0 && grace >= (meta.deletionGracePeriodSeconds ?? 0))
    return { object: current, gone: false }
  const finalizers = going ? (meta.finalizers ?? []) : finalizersOf(objects, kind, current, options)
  if (finalizers.length === 0 && grace === 0 && !isNamespace) {
    return { object: store.remove(kind.key, current), gone: true }
  }
  if (going && (meta.deletionGracePeriodSeconds ?? 0) <= grace) return { object: current, gone: false }
  const { finalizers: _, ...kept } = meta
  const metadata: Meta = {
    ...kept,
    ...(finalizers.length > 0 ? { finalizers } : {}),
    ...(meta.generation === undefined || going ? {} : { generation: meta.generation + 1 }),
    deletionTimestamp: meta.deletionTimestamp ?? wireTime(Date.now() + spent(grace)),
    deletionGracePeriodSeconds: grace,
  }
  if (isNamespace) delete metadata.deletionGracePeriodSeconds
  const status = isNamespace ? { status: { ...current.status, phase: "Terminating" } } : {}
  return { object: store.put(kind.key, { ...current, ...status, metadata }), gone: false }
}
