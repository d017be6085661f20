/** `skupper connector` */
import { pathOf, StatusError, type Thing } from "../client.ts"
import { type Call, resource } from "./call.ts"
import { badText, isHost, readWorkload, type Workload } from "./checks.ts"
import { commandsOf, field, flag, messageOf, statusOf } from "./endpoint.ts"

const KINDS: Readonly<Record<Workload["type"], { kind: string; version: string; plural: string }>> = {
  deployment: { kind: "Deployment", version: "apps/v1", plural: "deployments" },
  service: { kind: "Service", version: "v1", plural: "services" },
  daemonset: { kind: "DaemonSet", version: "apps/v1", plural: "daemonsets" },
  statefulset: { kind: "StatefulSet", version: "apps/v1", plural: "statefulsets" },
}

/** The selector of a workload's pods, `k=v,k=v`. Notes what is wrong. */
async function selectorOf(call: Call, text: string): Promise<string> {
  const workload = readWorkload(text)
  if (typeof workload === "string") {
    call.check(workload, "workload is not valid")
    return ""
  }
  const { kind, version, plural } = KINDS[workload.type]
  let found: Thing
  try {
    found = await call.client.json("GET", pathOf(version, plural, call.namespace, workload.name))
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    call.check(`failed trying to get ${kind} specified by workload: ${error.message}`)
    return ""
  }
  const labels = kind === "Service" ? found.spec?.selector : found.spec?.selector?.matchLabels
  if (labels === undefined || labels === null) {
    call.check(`workload, no selector ${kind === "Service" ? "labels" : "Matchlabels"} found`)
    return ""
  }
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",")
}

/** Pods by one of host, selector and workload; without any by `app=NAME`. */
async function prepare(call: Call) {
  const { flags } = call
  const [host, asked, workload] = [flags.text("host"), flags.text("selector"), flags.text("workload")]
  let selector = asked
  if (host !== "") {
    if (workload !== "" || asked !== "")
      call.check("If host is configured, cannot configure workload or selector")
    if (!isHost(host)) call.check("host is not valid: a valid IP address or hostname is expected")
  }
  if (asked !== "") {
    if (workload !== "" || host !== "")
      call.check("If selector is configured, cannot configure workload or host")
    call.check(badText("selector", asked), "selector is not valid")
  }
  if (workload !== "") {
    if (asked !== "" || host !== "")
      call.check("If workload is configured, cannot configure selector or host")
    selector = await selectorOf(call, workload)
  }
  return () => {
    const [name = "", port] = call.args
    const credentials = flags.text("tls-credentials")
    const pods = host !== "" ? { host } : { selector: selector || `app=${name}` }
    return resource(
      "Connector",
      name,
      {
        routingKey: flags.text("routing-key") || name,
        port: Number(port),
        type: flags.text("type"),
        ...pods,
        ...(credentials && { tlsCredentials: credentials }),
        ...(flags.on("include-not-ready") && { includeNotReadyPods: true }),
      },
      call.namespace,
    )
  }
}

export const connector = commandsOf({
  word: "connector",
  kind: "Connector",
  plural: "connectors",
  flags: [
    { name: "routing-key", short: "r" },
    { name: "selector" },
    { name: "workload" },
    { name: "include-not-ready", type: "bool", default: "false" },
  ],
  columns: [
    ["NAME", (one) => one.metadata.name],
    ["STATUS", statusOf],
    ["ROUTING-KEY", field("routingKey")],
    ["SELECTOR", field("selector")],
    ["HOST", field("host")],
    ["PORT", field("port", "0")],
    ["HAS MATCHING LISTENER", flag("hasMatchingListener")],
    ["MESSAGE", messageOf],
  ],
  lines: [
    ["Name:\t", (one) => one.metadata.name],
    ["Status:\t", statusOf],
    ["Routing key:\t", field("routingKey")],
    ["Selector:\t", field("selector")],
    ["Host:\t", field("host")],
    ["Port:\t", field("port", "0")],
    // The real one has no tab here.
    ["Has Matching Listener:", flag("hasMatchingListener")],
    ["Message:\t", messageOf],
  ],
  prepare,
})
