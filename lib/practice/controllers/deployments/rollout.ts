/** The arithmetic of a rolling update, as in kube-controller-manager's deployment controller. */
import { createHash } from "node:crypto"
import type { KubeObject } from "../../../cluster/types.ts"

export const HASH_LABEL = "pod-template-hash"
export const REVISION = "deployment.kubernetes.io/revision"

/** Characters that kube-controller-manager uses, so that no word comes out by chance. */
const SAFE = "bcdfghjklmnpqrstvwxz2456789"

/** The suffix of a template's ReplicaSet. The order of fields does not matter, nor do labels or annotations left empty. */
export function templateHash(template: unknown): string {
  const sorted = JSON.stringify(template, (key, value: unknown) =>
    (key === "annotations" || key === "labels") && Object.keys(value ?? {}).length === 0
      ? undefined
      : value !== null && typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
  )
  const bytes = createHash("sha256").update(sorted).digest().subarray(0, 10)
  return [...bytes].map((byte) => SAFE[byte % SAFE.length]).join("")
}

export const wanted = (object: KubeObject): number => object.spec.replicas ?? 1
export const available = (replicaSet: KubeObject): number => replicaSet.status?.availableReplicas ?? 0
const total = (sets: readonly KubeObject[], count: (it: KubeObject) => number) =>
  sets.reduce((sum, set) => sum + count(set), 0)

function share(value: string | number | undefined, of: number, round: (it: number) => number): number {
  const given = value ?? "25%"
  return typeof given === "number" ? given : round((Number.parseFloat(given) / 100) * of)
}

/** How many replicas each ReplicaSet should have next, by name. `old` from oldest to newest. */
export function nextReplicas(
  deployment: KubeObject,
  current: KubeObject,
  old: readonly KubeObject[],
  /** Pods of old ReplicaSets that are still there, on their way out or not. */
  oldPods: number,
): Map<string, number> {
  const next = new Map<string, number>()
  const replicas = wanted(deployment)
  const { type, rollingUpdate } = deployment.spec.strategy ?? {}
  if (type === "Recreate") {
    for (const it of old) next.set(it.metadata.name, 0)
    if (oldPods === 0) next.set(current.metadata.name, replicas)
    return next
  }
  const surge = share(rollingUpdate?.maxSurge, replicas, Math.ceil)
  let unavailable = share(rollingUpdate?.maxUnavailable, replicas, Math.floor)
  if (surge === 0 && unavailable === 0) unavailable = 1
  const all = [current, ...old]
  const room = replicas + surge - total(old, wanted)
  const scaled = Math.min(replicas, Math.max(room, wanted(current)))
  next.set(current.metadata.name, scaled)

  const least = replicas - unavailable
  const notYet = wanted(current) - available(current)
  let removable = total(all, wanted) - least - notYet
  const left = new Map(old.map((one) => [one.metadata.name, wanted(one)]))
  // First what is broken anyway, then what is available as far as enough stays.
  for (const it of old) {
    const cut = Math.max(0, Math.min(wanted(it) - available(it), removable))
    left.set(it.metadata.name, wanted(it) - cut)
    removable -= cut
  }
  let spare = Math.min(removable, total(all, available) - least)
  for (const it of old) {
    const cut = Math.max(0, Math.min(left.get(it.metadata.name)!, spare))
    left.set(it.metadata.name, left.get(it.metadata.name)! - cut)
    spare -= cut
  }
  for (const [name, count] of left) next.set(name, count)
  return next
}
