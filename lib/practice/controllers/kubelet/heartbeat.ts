/** A node's sign of life: its Lease, renewed as real kubelets do. */
import type { KubeObject } from "../../../cluster/types.ts"
import { microTime } from "../conditions.ts"
import { codeOf, type Store } from "../store.ts"

const LEASES = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: "kube-node-lease" }
/** Real kubelets renew four times within the 40 s after which a node controller takes a node for gone. */
const EVERY = 10_000
const LASTS = 40

/** Starts renewing. @returns how to stop */
export async function startHeartbeat(store: Store, node: string): Promise<() => void> {
  const { cluster } = store
  const { apiVersion, kind, namespace } = LEASES
  const lease = (): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name: node, namespace },
    spec: { holderIdentity: node, leaseDurationSeconds: LASTS, renewTime: microTime() },
  })
  const renew = async (): Promise<void> => {
    try {
      await cluster.merge({ apiVersion, kind, namespace, name: node }, { spec: { renewTime: microTime() } })
    } catch (error) {
      // Not there yet, or the server is away: the next beat comes soon.
      if (codeOf(error) === 404) await cluster.create(lease()).catch(() => undefined)
    }
  }
  await renew()
  const timer = setInterval(() => void renew(), EVERY)
  timer.unref()
  return () => clearInterval(timer)
}
