/** The pod of a Site's router, as a kubelet reports it; nothing runs in it. */
import type { Cluster, KubeObject } from "../../lib/cluster/types.ts"
import { put, setStatus } from "./clusters.ts"

const LABELS = { "skupper.io/component": "router" }
const owner = ({ apiVersion, kind, metadata }: KubeObject) => ({
  ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid!, controller: true }],
})

export interface Started {
  /** Seconds ago. */
  readonly router: number
  readonly adaptor: number
  readonly restarts?: number
}

const before = (seconds: number): string =>
  new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z")

const statusOf = ({ router, adaptor, restarts = 0 }: Started): object => ({
  phase: "Running",
  containerStatuses: [["router", router, restarts] as const, ["kube-adaptor", adaptor, 0] as const].map(
    ([name, seconds, restartCount]) => ({
      name,
      image: name,
      imageID: "",
      ready: true,
      restartCount,
      state: { running: { startedAt: before(seconds) } },
    }),
  ),
})

/** Creates Deployment, ReplicaSet and pod of a router. */
export async function putRouter(cluster: Cluster, namespace: string, started: Started): Promise<KubeObject> {
  const spec = {
    selector: { matchLabels: LABELS },
    template: { metadata: { labels: LABELS }, spec: { containers: [{ name: "router", image: "router" }] } },
  }
  const metadata = { namespace, labels: LABELS }
  const deployment = await put(cluster, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...metadata, name: "skupper-router" },
    spec,
  })
  const set = await put(cluster, {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { ...metadata, name: "skupper-router-1", ...owner(deployment) },
    spec,
  })
  return put(cluster, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata, name: "skupper-router-1-a", ...owner(set) },
    spec: {
      containers: [
        { name: "router", image: "router" },
        { name: "kube-adaptor", image: "kube-adaptor" },
      ],
    },
    status: statusOf(started),
  })
}

/** Its containers were started at other times. */
export const restartRouter = (cluster: Cluster, pod: KubeObject, started: Started): Promise<KubeObject> =>
  setStatus(cluster, pod, statusOf(started))
