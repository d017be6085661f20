/** Deployment → ReplicaSets: the current one for its template, the old ones on their way to nothing. */
import type { KubeObject } from "../../../cluster/types.ts"
import {
  type Condition,
  condition,
  isOwnedBy,
  ownedBy,
  wireTime,
  withCondition,
  withoutCondition,
} from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { note } from "../events.ts"
import type { Store } from "../store.ts"
import { available, HASH_LABEL, nextReplicas, REVISION, templateHash, wanted } from "./rollout.ts"

const APPS = "apps/v1"

const revisionOf = (object: KubeObject) => Number(object.metadata.annotations?.[REVISION] ?? 0)
const sum = (sets: readonly KubeObject[], field: string) =>
  sets.reduce((total, set) => total + (set.status?.[field] ?? 0), 0)

function newReplicaSet(deployment: KubeObject, hash: string, revision: number): KubeObject {
  const { template, selector } = deployment.spec
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash }
  return {
    apiVersion: APPS,
    kind: "ReplicaSet",
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace!,
      labels,
      annotations: { [REVISION]: String(revision) },
      ownerReferences: [ownedBy(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  }
}

/** One pass over a Deployment. Returns milliseconds after which its progress deadline passes. */
export async function reconcileDeployment(store: Store, key: string): Promise<number | void> {
  const [namespace, name] = splitKey(key)
  const deployment = store.of(APPS, "Deployment").get(namespace, name)
  if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return
  const sets = store
    .of(APPS, "ReplicaSet")
    .list(namespace)
    .filter((one) => isOwnedBy(one, deployment))
    .sort((a, b) => revisionOf(a) - revisionOf(b))
  const hash = templateHash(deployment.spec.template)
  if (deployment.spec.paused === true) return await whilePaused(store, deployment, sets, hash)
  let current = sets.find((set) => set.metadata.labels?.[HASH_LABEL] === hash)
  const newest = Math.max(0, ...sets.map(revisionOf))
  if (current === undefined) {
    current = await store.create(newReplicaSet(deployment, hash, newest + 1))
  } else if (revisionOf(current) < newest) {
    // An earlier template again: its ReplicaSet is the newest revision now.
    current = await store.merge(current, { metadata: { annotations: { [REVISION]: String(newest + 1) } } })
  }
  const revision = String(revisionOf(current))
  if (deployment.metadata.annotations?.[REVISION] !== revision) {
    // By the status, as the real one does: a main write of an annotation would be a new generation.
    await store.merge(deployment, { metadata: { annotations: { [REVISION]: revision } } }, "status")
  }

  const old = sets.filter((set) => set.metadata.uid !== current!.metadata.uid)
  const oldPods = store
    .of("v1", "Pod")
    .list(namespace)
    .filter((pod) => old.some((one) => isOwnedBy(pod, one))).length
  const next = nextReplicas(deployment, current, old, oldPods)
  const scaled: KubeObject[] = []
  for (const it of [current, ...old]) {
    const replicas = next.get(it.metadata.name) ?? wanted(it)
    if (replicas !== wanted(it)) {
      const way = replicas > wanted(it) ? "up" : "down"
      const message = `Scaled ${way} replica set ${it.metadata.name} from ${wanted(it)} to ${replicas}`
      note(store, deployment, "deployment-controller", "ScalingReplicaSet", message)
    }
    scaled.push(replicas === wanted(it) ? it : await store.merge(it, { spec: { replicas } }))
  }
  return await writeStatus(store, store.of(APPS, "Deployment").get(namespace, name) ?? deployment, scaled)
}

/** Paused: what is there is scaled, and a changed template waits. */
async function whilePaused(
  store: Store,
  deployment: KubeObject,
  sets: readonly KubeObject[],
  hash: string,
): Promise<void> {
  const newest = sets.at(-1)
  if (
    newest !== undefined &&
    wanted(newest) !== wanted(deployment) &&
    sets.every((set) => set === newest || wanted(set) === 0)
  )
    await store.merge(newest, { spec: { replicas: wanted(deployment) } })
  const current = sets.find((set) => set.metadata.labels?.[HASH_LABEL] === hash)
  const counts = {
    replicas: sum(sets, "replicas"),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum(sets, "readyReplicas"),
    availableReplicas: sum(sets, "availableReplicas"),
    unavailableReplicas: Math.max(0, wanted(deployment) - sum(sets, "availableReplicas")),
  }
  const some = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  const paused = stamped(condition(deployment, "Progressing"), {
    ...{ type: "Progressing", status: "Unknown" as const },
    ...{ reason: "DeploymentPaused", message: "Deployment is paused" },
  })
  const conditions = withCondition(availability(deployment, counts.availableReplicas), paused)
  await store.status(deployment, { observedGeneration: deployment.metadata.generation, ...some, conditions })
}

async function writeStatus(store: Store, deployment: KubeObject, sets: KubeObject[]): Promise<number | void> {
  const [current, ...old] = sets as [KubeObject, ...KubeObject[]]
  const replicas = wanted(deployment)
  const counts = {
    replicas: sum(sets, "replicas"),
    updatedReplicas: current.status?.replicas ?? 0,
    readyReplicas: sum(sets, "readyReplicas"),
    availableReplicas: sum(sets, "availableReplicas"),
    unavailableReplicas: Math.max(0, replicas - sum(sets, "availableReplicas")),
  }
  const complete =
    counts.updatedReplicas === replicas &&
    counts.replicas === replicas &&
    available(current) >= replicas &&
    old.every((one) => (one.status?.replicas ?? 0) === 0)

  const { progress, left } = progressing(deployment, current, counts, complete)
  let conditions = availability(deployment, counts.availableReplicas)
  conditions = withCondition(conditions, progress)
  const failure = condition(current, "ReplicaFailure")
  conditions =
    failure === undefined
      ? withoutCondition(conditions, "ReplicaFailure")
      : withCondition(conditions, {
          type: "ReplicaFailure",
          status: "True",
          reason: failure.reason,
          message: failure.message,
          lastUpdateTime: failure.lastTransitionTime,
        })
  const some = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  await store.status(deployment, { observedGeneration: deployment.metadata.generation, ...some, conditions })
  return left
}

const stamped = (
  before: Condition | undefined,
  next: Omit<Condition, "lastTransitionTime" | "lastUpdateTime">,
) => ({
  ...next,
  lastUpdateTime:
    before !== undefined && before.reason === next.reason && before.message === next.message
      ? (before.lastUpdateTime ?? wireTime())
      : wireTime(),
})

function availability(deployment: KubeObject, ready: number): Condition[] {
  const most = deployment.spec.strategy?.rollingUpdate?.maxUnavailable ?? "25%"
  const replicas = wanted(deployment)
  const unavailable = typeof most === "number" ? most : Math.floor((Number.parseFloat(most) / 100) * replicas)
  const enough = ready >= replicas - (deployment.spec.strategy?.type === "Recreate" ? 0 : unavailable)
  return withCondition(
    deployment.status?.conditions,
    stamped(condition(deployment, "Available"), {
      type: "Available",
      status: enough ? "True" : "False",
      reason: enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      message: enough
        ? "Deployment has minimum availability."
        : "Deployment does not have minimum availability.",
    }),
  )
}

function progressing(
  deployment: KubeObject,
  current: KubeObject,
  counts: Record<string, number>,
  complete: boolean,
): { progress: Omit<Condition, "lastTransitionTime">; left?: number } {
  const before = condition(deployment, "Progressing")
  const set = `ReplicaSet "${current.metadata.name}"`
  const say = (status: "True" | "False" | "Unknown", reason: string, message: string) =>
    stamped(before, { type: "Progressing", status, reason, message })
  if (complete)
    return { progress: say("True", "NewReplicaSetAvailable", `${set} has successfully progressed.`) }

  const fresh = deployment.status?.observedGeneration !== deployment.metadata.generation
  // A rollout that was complete stays so, whatever happens to its pods later.
  if (before?.reason === "DeploymentPaused")
    return { progress: say("Unknown", "DeploymentResumed", "Deployment is resumed") }
  if (before !== undefined && !fresh && before.reason === "NewReplicaSetAvailable")
    return { progress: before }
  const moved = Object.entries(counts).some(([field, count]) => (deployment.status?.[field] ?? 0) !== count)
  if (before !== undefined && !fresh && !moved) {
    const deadline = (deployment.spec.progressDeadlineSeconds ?? 600) * 1000
    const left = Date.parse(before.lastUpdateTime ?? before.lastTransitionTime) + deadline - Date.now()
    if (before.status === "False") return { progress: before }
    if (left > 0) return { progress: before, left }
    return { progress: say("False", "ProgressDeadlineExceeded", `${set} has timed out progressing.`) }
  }
  const word = (current.status?.replicas ?? 0) === 0 ? "NewReplicaSetCreated" : "ReplicaSetUpdated"
  const text =
    word === "NewReplicaSetCreated"
      ? `Created new replica set "${current.metadata.name}"`
      : `${set} is progressing.`
  return { progress: { ...say("True", word, text), lastUpdateTime: wireTime() } }
}
