/** Why a pod waits for its volume: a claim that nothing binds. The claim's own events have the reason. */
import type { ClusterReader, KubeObject } from "../../lib/index.ts"
import { ifAllowed } from "../shared/reading.ts"
import { reasonFor } from "./reasons.ts"

export interface ClaimTrouble {
  readonly reason: string
  /** Waiting alone does not help. */
  readonly terminal: boolean
  readonly fix?: string
  readonly next: string
  readonly code: string
}

interface Volume {
  persistentVolumeClaim?: { claimName: string }
}

/** The first claim of a pod that is not bound, and why; undefined if all of them are, or if one only waits for the pod itself. */
export async function claimTrouble(
  cluster: ClusterReader,
  pod: KubeObject,
): Promise<ClaimTrouble | undefined> {
  const { namespace } = pod.metadata
  for (const { persistentVolumeClaim } of (pod.spec?.volumes ?? []) as Volume[]) {
    const name = persistentVolumeClaim?.claimName
    if (name === undefined) continue
    const ref = { apiVersion: "v1", kind: "PersistentVolumeClaim", name, ...(namespace && { namespace }) }
    const claim = await ifAllowed(cluster.get(ref))
    if (claim === undefined || claim.status?.phase === "Bound") continue
    const words = await wordsOf(cluster, claim)
    if (words === undefined) continue
    const known = reasonFor("volume", words)
    return {
      reason: `PersistentVolumeClaim ${name} is not bound: ${words}`,
      terminal: known?.passes === false,
      code: known?.code ?? "volume",
      ...(known?.fix !== undefined && { fix: known.fix }),
      next: `oc describe pvc ${name} -n ${namespace}`,
    }
  }
  return undefined
}

/** What a claim's latest warning says; without one, what its spec shows. */
async function wordsOf(cluster: ClusterReader, claim: KubeObject): Promise<string | undefined> {
  const { name, namespace } = claim.metadata
  const events = await ifAllowed(
    cluster.list({
      apiVersion: "v1",
      kind: "Event",
      ...(namespace && { namespace }),
      fields: `involvedObject.name=${name}`,
    }),
  )
  const about = (events ?? []).filter(
    ({ involvedObject, reason }) =>
      involvedObject?.kind === "PersistentVolumeClaim" &&
      /^(?:FailedBinding|ProvisioningFailed)$/.test(reason),
  )
  const latest = about.sort((a, b) => timeOf(b) - timeOf(a))[0]
  return (
    latest?.message ??
    (claim.spec?.storageClassName === undefined
      ? "it has no StorageClass, and the cluster has no default one"
      : undefined)
  )
}

const timeOf = (event: KubeObject): number =>
  Date.parse(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? "") || 0
