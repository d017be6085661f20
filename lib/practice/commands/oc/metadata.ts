/** `oc label` and `oc annotate` */
import { isDeepStrictEqual } from "node:util"
import { pathOf, type Thing } from "../client.ts"
import { say } from "../exit.ts"
import { type Call, type Command, fail } from "./call.ts"
import { discover, fullName } from "./discovery.ts"
import { readAsked } from "./get.ts"

type Field = "labels" | "annotations"

/** `key=value` sets, `key-` takes away; what stands before is the resource. */
function readChanges(
  args: readonly string[],
  field: Field,
): { resources: string[]; changes: Record<string, string | null> } {
  const isChange = (one: string) => one.includes("=") || (one.endsWith("-") && one.length > 1)
  const first = args.findIndex((arg, index) => index > 0 && isChange(arg))
  const resources = first < 0 ? [...args] : args.slice(0, first)
  const changes: Record<string, string | null> = {}
  for (const it of first < 0 ? [] : args.slice(first)) {
    if (!isChange(it))
      throw fail(`all resources must be specified before ${field.slice(0, -1)} changes: ${it}`)
    const at = it.indexOf("=")
    if (at < 0) changes[it.slice(0, -1)] = null
    else changes[it.slice(0, at)] = it.slice(at + 1)
  }
  return { resources, changes }
}

async function change(call: Call, field: Field): Promise<void> {
  const word = field.slice(0, -1)
  const { resources, changes } = readChanges(call.args, field)
  if (resources.length === 0)
    throw fail("one or more resources must be specified as <resource> <name> or <resource>/<name>")
  if (Object.keys(changes).length === 0) throw fail(`at least one ${word} update is required`)
  const asked = readAsked(await discover(call), resources)
  const client = await call.client()
  const inside = await call.namespace()
  const all = call.flags.on("all") || call.flags.text("selector") !== ""
  for (const { served, names } of asked) {
    const namespace = served.namespaced ? inside : undefined
    const collection = pathOf(served.apiVersion, served.plural, namespace)
    const selector = call.flags.text("selector")
    const query = selector === "" ? "" : `?labelSelector=${encodeURIComponent(selector)}`
    if (names.length === 0 && !all)
      throw fail("one or more resources must be specified as <resource> <name> or <resource>/<name>")
    const found: Thing[] = all
      ? (await client.json("GET", collection + query)).items
      : await Promise.all(
          names.map((name) => client.json("GET", pathOf(served.apiVersion, served.plural, namespace, name))),
        )
    for (const it of found) {
      const { name } = it.metadata
      const before = it.metadata[field] ?? {}
      if (!call.flags.on("overwrite")) {
        for (const [key, value] of Object.entries(changes)) {
          if (value === null || before[key] === undefined || before[key] === value) continue
          throw fail(
            field === "labels"
              ? `'${key}' already has a value (${before[key]}), and --overwrite is false`
              : `--overwrite is false but found the following declared annotation(s): '${key}' already has a value (${before[key]})`,
          )
        }
      }
      const next: Record<string, string> = { ...before }
      for (const [key, value] of Object.entries(changes)) {
        if (value !== null) next[key] = value
        else if (key in next) delete next[key]
        else say(`${word} "${key}" not found.`)
      }
      const path = pathOf(served.apiVersion, served.plural, namespace, name)
      const same = isDeepStrictEqual(before, next)
      if (!same || field === "annotations") {
        await client.json(
          "PATCH",
          `${path}?fieldManager=kubectl-${word === "label" ? "label" : "annotate"}`,
          { metadata: { [field]: changes } },
          {
            type: "application/merge-patch+json",
          },
        )
      }
      const cleared = Object.values(changes).every((value) => value === null)
      const what =
        field === "annotations" ? "annotated" : same ? "not labeled" : cleared ? "unlabeled" : "labeled"
      say(`${fullName(served, name)} ${what}`)
    }
  }
}

const FLAGS = [
  { name: "overwrite", type: "bool", default: "false" },
  { name: "all", type: "bool", default: "false" },
  { name: "selector", short: "l" },
] as const

export const metadataCommands: Command[] = [
  {
    name: "label",
    use: "TYPE NAME KEY_1=VAL_1 ... KEY_N=VAL_N",
    short: "Update the labels on a resource",
    flags: FLAGS,
    run: (call) => change(call, "labels"),
  },
  {
    name: "annotate",
    use: "TYPE NAME KEY_1=VAL_1 ... KEY_N=VAL_N",
    short: "Update the annotations on a resource",
    flags: FLAGS,
    run: (call) => change(call, "annotations"),
  },
]
