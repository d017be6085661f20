/** Conditions and owner references, as every controller writes them. */
import type { KubeObject, ObjectMeta } from "../../cluster/types.ts"

export interface Condition {
  type: string
  status: "True" | "False" | "Unknown"
  reason: string
  message: string
  lastTransitionTime: string
  lastUpdateTime?: string
  observedGeneration?: number
}

/** RFC 3339 in whole seconds, as on the wire. */
/** With microseconds, as the times of a Lease. */
export const microTime = (): string => new Date().toISOString().replace("Z", "000Z")

export const wireTime = (at = Date.now()): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z")

/** The conditions with one set. Order is that of first insertion; the transition time changes with the status only. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  next: Omit<Condition, "lastTransitionTime">,
): Condition[] {
  const all = [...(conditions ?? [])]
  const at = all.findIndex((one) => one.type === next.type)
  const before = all[at]
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : wireTime()
  const condition = { ...next, lastTransitionTime }
  if (at < 0) all.push(condition)
  else all[at] = condition
  return all
}

export const withoutCondition = (conditions: readonly Condition[] | undefined, type: string): Condition[] =>
  (conditions ?? []).filter((one) => one.type !== type)

export const condition = (object: KubeObject | undefined, type: string): Condition | undefined =>
  (object?.status?.conditions as Condition[] | undefined)?.find((one) => one.type === type)

export const isTrue = (object: KubeObject | undefined, type: string): boolean =>
  condition(object, type)?.status === "True"

type Owner = NonNullable<ObjectMeta["ownerReferences"]>[number]

export const ownedBy = (owner: KubeObject, controller = true): Owner => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid!,
  ...(controller ? { controller: true, blockOwnerDeletion: true } : {}),
})

export const isOwnedBy = (object: KubeObject, owner: KubeObject): boolean =>
  object.metadata.ownerReferences?.some((ownerReference) => ownerReference.uid === owner.metadata.uid) ??
  false

/** Whether labels have all of a plain selector. An empty selector selects nothing here, as for a Service. */
export function selects(
  selector: Readonly<Record<string, string>> | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const wanted = Object.entries(selector ?? {})
  return wanted.length > 0 && wanted.every(([key, value]) => labels?.[key] === value)
}

/** Running, ready and not on its way out. */
export const isReadyPod = (pod: KubeObject): boolean =>
  pod.metadata.deletionTimestamp === undefined && pod.status?.phase === "Running" && isTrue(pod, "Ready")
