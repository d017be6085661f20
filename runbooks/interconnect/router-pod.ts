/** The pod of a Site's router: when its containers were started. */
import type { ClusterReader, KubeObject } from "../../lib/index.ts"
import { livingPods } from "../openshift/trouble.ts"
import { ifAllowed } from "../shared/reading.ts"

/** By this label, Skupper's controller itself finds the pods of a router. */
const ROUTER_LABEL = "skupper.io/component=router"
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
  const pods = await ifAllowed(livingPods(cluster, { namespace, labels: ROUTER_LABEL }))
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
