/** The pod of a Site's router: when its containers were started. */
import type { ClusterReader, KubeObject } from "../../lib/index.ts"
import { currentPods } from "../openshift/trouble.ts"
import type { Deployment } from "../openshift/workload.ts"
import { ifAllowed } from "../shared/reading.ts"
import { ROUTER } from "./skupper.ts"

/** Its containers: the router itself, and what configures it. */
export const ROUTER_CONTAINER = "router"
const ADAPTOR = "kube-adaptor"

export interface RouterPod {
  readonly name: string
  readonly namespace: string
  /** Ports of its containers can be reached by a port forward: all containers are ready. */
  readonly ready: boolean
  /** When the router was last started, in milliseconds; 0 while it does not run. */
  readonly startedAt: number
  /** When the kube-adaptor was last started, in milliseconds; 0 while it does not run. */
  readonly adaptorStartedAt: number
  /** How often the router was restarted in this pod. */
  readonly restarts: number
}

interface ContainerStatus {
  name: string
  ready?: boolean
  restartCount?: number
  state?: { running?: { startedAt?: string } }
}

/** The newest pod of a Site's router; undefined if there is none, or if this user is not allowed to read it. */
export async function routerPod(cluster: ClusterReader, namespace: string): Promise<RouterPod | undefined> {
  const ref = { apiVersion: "apps/v1", kind: "Deployment", name: ROUTER, namespace }
  const deployment = await ifAllowed(cluster.get<Deployment>(ref))
  const pods = deployment && (await ifAllowed(currentPods(cluster, deployment)))
  return pods?.[0] && read(pods[0])
}

function read({ metadata, status }: KubeObject): RouterPod {
  const statuses = (status?.containerStatuses ?? []) as ContainerStatus[]
  const named = (name: string) => statuses.find((one) => one.name === name)
  const started = (name: string) => Date.parse(named(name)?.state?.running?.startedAt ?? "") || 0
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? "",
    ready: statuses.length > 0 && statuses.every(({ ready }) => ready === true),
    startedAt: started(ROUTER_CONTAINER),
    adaptorStartedAt: started(ADAPTOR),
    restarts: named(ROUTER_CONTAINER)?.restartCount ?? 0,
  }
}
