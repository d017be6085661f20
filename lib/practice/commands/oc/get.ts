/** `oc get` */
import { createInterface } from "node:readline"
import { age } from "../../apiserver/age.ts"
import { type Json, pathOf, type Thing } from "../client.ts"
import { Exit, say, warn } from "../exit.ts"
import { columns, KUBECTL } from "../tabwriter.ts"
import { type Call, type Command, fail } from "./call.ts"
import { discover, findResource, fullName, type Served } from "./discovery.ts"
import { isPrinted, printAs } from "./printers.ts"

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

/** What is asked for: kinds, each with names or all of it. */
export interface Asked {
  readonly served: Served
  readonly names: readonly string[]
}

/** `deployments`, `deployments a b`, `deployment/a service/b`, `pods,services`. */
export function readAsked(served: readonly Served[], args: readonly string[]): Asked[] {
  const [first = "", ...names] = args
  if (!first.includes("/")) {
    return first.split(",").map((kind) => ({ served: findResource(served, kind), names }))
  }
  return args.map((arg) => {
    const [kind, name, more] = arg.split("/")
    if (!kind || !name || more !== undefined) {
      throw fail(
        "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'oc get resource/<resource_name>' instead of 'oc get resource resource/<resource_name>'",
      )
    }
    return { served: findResource(served, kind), names: [name] }
  })
}

function query(call: Call): string {
  const { flags } = call
  const parameters = new URLSearchParams()
  if (flags.text("selector")) parameters.set("labelSelector", flags.text("selector"))
  if (flags.text("field-selector")) parameters.set("fieldSelector", flags.text("field-selector"))
  return parameters.size === 0 ? "" : `?${parameters}`
}

function sayNothing(call: Call, namespace: string | undefined): void {
  if (call.flags.on("ignore-not-found")) return
  warn(namespace === undefined ? "No resources found" : `No resources found in ${namespace} namespace.`)
}

/** A list, or an object, as a table: nearly every server makes it. */
function tableFrom(answer: Json): Json {
  if (answer.kind === "Table") return answer
  const things = (answer.items ?? [answer]) as Thing[]
  return {
    columnDefinitions: [
      { name: "Name", priority: 0 },
      { name: "Age", priority: 0 },
    ],
    rows: things.map((thing) => ({
      cells: [thing.metadata.name, age(thing.metadata.creationTimestamp)],
      object: thing,
    })),
  }
}

interface Layout {
  /** Names with their kind: one of several kinds. */
  readonly named?: Served
  readonly heading: boolean
}

function printTable(call: Call, tables: readonly Json[], { named, heading }: Layout): void {
  const isWide = call.flags.text("output") === "wide"
  const { columnDefinitions } = tables[0]
  const shown: number[] = columnDefinitions.flatMap((columnDefinition: Json, at: number) =>
    isWide || columnDefinition.priority === 0 ? [at] : [],
  )
  const everywhere = call.flags.on("all-namespaces")
  const rows: string[][] = tables.flatMap((table) =>
    table.rows.map(({ cells, object }: Json) => {
      const texts = shown.map((at) => String(cells[at] ?? ""))
      if (named !== undefined) texts[0] = fullName(named, texts[0]!)
      return everywhere ? [object.metadata.namespace ?? "", ...texts] : texts
    }),
  )
  const titles = shown.map((at) => String(columnDefinitions[at].name).toUpperCase())
  if (heading && !call.flags.on("no-headers")) rows.unshift(everywhere ? ["NAMESPACE", ...titles] : titles)
  for (const line of columns(rows, KUBECTL)) say(line)
}

/** One kind, as a table or by name. @returns whether there is any */
async function showKind(
  call: Call,
  { served, names }: Asked,
  namespace: string | undefined,
  { several, isFirst }: { several: boolean; isFirst: boolean },
): Promise<boolean> {
  const client = await call.client()
  const bare = call.flags.text("output") === "name"
  const paths = names.map((name) => pathOf(served.apiVersion, served.plural, namespace, name))
  const all = pathOf(served.apiVersion, served.plural, namespace) + query(call)
  const found = await settled(
    call,
    (names.length === 0 ? [all] : paths).map((path) =>
      client.json("GET", path, undefined, { accept: TABLE }),
    ),
  )
  const tables = found.values.map(tableFrom)
  const rows: Json[] = tables.flatMap((table) => table.rows)
  if (rows.length > 0) {
    if (!isFirst && !bare) say()
    if (bare) for (const row of rows) say(fullName(served, row.object.metadata.name))
    else printTable(call, tables, { heading: true, ...(several && { named: served }) })
  }
  found.end()
  return rows.length > 0
}

/** What is there is shown, and what is not told after it. */
async function settled<T>(
  call: Call,
  asked: readonly Promise<T>[],
): Promise<{ values: T[]; errors: unknown[]; end(): void }> {
  const results = await Promise.allSettled(asked)
  const values = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []))
  const all = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Json] : []))
  const errors = call.flags.on("ignore-not-found") ? all.filter((one) => one.code !== 404) : all
  return {
    values,
    errors,
    end: () => {
      if (errors.length > 0) throw errors[0]
    },
  }
}

async function showObjects(
  call: Call,
  asked: readonly Asked[],
  namespace: (it: Served) => string | undefined,
) {
  const client = await call.client()
  const path = (served: Served, name?: string) =>
    pathOf(served.apiVersion, served.plural, namespace(served), name)
  const [only] = asked
  const single = asked.length === 1 && only!.names.length === 1
  const found = await settled(
    call,
    asked.flatMap(({ served, names }) =>
      names.length === 0
        ? [client.json("GET", path(served) + query(call))]
        : names.map((name) => client.json("GET", path(served, name))),
    ),
  )
  const output = call.flags.text("output")
  if (single) {
    found.end()
    if (found.values.length > 0) await printAs(output, found.values[0])
    return
  }
  const items = found.values.flatMap((value) =>
    Array.isArray(value.items)
      ? value.items.map((one: Json) => ({
          apiVersion: value.apiVersion,
          kind: value.kind?.replace(/List$/, ""),
          ...one,
        }))
      : [value],
  )
  await printAs(output, { apiVersion: "v1", items, kind: "List", metadata: { resourceVersion: "" } })
  found.end()
}

/** What there is, then every change, until it is interrupted. */
async function watch(call: Call, { served, names }: Asked, namespace: string | undefined): Promise<void> {
  const client = await call.client()
  const output = call.flags.text("output")
  const selected = new URLSearchParams(query(call))
  if (names.length > 1) throw fail("you may only specify a single resource type")
  if (names[0] !== undefined) selected.set("fieldSelector", `metadata.name=${names[0]}`)
  const path = pathOf(served.apiVersion, served.plural, namespace)
  const ask = { accept: isPrinted(output) ? "application/json" : TABLE }
  const list = await client.json("GET", `${path}?${selected}`, undefined, ask)
  const show = async (found: Json, heading: boolean) => {
    if (isPrinted(output)) for (const one of found.items ?? [found]) await printAs(output, one)
    else if (output === "name") {
      for (const it of tableFrom(found).rows) say(fullName(served, it.object.metadata.name))
    } else printTable(call, [tableFrom(found)], { heading })
  }
  if (!call.flags.on("watch-only")) await show(list, true)
  selected.set("watch", "true")
  selected.set("resourceVersion", list.metadata.resourceVersion)
  const stream = await client.open("GET", `${path}?${selected}`, ask)
  for await (const line of createInterface({ input: stream })) {
    const event = JSON.parse(line)
    if (event.type === "ERROR") throw new Exit(1, { stderr: [`error: ${event.object.message}`] })
    if (event.type !== "BOOKMARK") await show(event.object, false)
  }
}

async function get(call: Call): Promise<void> {
  const { flags, args } = call
  if (args.length === 0) {
    throw new Exit(1, {
      stderr: [
        'You must specify the type of resource to get. Use "oc api-resources" for a complete list of supported resources.',
        "",
        "error: Required resource not specified.",
        'Use "oc explain <resource>" for a detailed description of that resource (e.g. oc explain pods).',
        "See 'oc get -h' for help and examples",
      ],
    })
  }
  const output = flags.text("output")
  if (!["", "name", "wide"].includes(output) && !isPrinted(output)) await printAs(output, {})
  const served = await discover(call)
  const asked = readAsked(served, args)
  const inside = await call.namespace()
  const everywhere = flags.on("all-namespaces")
  if (everywhere && asked.some((one) => one.names.length > 0)) {
    throw fail("a resource cannot be retrieved by name across all namespaces")
  }
  const namespace = (one: Served) => (one.namespaced && !everywhere ? inside : undefined)
  if (flags.on("watch") || flags.on("watch-only")) {
    if (asked.length > 1) throw fail("you may only specify a single resource type")
    return watch(call, asked[0]!, namespace(asked[0]!.served))
  }
  if (isPrinted(output)) return showObjects(call, asked, namespace)
  const several = asked.length > 1
  let shown = false
  for (const it of asked) {
    const isAny = await showKind(call, it, namespace(it.served), { several, isFirst: !shown })
    shown ||= isAny
  }
  if (!shown)
    sayNothing(
      call,
      asked.map((one) => namespace(one.served)).find((one) => one !== undefined),
    )
}

export const getCommands: Command[] = [
  {
    name: "get",
    use: "(TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]",
    short: "Display one or many resources",
    flags: [
      { name: "output", short: "o" },
      { name: "selector", short: "l" },
      { name: "field-selector" },
      { name: "watch", short: "w", type: "bool", default: "false" },
      { name: "watch-only", type: "bool", default: "false" },
      { name: "all-namespaces", short: "A", type: "bool", default: "false" },
      { name: "no-headers", type: "bool", default: "false" },
      { name: "ignore-not-found", type: "bool", default: "false" },
    ],
    run: get,
  },
]
