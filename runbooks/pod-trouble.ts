/** Why pods do not appear or do not start, in the words of the objects that know it. */
import type { ClusterReader, KubeObject } from "../lib/index.ts"
import { condition, ifAllowed } from "./reading.ts"

export interface Trouble {
  readonly code: string
  readonly reason: string
  /** Set where waiting does not help: what a person does. */
  readonly fix?: string
}

/** Whether a refusal to make pods needs a person (a quota, a policy), and what to do. Others pass, as right after start. */
export function refusalFix(words: string): string | undefined {
  if (/exceeded quota/i.test(words)) return "make room in the project's ResourceQuota, or have it raised"
  if (/violates PodSecurity/i.test(words))
    return "have the project's Pod Security level changed, or take another project"
  if (/security context constraint/i.test(words))
    return "have an administrator grant a fitting SecurityContextConstraint to the ServiceAccount"
  if (/must specify|(?:maximum|minimum) (?:cpu|memory)|max limit|min request/i.test(words))
    return "set requests and limits that the project's LimitRange and ResourceQuota allow"
  return undefined
}

/** A Deployment whose pods are refused says so in its condition ReplicaFailure. */
export async function replicaTrouble(
  cluster: ClusterReader,
  namespace: string,
  name: string,
): Promise<Trouble | undefined> {
  const deployment = await ifAllowed(
    cluster.get({ apiVersion: "apps/v1", kind: "Deployment", name, namespace }),
  )
  const failure = condition(deployment, "ReplicaFailure")
  if (failure?.status !== "True") return undefined
  const words = failure.message ?? failure.reason ?? "it gives no reason"
  return { code: "no pod", reason: `no pod for ${name}: ${words}`, fix: refusalFix(words) }
}

/** Waiting reasons of a container that stay until a person acts. */
const PULL = ["ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"]

/** Pods that match labels: an image that cannot be pulled, a container that crashes, no node that fits. */
export async function podTrouble(
  cluster: ClusterReader,
  namespace: string,
  labels: string,
): Promise<Trouble | undefined> {
  const pods = (await ifAllowed(cluster.list({ apiVersion: "v1", kind: "Pod", namespace, labels }))) ?? []
  for (const pod of pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)) {
    const trouble = containerTrouble(pod) ?? schedulingTrouble(pod)
    if (trouble !== undefined) return trouble
  }
  return undefined
}

interface ContainerStatus {
  name: string
  image?: string
  state?: { waiting?: { reason?: string; message?: string } }
  lastState?: { terminated?: { exitCode?: number; reason?: string; message?: string } }
}

function containerTrouble({ metadata, status }: KubeObject): Trouble | undefined {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  for (const { name, image, state, lastState } of containers as ContainerStatus[]) {
    const waiting = state?.waiting
    if (waiting?.reason === undefined) continue
    const words = waiting.message ?? waiting.reason
    if (PULL.includes(waiting.reason)) {
      return {
        code: "image",
        reason: `pod ${metadata.name} cannot pull ${image}: ${words}`,
        fix: "check the image's name, the way to the registry and its pull secret",
      }
    }
    if (waiting.reason === "ErrImagePull")
      return { code: "image", reason: `pod ${metadata.name} cannot pull ${image} yet: ${words}` }
    if (waiting.reason === "CrashLoopBackOff") {
      const { exitCode, message } = lastState?.terminated ?? {}
      const how =
        exitCode === undefined ? "" : ` (exit code ${exitCode}${message ? `: ${message.trim()}` : ""})`
      return {
        code: "crash",
        reason: `container ${name} of pod ${metadata.name} crashes again and again${how}`,
      }
    }
  }
  return undefined
}

function schedulingTrouble(pod: KubeObject): Trouble | undefined {
  const scheduled = condition(pod, "PodScheduled")
  if (scheduled?.status !== "False") return undefined
  return {
    code: "no node",
    reason: `pod ${pod.metadata.name} finds no node: ${scheduled.message ?? scheduled.reason}`,
  }
}
