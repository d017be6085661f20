/** `oc delete` */
import { setTimeout as delay } from "node:timers/promises"
import { orNothing, pathOf, StatusError } from "../client.ts"
import { say } from "../exit.ts"
import { type Call, type Command, fail } from "./call.ts"
import { discover, type Served } from "./discovery.ts"
import { readAsked } from "./get.ts"
import { readManifests } from "./manifests.ts"

interface Target {
  readonly served: Served
  readonly name: string
  readonly namespace: string | undefined
}

async function targets(call: Call): Promise<Target[]> {
  const { flags, args } = call
  if (flags.all("filename").length > 0) {
    return (await readManifests(call)).map(({ served, object, namespace }) => ({
      served,
      name: object.metadata.name,
      namespace,
    }))
  }
  const selector = flags.text("selector")
  const many = selector !== "" || flags.on("all")
  if (args.length === 0) throw fail("You must provide one or more resources by argument or filename.")
  const asked = readAsked(await discover(call), args)
  const client = await call.client()
  const inside = await call.namespace()
  const found: Target[] = []
  for (const { served, names } of asked) {
    const namespace = served.namespaced ? inside : undefined
    if (names.length === 0 && !many) {
      throw fail("resource(s) were provided, but no name was specified")
    }
    if (names.length > 0 && many) {
      throw fail(
        selector !== ""
          ? "name cannot be provided when a selector is specified"
          : "setting 'all' parameter but found a non empty selector.",
      )
    }
    const query = selector === "" ? "" : `?labelSelector=${encodeURIComponent(selector)}`
    const list = many
      ? await client.json("GET", pathOf(served.apiVersion, served.plural, namespace) + query)
      : undefined
    const all: readonly string[] =
      list?.items.map((item: { metadata: { name: string } }) => item.metadata.name) ?? names
    found.push(...all.map((name) => ({ served, name, namespace })))
  }
  return found
}

/** Looks until an object of this uid is gone. */
async function gone(call: Call, path: string, uid: string | undefined): Promise<void> {
  const client = await call.client()
  for (;;) {
    const found = await client.json("GET", path).catch(orNothing)
    if (found === undefined || (uid !== undefined && found.metadata.uid !== uid)) return
    await delay(200)
  }
}

async function remove(call: Call): Promise<void> {
  const client = await call.client()
  const found = await targets(call)
  if (found.length === 0) return say("No resources found")
  const waiting: Promise<void>[] = []
  for (const { served, name, namespace } of found) {
    const path = pathOf(served.apiVersion, served.plural, namespace, name)
    const cascade = { background: "Background", foreground: "Foreground", orphan: "Orphan" }[
      call.flags.text("cascade")
    ]
    if (cascade === undefined) {
      throw fail(
        `invalid cascade value (${call.flags.text("cascade")}). Must be "background", "foreground", or "orphan"`,
      )
    }
    const grace = call.flags.number("grace-period")
    try {
      const answer = await client.json("DELETE", path, {
        propagationPolicy: cascade,
        ...(grace >= 0 && { gracePeriodSeconds: grace }),
      })
      const uid: string | undefined = answer.metadata?.uid ?? answer.details?.uid
      const kind = `${served.kind.toLowerCase()}${served.group === "" ? "" : `.${served.group}`}`
      if (call.flags.text("output") === "name") say(`${kind}/${name}`)
      else say(`${kind} "${name}" deleted${namespace === undefined ? "" : ` from ${namespace} namespace`}`)
      if (call.flags.on("wait")) waiting.push(gone(call, path, uid))
    } catch (error) {
      const missing = error instanceof StatusError && error.code === 404
      if (!missing || !call.flags.on("ignore-not-found")) throw error
    }
  }
  await Promise.all(waiting)
}

export const deleteCommands: Command[] = [
  {
    name: "delete",
    use: "([-f FILENAME] | TYPE [(NAME | -l label | --all)])",
    short: "Delete resources by file names, stdin, resources and names, or by resources and label selector",
    flags: [
      { name: "filename", short: "f", type: "strings" },
      { name: "selector", short: "l" },
      { name: "all", type: "bool", default: "false" },
      { name: "ignore-not-found", type: "bool", default: "false" },
      { name: "wait", type: "bool", default: "true" },
      { name: "cascade", default: "background", alone: "background" },
      { name: "grace-period", type: "int", default: "-1" },
      { name: "output", short: "o" },
    ],
    run: remove,
  },
]
