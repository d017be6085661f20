/** What `skupper connector` and `skupper listener` have in common. */
import { orNothing, pathOf, type Thing } from "../client.ts"
import { say } from "../exit.ts"
import type { Flag } from "../flags.ts"
import { columns, SKUPPER } from "../tabwriter.ts"
import { type Call, type Command, OUTPUT, TIMEOUT } from "./call.ts"
import { badNumber, badOption, badText } from "./checks.ts"
import { encode } from "./encode.ts"
import { waitFor, waitGone } from "./wait.ts"

export interface Endpoint {
  /** `connector` */
  readonly word: string
  readonly kind: string
  readonly plural: string
  readonly flags: readonly Flag[]
  /** Of the table: heading and value. */
  readonly columns: readonly (readonly [string, (thing: Thing) => string])[]
  /** Of the single view: what stands before the value, with its tab, and the value. */
  readonly lines: readonly (readonly [string, (thing: Thing) => string])[]
  /** Checks its own flags; gives the resource to create once all is valid. */
  prepare(call: Call): Promise<() => object>
}

/** Name, port, what both kinds have as flags. */
const checkCommon = async (call: Call, { word, plural }: Endpoint): Promise<void> => {
  const [name, port] = call.args
  if (name === undefined || port === undefined) call.check(`${word} name and port must be configured`)
  else if (call.args.length > 2) call.check("only two arguments are allowed for this command")
  else if (name === "") call.check(`${word} name must not be empty`)
  else if (port === "") call.check(`${word} port must not be empty`)
  else {
    const bad = badText("resource", name)
    call.check(bad, `${word} name is not valid`)
    call.check(badNumber(port), `${word} port is not valid`)
    if (bad === undefined && (await call.get(plural, name)) !== undefined) {
      call.check(`There is already a ${word} ${name} created for namespace ${call.namespace}`)
    }
  }
  const key = call.flags.text("routing-key")
  if (key !== "") call.check(badText("resource", key), "routing key is not valid")
  const secret = call.flags.text("tls-credentials")
  if (secret !== "") {
    const found = await call.client
      .json("GET", pathOf("v1", "secrets", call.namespace, secret))
      .catch(orNothing)
    if (found === undefined) call.check("tls-secret is not valid: does not exist")
  }
  const type = call.flags.text("type")
  if (type !== "") call.check(badOption(["tcp"], type), `${word} type is not valid`)
}

async function create(call: Call, endpoint: Endpoint): Promise<void> {
  await call.mustList(endpoint.plural)
  await checkCommon(call, endpoint)
  const made = await endpoint.prepare(call)
  call.checkTimeout()
  call.checkWait()
  call.valid()
  const [name = ""] = call.args
  await call.create(endpoint.plural, made())
  await waitFor(call, endpoint.plural, endpoint.kind, name)
}

const checkName = async (call: Call, { word, plural }: Endpoint): Promise<void> => {
  const [name] = call.args
  if (call.args.length > 1) return call.check("only one argument is allowed for this command")
  if (name === undefined) return
  if (name === "") return call.check(`${word} name must not be empty`)
  const bad = badText("resource", name)
  call.check(bad, `${word} name is not valid`)
  if (bad === undefined && (await call.get(plural, name)) === undefined) {
    call.check(`${word} ${name} does not exist in namespace ${call.namespace}`)
  }
}

async function status(call: Call, endpoint: Endpoint): Promise<void> {
  const things = await call.mustList(endpoint.plural)
  await checkName(call, endpoint)
  call.checkOutput()
  call.valid()
  const output = call.flags.text("output")
  const [name] = call.args
  if (name !== undefined) {
    const thing = (await call.get(endpoint.plural, name))!
    const { apiVersion, kind, ...bare } = thing
    if (output !== "") return say(await encode(output, bare))
    const rows = endpoint.lines.map(([before, value]) => (before + value(thing)).split("\t"))
    for (const line of columns(rows, SKUPPER)) say(line)
    return say()
  }
  if (things.length === 0) return say(`No ${endpoint.plural} found`)
  if (output !== "") {
    for (const thing of things) say(await encode(output, thing))
    return
  }
  const rows = things.map((one) => endpoint.columns.map(([, value]) => value(one)))
  for (const line of columns([endpoint.columns.map(([heading]) => heading), ...rows], SKUPPER)) say(line)
}

async function remove(call: Call, endpoint: Endpoint): Promise<void> {
  await call.mustList(endpoint.plural)
  if (call.args.length === 0) call.check(`${endpoint.word} name must be specified`)
  await checkName(call, endpoint)
  call.checkTimeout()
  call.valid()
  const [name = ""] = call.args
  await call.remove(endpoint.plural, name)
  await waitGone(call, endpoint.plural, endpoint.kind, name, "deleted")
}

/** The commands of a kind. */
export const commandsOf = (endpoint: Endpoint): Command[] => [
  {
    group: endpoint.word,
    verb: "create",
    use: "<name> <port>",
    short: `create a ${endpoint.word}`,
    flags: [
      ...endpoint.flags,
      { name: "host" },
      { name: "type", default: "tcp" },
      { name: "tls-credentials" },
      TIMEOUT("1m0s"),
      { name: "wait", default: "configured" },
    ],
    run: (call) => create(call, endpoint),
  },
  {
    group: endpoint.word,
    verb: "status",
    use: "[name]",
    short: `get status of ${endpoint.plural}`,
    flags: [OUTPUT],
    run: (call) => status(call, endpoint),
  },
  {
    group: endpoint.word,
    verb: "delete",
    use: "<name>",
    short: `delete a ${endpoint.word}`,
    flags: [TIMEOUT("1m0s"), { name: "wait", type: "bool", default: "true" }],
    run: (call) => remove(call, endpoint),
  },
]

export const statusOf = (one: Thing): string => one.status?.status ?? ""
export const messageOf = (one: Thing): string => one.status?.message ?? ""
/** A field of the spec as Go prints it. */
export const field =
  (name: string, empty = "") =>
  (one: Thing): string =>
    String(one.spec?.[name] ?? empty)
/** A boolean of the status. */
export const flag =
  (name: string) =>
  (one: Thing): string =>
    String(one.status?.[name] === true)
