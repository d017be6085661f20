/** Which pods a Connector leads to, and which pod is a site's router. */
import type { KubeObject } from "../../../cluster/types.ts"
import { isReadyPod, selects } from "../conditions.ts"
import { parseSelector, ROUTER_LABELS, type Skupper } from "./common.ts"
import { type RouterProcess, routerIn } from "./router-process.ts"

/** Pods behind a Connector that may take traffic. */
export function selectedPods({ store }: Pick<Skupper, "store">, connector: KubeObject): KubeObject[] {
  const { selector = "", includeNotReadyPods } = connector.spec
  if (!selector) return []
  const labels = parseSelector(selector)
  return store
    .of("v1", "Pod")
    .list(connector.metadata.namespace)
    .filter((pod) => selects(labels, pod.metadata.labels))
    .filter((pod) =>
      includeNotReadyPods
        ? pod.status?.phase === "Running" && pod.metadata.deletionTimestamp === undefined
        : isReadyPod(pod),
    )
}

export const isRouterPod = (pod: KubeObject): boolean => selects(ROUTER_LABELS, pod.metadata.labels)

/** The pod of a namespace's router: the newest, where one replaces another. */
export const routerPod = ({ store }: Pick<Skupper, "store">, namespace: string): KubeObject | undefined =>
  store
    .of("v1", "Pod")
    .list(namespace)
    .filter((pod) => isRouterPod(pod) && pod.metadata.deletionTimestamp === undefined)
    .sort((one, other) => (one.metadata.creationTimestamp! < other.metadata.creationTimestamp! ? 1 : -1))[0]

/** The kube-adaptor of a router's pod, while it runs. */
export const adaptorIn = (pod: KubeObject | undefined): { startedAt?: string } | undefined =>
  pod?.status?.containerStatuses?.find((one: { name: string }) => one.name === "kube-adaptor")?.state?.running

/** The process of a namespace's router; undefined while there is none. */
export function routerOf(
  skupper: Pick<Skupper, "store" | "context">,
  namespace: string,
): RouterProcess | undefined {
  const pod = routerPod(skupper, namespace)?.metadata.name
  const { network, name: cluster } = skupper.context
  return pod === undefined ? undefined : routerIn(network, { cluster, namespace, pod })
}
