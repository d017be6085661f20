/** Deployments and ReplicaSets. Left out where kube-controller-manager runs: both would make pods. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { Controller, ControllerContext } from "../../types/controllers.ts"
import { keyOf, startController } from "../controller.ts"
import { storeOf } from "../store.ts"
import { reconcileDeployment } from "./deployment.ts"
import { reconcileReplicaSet } from "./replicaset.ts"

const ownerKeys = (object: KubeObject, kind: string): string[] =>
  (object.metadata.ownerReferences ?? [])
    .filter((one) => one.kind === kind && one.controller)
    .map((one) => `${object.metadata.namespace}/${one.name}`)

export function startDeployments(context: ControllerContext): Controller {
  const store = storeOf(context.cluster)
  const deployments = store.of("apps/v1", "Deployment")
  const sets = store.of("apps/v1", "ReplicaSet")
  const pods = store.of("v1", "Pod")

  const replicaSets = startController({
    name: "replicasets",
    watches: [{ informer: sets }, { informer: pods, keys: (pod) => ownerKeys(pod, "ReplicaSet") }],
    reconcile: (key) => reconcileReplicaSet(context, store, key),
  })
  const rollouts = startController({
    name: "deployments",
    watches: [
      { informer: deployments },
      { informer: sets, keys: (set) => ownerKeys(set, "Deployment") },
      {
        // Recreate waits until the last old pod is gone.
        informer: pods,
        keys: (pod, gone) => {
          const set = gone
            ? sets.get(pod.metadata.namespace, ownerKeys(pod, "ReplicaSet")[0]?.split("/")[1] ?? "")
            : undefined
          return set === undefined ? [] : ownerKeys(set, "Deployment")
        },
      },
    ],
    reconcile: (key) => reconcileDeployment(store, key),
  })
  const forget = context.faults.onChange(() => {
    for (const set of sets.list()) replicaSets.add(keyOf(set))
  })
  return {
    name: "deployments",
    async stop() {
      forget()
      await Promise.all([replicaSets.stop(), rollouts.stop()])
    },
  }
}
