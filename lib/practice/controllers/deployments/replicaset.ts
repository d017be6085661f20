/** ReplicaSet → Pods. */
import { randomInt } from "node:crypto"
import type { KubeObject } from "../../../cluster/types.ts"
import { CheckError } from "../../../notebook/check-result.ts"
import type { ControllerContext } from "../../types/controllers.ts"
import { isOwnedBy, isReadyPod, ownedBy, withCondition, withoutCondition } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { note, warn } from "../events.ts"
import { faultStrikes } from "../faulty.ts"
import { paceOf } from "../pace.ts"
import { codeOf, type Store } from "../store.ts"
import { wanted } from "./rollout.ts"

const LETTERS = "bcdfghjklmnpqrstvwxz2456789"
const suffix = () => Array.from({ length: 5 }, () => LETTERS[randomInt(LETTERS.length)]).join("")

const podOf = (set: KubeObject): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: `${set.metadata.name}-${suffix()}`,
    generateName: `${set.metadata.name}-`,
    namespace: set.metadata.namespace!,
    labels: { ...set.spec.template.metadata?.labels },
    ...(set.spec.template.metadata?.annotations && { annotations: set.spec.template.metadata.annotations }),
    ownerReferences: [ownedBy(set)],
  },
  spec: structuredClone(set.spec.template.spec),
})

/** Creates a pod. @returns the API server's words where it refuses it */
async function refused(store: Store, set: KubeObject, pod: KubeObject): Promise<string | undefined> {
  try {
    await store.create(pod)
    note(store, set, "replicaset-controller", "SuccessfulCreate", `Created pod: ${pod.metadata.name}`)
    return undefined
  } catch (error) {
    if (error instanceof CheckError && error.result.state === "blocked") return error.result.reason
    if ([400, 422].includes(codeOf(error))) return (error as Error).message
    throw error
  }
}

/** One pass over a ReplicaSet. Returns milliseconds after which a refused pod is tried again. */
export async function reconcileReplicaSet(
  context: ControllerContext,
  store: Store,
  key: string,
): Promise<number | void> {
  const [namespace, name] = splitKey(key)
  const set = store.of("apps/v1", "ReplicaSet").get(namespace, name)
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return
  const own = () =>
    store
      .of("v1", "Pod")
      .list(namespace)
      .filter((one) => isOwnedBy(one, set) && one.metadata.deletionTimestamp === undefined)
      .filter((one) => !["Succeeded", "Failed"].includes(one.status?.phase))

  let refusal: string | undefined
  for (let missing = wanted(set) - own().length; missing > 0 && refusal === undefined; missing--) {
    const pod = podOf(set)
    const fault = faultStrikes(context.faults, "pod", context.name, pod.metadata.name, "quota")
    refusal =
      fault === undefined
        ? await refused(store, set, pod)
        : `pods "${pod.metadata.name}" is forbidden: exceeded quota: practice, requested: pods=1, used: pods=10, limited: pods=10`
    if (refusal !== undefined) {
      await warn(store, set, "replicaset-controller", "FailedCreate", `Error creating: ${refusal}`)
    }
  }
  const surplus = own().length - wanted(set)
  if (surplus > 0) {
    const victims = own().sort((a, b) => Number(isReadyPod(a)) - Number(isReadyPod(b)))
    await Promise.all(victims.slice(0, surplus).map((victim) => store.remove(victim)))
  }

  const pods = own()
  const ready = pods.filter(isReadyPod).length
  const conditions =
    refusal === undefined
      ? withoutCondition(set.status?.conditions, "ReplicaFailure")
      : withCondition(set.status?.conditions, {
          type: "ReplicaFailure",
          status: "True",
          reason: "FailedCreate",
          message: refusal,
        })
  await store.status(set, {
    replicas: pods.length,
    ...(pods.length > 0 ? { fullyLabeledReplicas: pods.length } : {}),
    ...(ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {}),
    observedGeneration: set.metadata.generation,
    ...(conditions.length > 0 ? { conditions } : {}),
  })
  return refusal === undefined ? undefined : Math.max(100, paceOf(context.delays)(15_000, 500))
}
