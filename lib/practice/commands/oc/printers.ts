/** Objects as `-o` asks for them, and as tables. A server that gives tables itself is believed first. */
import type { Json, Thing } from "../client.ts"
import { say } from "../exit.ts"
import { sorted, toYaml } from "../yaml.ts"
import { age } from "./age.ts"
import { fail } from "./call.ts"
import { evaluate, render } from "./jsonpath.ts"

const withoutManaged = (object: Json): Json => {
  if (Array.isArray(object.items)) return { ...object, items: object.items.map(withoutManaged) }
  const { managedFields, ...metadata } = object.metadata ?? {}
  return { ...object, metadata }
}

/** `json`, `yaml`, `jsonpath=…` */
export const isPrinted = (output: string): boolean =>
  /^(json|yaml|jsonpath=.*|jsonpath-as-json=.*)$/s.test(output)

/** @throws Exit for an output that is not known */
export const printAs = async (output: string, object: Json): Promise<void> => {
  if (output === "json") return say(JSON.stringify(sorted(withoutManaged(object)), undefined, 4))
  if (output === "yaml") {
    process.stdout.write(await toYaml(withoutManaged(object)))
    return
  }
  const path = /^jsonpath=([\s\S]*)$/.exec(output)?.[1]
  if (path === undefined) {
    throw fail(
      `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: json,jsonpath,name,wide,yaml`,
    )
  }
  process.stdout.write(render(path, object))
}

interface Column {
  readonly name: string
  readonly value: (thing: Thing) => string
  readonly wide?: boolean
}

const text = (value: unknown): string =>
  value === undefined || value === null
    ? ""
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value)

const at =
  (path: string, empty = "") =>
  (thing: Thing): string => {
    const [value] = evaluate(thing, path)
    return value === undefined ? empty : text(value)
  }
const column = (name: string, path: string, empty = ""): Column => ({ name, value: at(path, empty) })
const wide = (name: string, value: (thing: Thing) => string): Column => ({ name, value, wide: true })

const NAME = column("NAME", ".metadata.name")
const AGE: Column = { name: "AGE", value: (it) => age(it.metadata.creationTimestamp) }
const images = (it: Thing) =>
  (it.spec?.template?.spec?.containers ?? []).map((one: Json) => one.image).join(",")
const names = (it: Thing) =>
  (it.spec?.template?.spec?.containers ?? []).map((one: Json) => one.name).join(",")
const labels = (map: Json): string =>
  Object.entries(map ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(",") || "<none>"
const selector = (it: Thing) => labels(it.spec?.selector?.matchLabels ?? it.spec?.selector)
const count = (path: string): ((it: Thing) => string) => at(path, "0")

const podStatus = (it: Thing): string => {
  if (it.metadata.deletionTimestamp) return "Terminating"
  for (const container of it.status?.containerStatuses ?? []) {
    const { waiting, terminated } = container.state ?? {}
    if (waiting?.reason) return waiting.reason
    if (terminated) return terminated.reason ?? `ExitCode:${terminated.exitCode}`
  }
  return it.status?.reason ?? it.status?.phase ?? ""
}
const podReady = (it: Thing): string => {
  const statuses: Json[] = it.status?.containerStatuses ?? []
  return `${statuses.filter((one) => one.ready).length}/${(it.spec?.containers ?? []).length}`
}
const restarts = (it: Thing): string =>
  String(
    (it.status?.containerStatuses ?? []).reduce((sum: number, one: Json) => sum + (one.restartCount ?? 0), 0),
  )

const ports = (it: Thing): string =>
  (it.spec?.ports ?? [])
    .map((one: Json) => `${one.port}${one.nodePort ? `:${one.nodePort}` : ""}/${one.protocol ?? "TCP"}`)
    .join(",") || "<none>"
const external = (it: Thing): string => {
  const found = (it.status?.loadBalancer?.ingress ?? []).map((one: Json) => one.ip ?? one.hostname).join(",")
  if (found) return found
  return it.spec?.type === "LoadBalancer" ? "<pending>" : "<none>"
}
const size = (field: string) => (it: Thing) => String(Object.keys(it[field] ?? {}).length)
const skupper = [column("STATUS", ".status.status"), column("MESSAGE", ".status.message")]

/** By kind, as the real servers print them; what is not here has NAME and AGE. */
const TABLES: Readonly<Record<string, readonly Column[]>> = {
  Deployment: [
    NAME,
    { name: "READY", value: (it) => `${count(".status.readyReplicas")(it)}/${count(".spec.replicas")(it)}` },
    { name: "UP-TO-DATE", value: count(".status.updatedReplicas") },
    { name: "AVAILABLE", value: count(".status.availableReplicas") },
    AGE,
    wide("CONTAINERS", names),
    wide("IMAGES", images),
    wide("SELECTOR", selector),
  ],
  ReplicaSet: [
    NAME,
    { name: "DESIRED", value: count(".spec.replicas") },
    { name: "CURRENT", value: count(".status.replicas") },
    { name: "READY", value: count(".status.readyReplicas") },
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
  Secret: [NAME, column("TYPE", ".type"), { name: "DATA", value: size("data") }, AGE],
  ConfigMap: [NAME, { name: "DATA", value: size("data") }, AGE],
  Namespace: [NAME, column("STATUS", ".status.phase"), AGE],
  Project: [
    NAME,
    { name: "DISPLAY NAME", value: (it) => it.metadata.annotations?.["openshift.io/display-name"] ?? "" },
    column("STATUS", ".status.phase"),
  ],
  Node: [NAME, column("VERSION", ".status.nodeInfo.kubeletVersion"), AGE],
  Event: [
    { name: "LAST SEEN", value: (it) => age(it.lastTimestamp ?? it.eventTime) },
    column("TYPE", ".type"),
    column("REASON", ".reason"),
    { name: "OBJECT", value: (it) => `${it.involvedObject?.kind?.toLowerCase()}/${it.involvedObject?.name}` },
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
  Site: [NAME, ...skupper, column("SITES IN NETWORK", ".status.sitesInNetwork")],
  Link: [NAME, skupper[0]!, column("REMOTE SITE", ".status.remoteSiteName"), skupper[1]!],
  AccessGrant: [
    NAME,
    column("REDEMPTIONS ALLOWED", ".spec.redemptionsAllowed"),
    column("EXPIRATION", ".status.expirationTime"),
    ...skupper,
  ],
  AccessToken: [NAME, column("URL", ".spec.url"), column("REDEEMED", ".status.redeemed"), ...skupper],
  Connector: [NAME, column("ROUTING KEY", ".spec.routingKey"), column("PORT", ".spec.port"), ...skupper],
  Listener: [NAME, column("ROUTING KEY", ".spec.routingKey"), column("PORT", ".spec.port"), ...skupper],
}

/** The rows of a table, its heading first. */
export const tableOf = (kind: string, things: readonly Thing[], isWide: boolean): string[][] => {
  const chosen = (TABLES[kind] ?? [NAME, AGE]).filter((it) => isWide || it.wide !== true)
  return [chosen.map((it) => it.name), ...things.map((thing) => chosen.map((it) => it.value(thing)))]
}

/** The rows of a table that the server made (`meta.k8s.io/v1 Table`). */
export const tableFrom = (table: Json, isWide: boolean): string[][] => {
  const shown: number[] = table.columnDefinitions.flatMap((it: Json, index: number) =>
    isWide || it.priority === 0 ? [index] : [],
  )
  return [
    shown.map((index) => String(table.columnDefinitions[index].name).toUpperCase()),
    ...table.rows.map((row: Json) => shown.map((index) => text(row.cells[index]))),
  ]
}
