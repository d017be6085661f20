/**
 * A router that came back without its configuration. The init container writes what a router starts with only once per pod, so
 * a router that is restarted in its pod lacks what was configured since: links, connectors and listeners. The kube-adaptor
 * puts it back at the next event of its ConfigMap, or every five minutes of its own life. Until then every status may say
 * `Ready / OK` over a dead path (measured with router 3.5.1 and kube-adaptor 2.2.1).
 */
import type { Cluster, ClusterReader, KubeObject, Ref } from "../../lib/index.ts"
import { ifAllowed } from "../shared/reading.ts"
import { type RouterPod, routerPod } from "./router-pod.ts"
import { ROUTER } from "./skupper.ts"

/** The kube-adaptor's informer, in milliseconds; the repair took 2 s more. */
const RESYNC = 300_000
const REPAIRED = 10_000

const configRef = (namespace: string): Ref => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  name: ROUTER,
  namespace,
})

export interface LostConfiguration {
  readonly pod: RouterPod
  readonly reason: string
}

/** The command that replaces the router by hand. */
export const replaceCommand = (namespace: string): string =>
  `oc delete pod -l skupper.io/component=router -n ${namespace}`

/** The router of a project's Site, if it may lack its configuration; undefined also if its pod cannot be read. */
export async function lostConfiguration(
  cluster: ClusterReader,
  namespace: string,
): Promise<LostConfiguration | undefined> {
  const pod = await routerPod(cluster, namespace)
  if (pod === undefined || pod.restarts === 0 || pod.adaptorStartedAt === 0) return undefined
  if (pod.startedAt <= pod.adaptorStartedAt) return undefined
  const config = await ifAllowed(cluster.get(configRef(namespace)))
  if (config !== undefined && writtenAfter(config, pod.startedAt)) return undefined
  const periods = Math.ceil((pod.startedAt - pod.adaptorStartedAt) / RESYNC)
  if ((await cluster.now()) > pod.adaptorStartedAt + periods * RESYNC + REPAIRED) return undefined
  const restarts = pod.restarts === 1 ? "1 restart" : `${pod.restarts} restarts`
  return {
    pod,
    reason: `the router in ${namespace} (pod ${pod.name}, ${restarts}) was restarted at ${timeText(pod)}, and lacks what was configured since its pod started, whatever the statuses say`,
  }
}

/** Any write is an event that makes the kube-adaptor put the configuration back. */
const writtenAfter = ({ metadata }: KubeObject, start: number): boolean =>
  (metadata.managedFields ?? []).some(({ time }) => Date.parse(time ?? "") > start)

/**
 * Replaces the pod: the init container of the next one writes the whole configuration. A write on the ConfigMap brings the path back
 * too, but after it the statuses of the other sites stayed at `No matching …` for minutes, while with a new pod everything was Ready
 * within 30 s (measured with router 3.5.1). Nothing that passes the router is lost: it has no configuration.
 */
export const replaceRouter = (cluster: Cluster, { name, namespace }: RouterPod): Promise<unknown> =>
  cluster.remove({ apiVersion: "v1", kind: "Pod", name, namespace })

const timeText = ({ startedAt }: RouterPod): string =>
  new Date(startedAt).toISOString().replace(/\.\d+Z$/, "Z")
