/** `oc logs` */
import { type Json, pathOf, statusError, type Thing } from "../client.ts"
import { warn } from "../exit.ts"
import { invocation } from "../invocation.ts"
import { type Call, type Command, fail } from "./call.ts"
import { discover, findResource } from "./discovery.ts"

const selectorOf = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",")

async function podsOf(call: Call, namespace: string, selector: string): Promise<Thing[]> {
  const client = await call.client()
  const path = `${pathOf("v1", "pods", namespace)}?labelSelector=${encodeURIComponent(selector)}`
  return (await client.json("GET", path)).items
}

/** Ready ones first, the newest of them first. */
function best(pods: readonly Thing[]): Thing | undefined {
  const ready = (entry: Thing) =>
    (entry.status?.conditions ?? []).some((one: Json) => one.type === "Ready" && one.status === "True")
  const made = (entry: Thing) => Date.parse(entry.metadata.creationTimestamp ?? "") || 0
  return [...pods].sort((a, b) => Number(ready(b)) - Number(ready(a)) || made(b) - made(a))[0]
}

/** The pods of `POD`, `pod/POD`, `deployment/NAME`, or of `-l`. */
async function chosen(call: Call, namespace: string): Promise<Thing[]> {
  const client = await call.client()
  const selector = call.flags.text("selector")
  if (selector !== "") return podsOf(call, namespace, selector)
  const [asked = "", container] = call.args
  if (asked === "") {
    throw fail(
      "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.",
      "POD or TYPE/NAME is a required argument for the logs command",
      "See 'oc logs -h' for help and examples",
    )
  }
  if (container !== undefined && call.flags.text("container") !== "") {
    throw fail("only one of -c or an inline [CONTAINER] arg is allowed")
  }
  const kinds = await discover(call, 4)
  if (!asked.includes("/")) return [await client.json("GET", pathOf("v1", "pods", namespace, asked))]
  const [kind = "", name = ""] = asked.split("/")
  const served = findResource(kinds, kind)
  const found = await client.json("GET", pathOf(served.apiVersion, served.plural, namespace, name))
  if (served.kind === "Pod") return [found]
  const labels = found.spec?.selector?.matchLabels ?? found.spec?.selector
  if (!labels) throw fail(`cannot get the logs from ${served.apiVersion}, Kind=${served.kind}`)
  const pods = await podsOf(call, namespace, selectorOf(labels))
  const pod = best(pods)
  if (pod === undefined) throw fail("timed out waiting for the condition")
  if (pods.length > 1) warn(`Found ${pods.length} pods, using pod/${pod.metadata.name}`)
  return [pod]
}

function containerOf(call: Call, pod: Thing): string {
  const asked = call.flags.text("container") || call.args[1] || ""
  const all: string[] = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(
    (one: Json) => one.name,
  )
  if (asked !== "") {
    if (!all.includes(asked)) throw fail(`container ${asked} is not valid for pod ${pod.metadata.name}`)
    return asked
  }
  const first: string = pod.spec?.containers?.[0]?.name ?? ""
  if (all.length > 1) warn(`Defaulted container "${first}" out of: ${all.join(", ")}`)
  return first
}

async function logs(call: Call): Promise<void> {
  const { flags } = call
  const client = await call.client()
  const namespace = await call.namespace()
  const pods = await chosen(call, namespace)
  if (pods.length === 0) return warn(`No resources found in ${namespace} namespace.`)
  for (const pod of pods) {
    const query = new URLSearchParams({ container: containerOf(call, pod) })
    if (flags.on("follow")) query.set("follow", "true")
    if (flags.on("previous")) query.set("previous", "true")
    if (flags.on("timestamps")) query.set("timestamps", "true")
    const tail = flags.given("tail") ? flags.number("tail") : flags.text("selector") === "" ? -1 : 10
    if (tail >= 0) query.set("tailLines", String(tail))
    if (flags.given("since")) query.set("sinceSeconds", String(Math.ceil(flags.duration("since") / 1000)))
    const path = `${pathOf("v1", "pods", namespace, pod.metadata.name)}/log?${query}`
    const answer = await client.open("GET", path, { accept: "*/*" })
    if ((answer.statusCode ?? 0) >= 300) {
      let text = ""
      for await (const chunk of answer) text += chunk
      throw statusError({ status: answer.statusCode ?? 0, headers: answer.headers, text })
    }
    for await (const chunk of answer) {
      // A slow reader is waited for.
      if (!invocation().write("stdout", chunk)) await invocation().drained()
    }
  }
}

export const logsCommands: Command[] = [
  {
    name: "logs",
    use: "[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]",
    short: "Print the logs for a container in a pod",
    flags: [
      { name: "follow", short: "f", type: "bool", default: "false" },
      { name: "previous", short: "p", type: "bool", default: "false" },
      { name: "container", short: "c" },
      { name: "selector", short: "l" },
      { name: "tail", type: "int", default: "-1" },
      { name: "since", type: "duration", default: "0s" },
      { name: "timestamps", type: "bool", default: "false" },
    ],
    run: logs,
  },
]
