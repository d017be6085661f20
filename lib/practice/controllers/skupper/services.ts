/** Connector and Listener: two ends of a routing key. */
import type { KubeObject } from "../../../cluster/types.ts"
import { condition, ownedBy } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import {
  CONTROLLED,
  initialisedSite,
  judged,
  kind,
  NO_SITE,
  ROUTER_SELECTOR,
  type Skupper,
  type Verdict,
} from "./common.ts"
import { selectedPods } from "./router-pods.ts"
import type { Memberships } from "./site.ts"

const REQUIRED = ["Configured", "Matched"]
const LISTENER = "internal.skupper.io/listener"

/** Whether any site that was heard has the other end; the condition is missing until there was one. */
function matched(
  { context }: Skupper,
  memberships: Memberships,
  object: KubeObject,
  others: "connectors" | "listeners",
): Record<string, Verdict> {
  const site = memberships.of(object.metadata.namespace ?? "")
  if (site !== undefined && context.network.known(site)[others].has(object.spec.routingKey))
    return { Matched: "ok" }
  if (condition(object, "Matched") === undefined) return {}
  return { Matched: { pending: `No matching ${others}` } }
}

export async function reconcileConnector(
  skupper: Skupper,
  memberships: Memberships,
  key: string,
): Promise<number | void> {
  const { store } = skupper
  const [namespace, name] = splitKey(key)
  const connector = kind(store, "Connector").get(namespace, name)
  if (connector === undefined || connector.metadata.deletionTimestamp !== undefined) return
  if (initialisedSite(store, namespace) === undefined) {
    await store.status(connector, judged(connector, REQUIRED, { Configured: NO_SITE }))
    return
  }
  const { host, selector } = connector.spec
  const any =
    host ||
    store
      .of("v1", "Pod")
      .list(namespace)
      .some((pod) => selectedBy(connector, pod))
  // Nothing at all is said until a pod of the selector was seen.
  if (!any && condition(connector, "Configured")?.message !== "OK") {
    if (condition(connector, "Configured")?.message !== "No active site in namespace") return
  }
  const ready = host || (selector && selectedPods(skupper, connector).length > 0)
  const configured: Verdict = ready ? "ok" : { error: "No matches for selector" }
  await settle(
    skupper,
    connector,
    configured,
    () => matched(skupper, memberships, connector, "listeners"),
    "hasMatchingListener",
  )
}

/** First Configured, then, in a write of its own, Matched. */
async function settle(
  { store }: Skupper,
  object: KubeObject,
  configured: Verdict,
  match: () => Record<string, Verdict>,
  field: "hasMatchingListener" | "hasMatchingConnector",
): Promise<void> {
  const before = condition(object, "Configured")
  if (before?.status !== "True" || configured !== "ok") {
    await store.status(object, judged(object, REQUIRED, { Configured: configured }))
    return // the write's own event goes on
  }
  const verdicts = match()
  const more = verdicts.Matched === undefined ? {} : { [field]: verdicts.Matched === "ok" }
  await store.status(object, judged(object, REQUIRED, { Configured: configured, ...verdicts }, more))
}

export function selectedBy(connector: KubeObject, pod: KubeObject): boolean {
  const wanted = String(connector.spec.selector ?? "")
    .split(",")
    .filter((one) => one !== "")
  return (
    pod.metadata.namespace === connector.metadata.namespace &&
    wanted.length > 0 &&
    wanted.every((one) => {
      const at = one.indexOf("=")
      return pod.metadata.labels?.[one.slice(0, at)] === one.slice(at + 1)
    })
  )
}

/** The router's port for a new listener: the lowest from 1024 that no other has. */
function freePort(skupper: Skupper, taken: Map<string, number>, key: string): number {
  const [namespace] = splitKey(key)
  const used = new Set(
    [...taken].filter(([other]) => splitKey(other)[0] === namespace).map(([, port]) => port),
  )
  for (const service of skupper.store.of("v1", "Service").list(namespace)) {
    if (service.metadata.labels?.[LISTENER] === undefined) continue
    for (const port of service.spec.ports ?? []) used.add(Number(port.targetPort))
  }
  let port = 1024
  while (used.has(port)) port++
  return port
}

export async function reconcileListener(
  skupper: Skupper,
  memberships: Memberships,
  /** Router ports given out, by listener. */
  taken: Map<string, number>,
  key: string,
): Promise<void> {
  const { store } = skupper
  const [namespace, name] = splitKey(key)
  const services = store.of("v1", "Service")
  const listener = kind(store, "Listener").get(namespace, name)
  const mine = services.list(namespace).filter((one) => one.metadata.labels?.[LISTENER] === name)
  for (const it of mine) if (it.metadata.name !== listener?.spec.host) await store.remove(it)
  if (listener === undefined || listener.metadata.deletionTimestamp !== undefined) {
    taken.delete(key)
    return
  }
  const site = initialisedSite(store, namespace)
  if (site === undefined) {
    await store.status(listener, judged(listener, REQUIRED, { Configured: NO_SITE }))
    return
  }
  const { host, port } = listener.spec
  const refuse = (error: string) =>
    store.status(listener, judged(listener, REQUIRED, { Configured: { error } }))
  const twin = kind(store, "Listener")
    .list(namespace)
    .find(
      (one) =>
        one.metadata.name !== name &&
        one.spec.host === host &&
        one.spec.port === port &&
        one.status !== undefined,
    )
  if (twin !== undefined && listener.status?.conditions?.[0]?.status !== "True") {
    await refuse(
      `Listener ${twin.metadata.name} with host ${host} and port ${port} already exists in namespace`,
    )
    return
  }
  const service = services.get(namespace, host)
  if (service !== undefined && service.metadata.labels?.[LISTENER] === undefined) {
    await refuse(`Service ${host} already exists in namespace`)
    return
  }
  const wanted = service?.spec.ports?.find((one: { port: number }) => one.port === port)
  if (wanted === undefined) {
    const targetPort = taken.get(key) ?? freePort(skupper, taken, key)
    taken.set(key, targetPort)
    const ports = [{ name, port, targetPort, protocol: "TCP" }]
    if (service !== undefined) await store.merge(service, { spec: { ports } })
    else {
      await store.ensure({
        apiVersion: "v1",
        kind: "Service",
        metadata: {
          ...{ name: host, namespace, labels: { [LISTENER]: name } },
          annotations: { [CONTROLLED]: "true" },
          ownerReferences: [ownedBy(site, false)],
        },
        spec: { type: "ClusterIP", selector: ROUTER_SELECTOR, ports },
      })
    }
  }
  await settle(
    skupper,
    listener,
    "ok",
    () => matched(skupper, memberships, listener, "connectors"),
    "hasMatchingConnector",
  )
}
