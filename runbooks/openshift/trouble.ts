/** Why the pods of a Deployment do not run, in the cluster's own words, and how to fix it. */
import type { ClusterReader, KubeObject } from "../../lib/index.ts"
import { condition, ifAllowed } from "../shared/reading.ts"
import { claimTrouble } from "./claim-trouble.ts"
import { crashCause, type Ended } from "./crash-cause.ts"
import { fixForPull, mayPass, PULL_REASONS } from "./image-trouble.ts"
import { lastWords } from "./last-words.ts"
import { reasonFor } from "./reasons.ts"
import type { Deployment } from "./workload.ts"

export interface Trouble {
  readonly reason: string
  /** Waiting alone does not help. */
  readonly terminal: boolean
  /** Not set where the reason has to speak for itself. */
  readonly fix?: string
  /** What to type to see more. */
  readonly next: string
  readonly code: string
  /** When it was last seen, in milliseconds since the epoch by the cluster's clock. */
  readonly at?: number
}

/** The pods of a Deployment's current revision that are not being deleted; newest first. */
export async function currentPods(cluster: ClusterReader, deployment: Deployment): Promise<KubeObject[]> {
  const pods = await livingPods(cluster, selected(deployment))
  if (areCurrent(deployment, pods)) return pods
  const set = await currentReplicaSet(cluster, deployment)
  return set === undefined ? [] : pods.filter((pod) => owned(pod, set))
}

/** Pods that are not being deleted and have not ended; newest first. */
export async function livingPods(
  cluster: ClusterReader,
  where: { namespace?: string; labels: string },
): Promise<KubeObject[]> {
  const pods = await cluster.list({ apiVersion: "v1", kind: "Pod", ...where })
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ status }) => status?.phase !== "Failed" && status?.phase !== "Succeeded")
    .sort((a, b) => created(b) - created(a))
}

/** Its rollout is complete and these are all its pods, of one ReplicaSet: then that one need not be read. */
function areCurrent({ metadata, status }: Deployment, pods: readonly KubeObject[]): boolean {
  const owners = new Set(
    pods.map((pod) => pod.metadata.ownerReferences?.find(({ controller }) => controller)?.uid),
  )
  return (
    status?.observedGeneration === metadata.generation &&
    status?.updatedReplicas === pods.length &&
    status?.replicas === pods.length &&
    owners.size === 1 &&
    !owners.has(undefined)
  )
}

async function currentReplicaSet(
  cluster: ClusterReader,
  deployment: Deployment,
): Promise<KubeObject | undefined> {
  const sets = await cluster.list({ apiVersion: "apps/v1", kind: "ReplicaSet", ...selected(deployment) })
  const revision = (set: KubeObject): number =>
    Number(set.metadata.annotations?.["deployment.kubernetes.io/revision"] ?? 0)
  return sets.filter((set) => owned(set, deployment)).sort((a, b) => revision(b) - revision(a))[0]
}

const selected = ({ metadata, spec }: Deployment): { namespace?: string; labels: string } => ({
  ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
  labels: Object.entries(spec.selector.matchLabels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(","),
})

const owned = (object: KubeObject, owner: KubeObject): boolean =>
  object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false

const created = ({ metadata }: KubeObject): number => Date.parse(metadata.creationTimestamp ?? "") || 0

/** The most serious problem that keeps a Deployment's pods from running; undefined if there is none. */
export async function troubleOf(
  cluster: ClusterReader,
  deployment: Deployment,
): Promise<Trouble | undefined> {
  const events = (name: string) =>
    ifAllowed(
      cluster.list({
        apiVersion: "v1",
        kind: "Event",
        namespace: deployment.metadata.namespace,
        fields: `involvedObject.name=${name}`,
      }),
    ).then((found) => found ?? [])
  let pods = await livingPods(cluster, selected(deployment))
  // With all its pods, and all of them current, no pod is refused.
  if (pods.length < (deployment.spec.replicas ?? 1) || !areCurrent(deployment, pods)) {
    const set = await currentReplicaSet(cluster, deployment)
    if (set === undefined) return refused(deployment, [deployment], [])
    const noPods = refused(deployment, [deployment, set], await events(set.metadata.name))
    if (noPods !== undefined) return noPods
    pods = pods.filter((one) => owned(one, set))
  }
  for (const pod of pods) {
    const trouble = await podTrouble(cluster, pod, () => events(pod.metadata.name))
    if (trouble !== undefined) return trouble
  }
  return undefined
}

/** Pods that are refused because of quota, limit range or security. A condition of the Deployment or ReplicaSet has the reason. */
export function refused(
  deployment: Deployment,
  objects: readonly KubeObject[],
  events: readonly KubeObject[],
): Trouble | undefined {
  const failure = objects
    .map((object) => condition(object, "ReplicaFailure"))
    .find((found) => found?.status === "True")
  if (failure === undefined) return undefined
  const latest = newest(events.filter(({ reason }) => reason === "FailedCreate"))
  const words = latest?.message ?? failure.message ?? "its pods cannot be created"
  const at = latest === undefined ? Date.parse(failure.lastTransitionTime ?? "") : time(latest)
  const known = reasonFor("pod creation", words)
  return {
    code: known?.code ?? "refused",
    ...(known?.fix !== undefined && { fix: known.fix }),
    next: lookAt(known?.code, deployment.metadata.namespace ?? ""),
    reason: `no pod was created: ${words}`,
    terminal: known?.passes !== true,
    ...(Number.isNaN(at) ? {} : { at }),
  }
}

/** Shows what a refused pod is measured by. */
const lookAt = (code: string | undefined, namespace: string): string => {
  if (code === "quota" || code === "no limits") return `oc describe quota -n ${namespace}`
  if (code === "limits" || code === "ratio") return `oc describe limitrange -n ${namespace}`
  return `oc get events -n ${namespace} --sort-by=.lastTimestamp`
}

interface ContainerStatus {
  name: string
  image: string
  state?: {
    waiting?: { reason?: string; message?: string }
    terminated?: Ended
  }
  lastState?: { terminated?: Ended }
}
/** A pod's events, read only if they say more than its status. */
type Events = () => Promise<KubeObject[]>

async function podTrouble(
  cluster: ClusterReader,
  pod: KubeObject,
  events: Events,
): Promise<Trouble | undefined> {
  const initial = (pod.status?.initContainerStatuses ?? []) as ContainerStatus[]
  const statuses: ContainerStatus[] = [
    // An init container that has succeeded does not start again.
    ...initial.filter(({ state }) => state?.terminated?.exitCode !== 0),
    ...(pod.status?.containerStatuses ?? []),
  ]
  for (const status of statuses) {
    const trouble = await containerTrouble(cluster, pod, status, events)
    if (trouble !== undefined) return trouble
  }
  const scheduled = condition(pod, "PodScheduled")
  if (scheduled?.status === "False") {
    const unbound = await claimTrouble(cluster, pod)
    if (unbound !== undefined) return unbound
    return {
      reason: `the pod cannot be scheduled: ${scheduled.message}`,
      terminal: false,
      code: "unschedulable",
      fix: "wait for a node, or request less with resources=…",
      next: describe(pod),
    }
  }
  return pod.status?.phase === "Pending" ? startTrouble(pod, await events()) : undefined
}

const describe = ({ metadata }: KubeObject): string =>
  `oc describe pod/${metadata.name} -n ${metadata.namespace}`

async function containerTrouble(
  cluster: ClusterReader,
  pod: KubeObject,
  status: ContainerStatus,
  events: Events,
): Promise<Trouble | undefined> {
  const { waiting, terminated } = status.state ?? {}
  if (PULL_REASONS.has(waiting?.reason ?? "")) return pullTrouble(pod, status, await events())
  switch (waiting?.reason) {
    case "CrashLoopBackOff":
      return crashTrouble(cluster, pod, status)
    case "CreateContainerConfigError":
    case "CreateContainerError":
    case "RunContainerError": {
      const failed = newest((await events()).filter(({ type }) => type === "Warning"))
      const words = waiting.message ?? waiting.reason
      const known = reasonFor("kubelet", words)
      return {
        reason: `container ${status.name} cannot be created: ${words}`,
        terminal: known?.passes !== true,
        code: "container",
        ...(known?.fix !== undefined && { fix: known.fix }),
        next: describe(pod),
        ...(failed !== undefined && { at: time(failed) }),
      }
    }
  }
  if (terminated === undefined) return undefined
  const killed = terminated.reason === "OOMKilled" ? " (out of memory)" : ""
  return {
    reason: `container ${status.name} exited with code ${terminated.exitCode}${killed} and is being restarted`,
    terminal: false,
    code: "restart",
    next: describe(pod),
  }
}

/** The first failed pull is waited for. When the cluster backs off, the user has to act. */
function pullTrouble(
  pod: KubeObject,
  { image, state }: ContainerStatus,
  events: readonly KubeObject[],
): Trouble {
  const { reason, message = "" } = state?.waiting ?? {}
  const failed = newest(events.filter((event) => /Failed to pull image/.test(event.message ?? "")))
  // `Back-off pulling image "x"` alone gives no cause; newer clusters add it.
  const words = message.includes(": ") ? message : (failed?.message ?? (message || String(reason)))
  return {
    reason: `image ${image} cannot be pulled: ${words}`,
    terminal: reason !== "ErrImagePull" && reason !== "RegistryUnavailable" && !mayPass(words),
    code: "image",
    ...fixForPull(`${reason} ${words}`),
    next: describe(pod),
    ...(failed !== undefined && { at: time(failed) }),
  }
}

async function crashTrouble(
  cluster: ClusterReader,
  pod: KubeObject,
  status: ContainerStatus,
): Promise<Trouble> {
  const { name, namespace = "" } = pod.metadata
  const ended = status.lastState?.terminated
  const at = Date.parse(ended?.finishedAt ?? "")
  const log = cluster.log({ namespace, pod: name, container: status.name, previous: true, tail: 50 })
  const words = lastWords(await log.catch(() => ""))
  const exit = ended === undefined ? "" : ` (exit code ${ended.exitCode})`
  const spec = pod.spec.containers.find((one: { name: string }) => one.name === status.name)
  const cause = crashCause(ended, words, spec?.resources?.limits?.memory)
  const why = [cause.words, words].filter(Boolean).join("; its last words: ")
  return {
    reason: `container ${status.name} is crash-looping${exit}${why ? `: ${why}` : ""}`,
    // A SuperNode of 1.29 and later that its SuperLink has forgotten exits with 0, and is restarted.
    terminal: ended?.exitCode !== 0,
    code: cause.code,
    ...(cause.fix !== undefined && { fix: cause.fix }),
    next: `oc logs pod/${name} -c ${status.name} --previous -n ${namespace}`,
    ...(Number.isNaN(at) ? {} : { at }),
  }
}

/** Why a pod that has its node does not start a container: a volume or its network is missing. Only its events tell. */
function startTrouble(pod: KubeObject, events: readonly KubeObject[]): Trouble | undefined {
  const failed = newest(
    events.filter(({ reason }) => /^Failed(?:Mount|AttachVolume|CreatePodSandBox)$/.test(reason)),
  )
  if (failed === undefined) return undefined
  const known = reasonFor("kubelet", failed.message)
  return {
    reason: failed.message,
    terminal: known?.passes === false,
    code:
      known?.code === "attached elsewhere"
        ? known.code
        : failed.reason === "FailedMount"
          ? "mount"
          : "sandbox",
    ...(known?.fix !== undefined && { fix: known.fix }),
    next: /secret "[^"]+" not found/.test(failed.message)
      ? `oc get secrets -n ${pod.metadata.namespace}`
      : describe(pod),
    at: time(failed),
  }
}

const time = (event: KubeObject): number =>
  Date.parse(
    event.series?.lastObservedTime ??
      event.lastTimestamp ??
      event.eventTime ??
      event.metadata.creationTimestamp ??
      "",
  ) || 0

const newest = (events: readonly KubeObject[]): KubeObject | undefined =>
  [...events].sort((a, b) => time(b) - time(a))[0]
