/** What the API server fills into pods, and what it says of their class. */
import type { KubeObject } from "../../cluster/types.ts"
import type { Item } from "./lists.ts"
import { canonical } from "./quantity.ts"

/** Fields that are missing are taken from the defaults; the given ones stay, and come first. */
export function fill(given: Item | undefined, defaults: Item): Item {
  const result: Item = { ...given }
  for (const [key, value] of Object.entries(defaults)) result[key] ??= value
  return result
}

const mapped = (given: Item, field: string, change: (item: Item) => Item): Item =>
  given[field] === undefined || given[field] === null ? {} : { [field]: (given[field] as Item[]).map(change) }

function pullPolicy(image: unknown) {
  const last = String(image ?? "")
    .split("/")
    .at(-1)!
  return last.includes("@") || (last.includes(":") && !last.endsWith(":latest")) ? "IfNotPresent" : "Always"
}

/** @throws Unreadable for an amount that is none */
const amounts = (given: Item): Item =>
  Object.fromEntries(Object.entries(given).map(([name, amount]) => [name, canonical(amount)]))

function resources(given: Item | undefined): Item {
  const limits = given?.limits === undefined ? undefined : amounts(given.limits as Item)
  const requests = given?.requests === undefined ? undefined : amounts(given.requests as Item)
  return {
    ...given,
    ...(limits === undefined ? {} : { limits }),
    ...(requests === undefined ? {} : { requests }),
  }
}

const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"]

/** What a struct within another is given, where it is there. */
const within = (given: Item, field: string, defaults: Item): Item =>
  given[field] ? { [field]: fill(given[field] as Item, defaults) } : {}

const probe = (given: Item): Item =>
  fill(
    {
      ...given,
      ...within(given, "grpc", { service: "" }),
      ...within(given, "httpGet", { path: "/", scheme: "HTTP" }),
    },
    { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  )

const variable = (given: Item): Item => {
  const from = given.valueFrom as Item | undefined
  return from?.fieldRef
    ? { ...given, valueFrom: { ...from, ...within(from, "fieldRef", { apiVersion: "v1" }) } }
    : given
}

const container = (given: Item): Item =>
  fill(
    {
      ...given,
      ...mapped(given, "ports", (port) => fill(port, { protocol: "TCP" })),
      ...mapped(given, "env", variable),
      ...Object.fromEntries(
        PROBES.filter((one) => given[one]).map((one) => [one, probe(given[one] as Item)]),
      ),
      resources: resources(given.resources as Item | undefined),
    },
    {
      terminationMessagePath: "/dev/termination-log",
      terminationMessagePolicy: "File",
      imagePullPolicy: pullPolicy(given.image),
    },
  )

function volume(given: Item): Item {
  const mode = { defaultMode: 420 }
  for (const source of ["secret", "configMap", "projected", "downwardAPI"])
    if (given[source]) return { ...given, [source]: fill(given[source] as Item, mode) }
  return Object.keys(given).length === 1 ? { ...given, emptyDir: {} } : given
}

/** Of a pod and of a workload's template. */
export const podSpec = (given: Item | undefined): Item =>
  fill(
    {
      ...given,
      containers: ((given?.containers as Item[] | undefined) ?? []).map(container),
      ...mapped(given ?? {}, "initContainers", container),
      ...mapped(given ?? {}, "volumes", volume),
    },
    {
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      securityContext: {},
      schedulerName: "default-scheduler",
    },
  )

const tolerations = ["not-ready", "unreachable"].map((one) => ({
  key: `node.kubernetes.io/${one}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 300,
}))

/** A container that only says its limits asks for as much. */
const withRequests = (given: Item): Item => {
  const { limits, requests } = (given.resources ?? {}) as { limits?: Item; requests?: Item }
  if (limits === undefined) return given
  return { ...given, resources: { ...(given.resources as Item), limits, requests: fill(requests, limits) } }
}

/** Of a pod alone: what admission adds. */
export const ownPodSpec = (given: Item | undefined): Item =>
  fill(
    { ...podSpec(given), ...mapped(podSpec(given), "containers", withRequests) },
    {
      ...{ tolerations, priority: 0, enableServiceLinks: true },
      preemptionPolicy: "PreemptLowerPriority",
    },
  )

/** Guaranteed where every container's limits of both are its requests, best effort where nobody asks for anything. */
export function qosClass(pod: KubeObject): string {
  const asked: { requests?: Item; limits?: Item }[] = (pod.spec?.containers ?? []).map(
    (one: Item) => one.resources ?? {},
  )
  if (asked.every((one) => one.requests === undefined && one.limits === undefined)) return "BestEffort"
  const fixed = asked.every(({ requests, limits }) =>
    ["cpu", "memory"].every(
      (one) => limits?.[one] !== undefined && (requests?.[one] ?? limits[one]) === limits[one],
    ),
  )
  return fixed ? "Guaranteed" : "Burstable"
}
