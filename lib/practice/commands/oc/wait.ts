/** `oc wait` */
import { type Json, pathOf, type Thing } from "../client.ts"
import { say } from "../exit.ts"
import { type Call, type Command, fail } from "./call.ts"
import { discover, fullName } from "./discovery.ts"
import { follow, inTime } from "./follow.ts"
import { readAsked } from "./get.ts"
import { evaluate } from "./jsonpath.ts"

type Test = (it: Thing) => boolean

/** `condition=Ready`, `condition=Ready=false`: a condition of an older generation does not count. */
function byCondition(asked: string): Test {
  const [type = "", status = "true"] = asked.split("=")
  return ({ metadata, status: now }) => {
    const found = (now?.conditions ?? []).find((one: Json) => one.type.toLowerCase() === type.toLowerCase())
    const observed = found?.observedGeneration ?? now?.observedGeneration
    if (observed !== undefined && observed < (metadata.generation ?? 0)) return false
    return found?.status.toLowerCase() === status.toLowerCase()
  }
}

/** `jsonpath={.status.phase}=Succeeded`; without a value it only has to be there. */
const byPath = (asked: string): Test => {
  const [, path, value] = /^\{(.*)\}(?:=(.*))?$/s.exec(asked) ?? []
  if (path === undefined) throw fail(`this stand-in for oc takes jsonpath={.path}=value, not ${asked}`)
  return (one) => {
    const found = evaluate(one, path)
    return value === undefined ? found.length > 0 : found.length === 1 && String(found[0]) === value
  }
}

function testOf(asked: string): Test {
  if (asked.startsWith("condition=")) return byCondition(asked.slice("condition=".length))
  if (asked.startsWith("jsonpath=")) return byPath(asked.slice("jsonpath=".length))
  throw fail(`unrecognized condition: ${JSON.stringify(asked)}`)
}

async function wait(call: Call): Promise<void> {
  const { flags } = call
  const client = await call.client()
  const namespace = await call.namespace()
  const test = testOf(flags.text("for"))
  const timeout = flags.duration("timeout")
  for (const { served, names } of readAsked(await discover(call), call.args)) {
    const collection = pathOf(served.apiVersion, served.plural, served.namespaced ? namespace : undefined)
    const query = flags.text("selector") && `?labelSelector=${encodeURIComponent(flags.text("selector"))}`
    if (names.length === 0 && !flags.on("all") && query === "") {
      throw fail("resource(s) were provided, but no name was specified")
    }
    for (const name of names) await client.json("GET", `${collection}/${name}`)
    const found: string[] =
      names.length > 0
        ? [...names]
        : (await client.json("GET", collection + query)).items.map((item: Thing) => item.metadata.name)
    if (found.length === 0) throw fail("no matching resources found")
    for (const name of found) {
      const late = `timed out waiting for the condition on ${served.plural}/${name}`
      const isMet = (one: Thing | undefined): boolean => {
        if (one !== undefined && test(one)) return true
        // Looked at once, and not waited for.
        if (timeout === 0) throw fail(late)
        return false
      }
      await inTime(follow(client, collection, name, isMet), timeout, late)
      say(`${fullName(served, name)} condition met`)
    }
  }
}

export const waitCommands: Command[] = [
  {
    name: "wait",
    use: "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=condition=X]",
    short: "Wait for a specific condition on one or many resources",
    flags: [
      { name: "for" },
      { name: "all", type: "bool", default: "false" },
      { name: "selector", short: "l" },
      { name: "timeout", type: "duration", default: "30s" },
    ],
    run: wait,
  },
]
