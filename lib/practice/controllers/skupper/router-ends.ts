/** What a namespace's objects say about its router: for the configuration that is written, and for the network that is simulated. */
import type { KubeObject } from "../../../cluster/types.ts"
import { isTrue } from "../conditions.ts"
import { kind, type Skupper } from "./common.ts"
import { selectedPods } from "./router-pods.ts"

/** The objects of a kind that the controller has configured, and that are not being deleted. */
export const configuredObjects = (
  { store }: Pick<Skupper, "store">,
  what: string,
  namespace: string,
): KubeObject[] =>
  kind(store, what)
    .list(namespace)
    .filter((one) => isTrue(one, "Configured") && one.metadata.deletionTimestamp === undefined)

/** Whether links from other sites may come in. */
export const acceptsLinks = ({ store }: Pick<Skupper, "store">, namespace: string): boolean =>
  kind(store, "RouterAccess").list(namespace).length > 0

/** The router's own port behind a Listener's Service; undefined until the Service is there. */
export function listenerPort(
  { store }: Pick<Skupper, "store">,
  { metadata, spec }: KubeObject,
): number | undefined {
  const service = store.of("v1", "Service").get(metadata.namespace, spec.host)
  const port = service?.spec.ports?.find((one: { port: number }) => one.port === spec.port)?.targetPort
  return typeof port === "number" ? port : undefined
}

/** What a Connector leads to: a host, or pods with name and uid. */
export interface Target {
  readonly host: string
  readonly pod?: string
  readonly process?: string
}

export function targetsOf(skupper: Pick<Skupper, "store">, connector: KubeObject): Target[] {
  const { host } = connector.spec
  if (host) return [{ host }]
  return selectedPods(skupper, connector).map(({ metadata, status }) => ({
    ...{ host: status?.podIP, pod: metadata.name },
    ...(metadata.uid !== undefined && { process: metadata.uid }),
  }))
}

/** Where a Link leads to another router. */
export const interRouter = ({ spec }: KubeObject): { host: string; port: string }[] =>
  (spec.endpoints as { name: string; host: string; port: string }[]).filter(
    ({ name }) => name === "inter-router",
  )
