/** The columns in which kinds are printed, as the real servers have them. */
import type { KubeObject } from "../../cluster/types.ts"
import { age } from "./age.ts"
import type { Kind } from "./kind.ts"

// biome-ignore lint/suspicious/noExplicitAny: Kubernetes objects are open; each column names the fields it uses.
type Item = any

export interface Column {
  readonly name: string
  readonly value: (object: KubeObject) => string
  readonly wide?: boolean
  /** Its values are whole numbers. */
  readonly count?: boolean
  /** By a definition, with this type. */
  readonly defined?: boolean
  readonly type?: string
}

const text = (value: unknown): string =>
  value === undefined || value === null
    ? ""
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value)

/** A JSONPath of fields and indexes. */
const at =
  (path: string, empty = "") =>
  (object: KubeObject): string => {
    const value = path
      .split(/[.[\]]+/)
      .filter((one) => one !== "")
      .reduce<Item | undefined>((inner, part) => inner?.[part] as Item | undefined, object as never)
    return value === undefined ? empty : text(value)
  }
const column = (name: string, path: string, empty = ""): Column => ({ name, value: at(path, empty) })
const wide = (name: string, value: (object: KubeObject) => string): Column => ({ name, value, wide: true })

const NAME = column("NAME", ".metadata.name")
const AGE: Column = { name: "AGE", value: (one) => age(one.metadata.creationTimestamp) }
const images = (entry: KubeObject) =>
  (entry.spec?.template?.spec?.containers ?? []).map((one: Item) => one.image).join(",")
const names = (entry: KubeObject) =>
  (entry.spec?.template?.spec?.containers ?? []).map((one: Item) => one.name).join(",")
const labels = (map: Item): string =>
  Object.entries(map ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",") || "<none>"
const selector = (one: KubeObject) => labels(one.spec?.selector?.matchLabels ?? one.spec?.selector)
const count = (path: string): ((it: KubeObject) => string) => at(path, "0")

const nodeStatus = ({ spec, status }: KubeObject): string => {
  const ready = (status?.conditions ?? []).find((one: Item) => one.type === "Ready")?.status
  const word = ready === "True" ? "Ready" : ready === "False" ? "NotReady" : "Unknown"
  return spec?.unschedulable ? `${word},SchedulingDisabled` : word
}
const ROLE = "node-role.kubernetes.io/"
const roles = ({ metadata }: KubeObject): string =>
  Object.keys(metadata.labels ?? {})
    .filter((label) => label.startsWith(ROLE))
    .map((label) => label.slice(ROLE.length))
    .sort()
    .join(",") || "<none>"
const address = ({ status }: KubeObject, type: string): string =>
  (status?.addresses ?? []).find((one: Item) => one.type === type)?.address ?? "<none>"
/** `pods: 1/3, requests.cpu: 100m/2` */
const usedOf = ({ status }: KubeObject, isMeant: (name: string) => boolean): string =>
  Object.entries((status?.hard ?? {}) as Record<string, string>)
    .filter(([name]) => isMeant(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${status?.used?.[name] ?? "0"}/${hard}`)
    .join(", ")

/** What the first init container that is not done is up to; undefined where all are. */
function initialising({ spec, status }: KubeObject): string | undefined {
  const statuses: Item[] = status?.initContainerStatuses ?? []
  const at = statuses.findIndex((one) => one.state?.terminated?.exitCode !== 0)
  if (at === -1) return undefined
  const { waiting, terminated } = statuses[at]!.state ?? {}
  if (terminated) return `Init:${terminated.reason || `ExitCode:${terminated.exitCode}`}`
  const reason = waiting?.reason === "PodInitializing" ? undefined : waiting?.reason
  return `Init:${reason || `${at}/${spec?.initContainers?.length ?? statuses.length}`}`
}
function podStatus(one: KubeObject): string {
  if (one.metadata.deletionTimestamp) return "Terminating"
  const initial = initialising(one)
  if (initial !== undefined) return initial
  for (const container of one.status?.containerStatuses ?? []) {
    const { waiting, terminated } = container.state ?? {}
    if (waiting?.reason) return waiting.reason
    if (terminated) return terminated.reason ?? `ExitCode:${terminated.exitCode}`
  }
  return one.status?.reason ?? one.status?.phase ?? ""
}
function podReady(entry: KubeObject): string {
  const statuses: Item[] = entry.status?.containerStatuses ?? []
  return `${statuses.filter((one) => one.ready).length}/${(entry.spec?.containers ?? []).length}`
}
const restarts = (entry: KubeObject): string =>
  String(
    (entry.status?.containerStatuses ?? []).reduce(
      (sum: number, one: Item) => sum + (one.restartCount ?? 0),
      0,
    ),
  )

const ports = (entry: KubeObject): string =>
  (entry.spec?.ports ?? [])
    .map((one: Item) => `${one.port}${one.nodePort ? `:${one.nodePort}` : ""}/${one.protocol ?? "TCP"}`)
    .join(",") || "<none>"
function external(entry: KubeObject): string {
  const found = (entry.status?.loadBalancer?.ingress ?? [])
    .map((one: Item) => one.ip ?? one.hostname)
    .join(",")
  if (found) return found
  return entry.spec?.type === "LoadBalancer" ? "<pending>" : "<none>"
}
const size = (field: string) => (one: KubeObject) => String(Object.keys(one[field] ?? {}).length)

const podSelector = ({ spec }: KubeObject): string =>
  Object.entries((spec?.podSelector?.matchLabels ?? {}) as Record<string, string>)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(",") || "<none>"
const MODES: Readonly<Record<string, string>> = {
  ...{ ReadWriteOnce: "RWO", ReadOnlyMany: "ROX", ReadWriteMany: "RWX", ReadWriteOncePod: "RWOP" },
}
const accessModes = (modes: readonly string[]): string => modes.map((one) => MODES[one] ?? one).join(",")

/** Of the kinds that are simply there. */
const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  NetworkPolicy: [NAME, { name: "POD-SELECTOR", value: podSelector }, AGE],
  PersistentVolumeClaim: [
    NAME,
    {
      name: "STATUS",
      value: (one) => (one.metadata.deletionTimestamp ? "Terminating" : at(".status.phase")(one)),
    },
    { name: "VOLUME", value: at(".spec.volumeName") },
    { name: "CAPACITY", value: at(".status.capacity.storage") },
    { name: "ACCESS MODES", value: ({ status }) => accessModes(status?.accessModes ?? []) },
    { name: "STORAGECLASS", value: at(".spec.storageClassName") },
    { name: "VOLUMEATTRIBUTESCLASS", value: at(".spec.volumeAttributesClassName", "<unset>") },
    AGE,
  ],
  Deployment: [
    NAME,
    {
      name: "READY",
      value: (one) => `${count(".status.readyReplicas")(one)}/${count(".spec.replicas")(one)}`,
    },
    { name: "UP-TO-DATE", value: count(".status.updatedReplicas"), count: true },
    { name: "AVAILABLE", value: count(".status.availableReplicas"), count: true },
    AGE,
    wide("CONTAINERS", names),
    wide("IMAGES", images),
    wide("SELECTOR", selector),
  ],
  ReplicaSet: [
    NAME,
    { name: "DESIRED", value: count(".spec.replicas"), count: true },
    { name: "CURRENT", value: count(".status.replicas"), count: true },
    { name: "READY", value: count(".status.readyReplicas"), count: true },
    AGE,
    wide("CONTAINERS", names),
    wide("IMAGES", images),
    wide("SELECTOR", selector),
  ],
  Pod: [
    NAME,
    { name: "READY", value: podReady },
    { name: "STATUS", value: podStatus },
    { name: "RESTARTS", value: restarts },
    AGE,
    wide("IP", at(".status.podIP", "<none>")),
    wide("NODE", at(".spec.nodeName", "<none>")),
  ],
  Service: [
    NAME,
    column("TYPE", ".spec.type"),
    column("CLUSTER-IP", ".spec.clusterIP", "<none>"),
    { name: "EXTERNAL-IP", value: external },
    { name: "PORT(S)", value: ports },
    AGE,
    wide("SELECTOR", selector),
  ],
  Secret: [NAME, column("TYPE", ".type"), { name: "DATA", value: size("data"), count: true }, AGE],
  ConfigMap: [NAME, { name: "DATA", value: size("data"), count: true }, AGE],
  Namespace: [NAME, column("STATUS", ".status.phase"), AGE],
  Project: [
    NAME,
    { name: "DISPLAY NAME", value: (one) => one.metadata.annotations?.["openshift.io/display-name"] ?? "" },
    column("STATUS", ".status.phase"),
  ],
  Node: [
    NAME,
    { name: "STATUS", value: nodeStatus },
    { name: "ROLES", value: roles },
    AGE,
    column("VERSION", ".status.nodeInfo.kubeletVersion"),
    wide("INTERNAL-IP", (one) => address(one, "InternalIP")),
    wide("EXTERNAL-IP", (one) => address(one, "ExternalIP")),
    wide("OS-IMAGE", at(".status.nodeInfo.osImage", "<unknown>")),
    wide("KERNEL-VERSION", at(".status.nodeInfo.kernelVersion", "<unknown>")),
    wide("CONTAINER-RUNTIME", at(".status.nodeInfo.containerRuntimeVersion", "<unknown>")),
  ],
  ServiceAccount: [
    NAME,
    { name: "SECRETS", value: (one) => String(one.secrets?.length ?? 0), count: true },
    AGE,
  ],
  LimitRange: [NAME, column("CREATED AT", ".metadata.creationTimestamp")],
  ResourceQuota: [
    NAME,
    { name: "REQUEST", value: (one) => usedOf(one, (name) => !name.startsWith("limits")) },
    { name: "LIMIT", value: (one) => usedOf(one, (name) => name.startsWith("limits")) },
    AGE,
  ],
  Event: [
    { name: "LAST SEEN", value: (one) => age(one.lastTimestamp ?? one.eventTime) },
    column("TYPE", ".type"),
    column("REASON", ".reason"),
    {
      name: "OBJECT",
      value: (one) => `${one.involvedObject?.kind?.toLowerCase()}/${one.involvedObject?.name}`,
    },
    column("MESSAGE", ".message"),
  ],
  Route: [
    NAME,
    { name: "HOST/PORT", value: at(".spec.host") },
    column("PATH", ".spec.path"),
    column("SERVICES", ".spec.to.name"),
    column("PORT", ".spec.port.targetPort"),
    column("TERMINATION", ".spec.tls.termination"),
    column("WILDCARD", ".spec.wildcardPolicy", "None"),
  ],
  CustomResourceDefinition: [NAME, column("CREATED AT", ".metadata.creationTimestamp")],
  ClusterServiceVersion: [
    NAME,
    column("DISPLAY", ".spec.displayName"),
    column("VERSION", ".spec.version"),
    column("REPLACES", ".spec.replaces"),
    column("PHASE", ".status.phase"),
  ],
  Subscription: [
    NAME,
    column("PACKAGE", ".spec.name"),
    column("SOURCE", ".spec.source"),
    column("CHANNEL", ".spec.channel"),
  ],
  InstallPlan: [
    NAME,
    column("CSV", ".spec.clusterServiceVersionNames[0]"),
    column("APPROVAL", ".spec.approval"),
    column("APPROVED", ".spec.approved"),
  ],
  CatalogSource: [
    NAME,
    column("DISPLAY", ".spec.displayName"),
    column("TYPE", ".spec.sourceType"),
    column("PUBLISHER", ".spec.publisher"),
    AGE,
  ],
  PackageManifest: [NAME, column("CATALOG", ".status.catalogSourceDisplayName"), AGE],
}

/** A custom resource has the columns of its definition, and what says nothing of columns has its age. */
export function columnsOf({ kind, columns }: Kind): readonly Column[] {
  if (columns === undefined) return COLUMNS[kind] ?? [NAME, AGE]
  return [
    NAME,
    ...columns.map(({ name, jsonPath, type = "string" }) => ({
      ...column(name, jsonPath),
      ...{ defined: true, type, count: type === "integer" },
    })),
  ]
}
