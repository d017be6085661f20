/** `oc apply`, `oc create -f` and `oc create namespace` */
import { isDeepStrictEqual } from "node:util"
import { orNothing, StatusError, type Thing } from "../client.ts"
import { Exit, say, warn } from "../exit.ts"
import { sorted } from "../yaml.ts"
import { type Call, type Command, fail } from "./call.ts"
import { fullName } from "./discovery.ts"
import { about, exitOf } from "./errors.ts"
import { type Manifest, readManifests } from "./manifests.ts"
import { printAs } from "./printers.ts"

const LAST = "kubectl.kubernetes.io/last-applied-configuration"

/** `--dry-run=client|server`; client leaves the server alone. */
function dryRun({ flags }: Call): { query: string; said: string; local: boolean } {
  const mode = flags.text("dry-run")
  if (!["", "none", "client", "server"].includes(mode)) {
    throw fail(`Invalid dry-run value (${mode}). Must be "none", "server", or "client".`)
  }
  const local = mode === "client"
  const server = mode === "server"
  return {
    query: server ? "&dryRun=All" : "",
    said: server ? " (server dry run)" : local ? " (dry run)" : "",
    local,
  }
}

async function tell(call: Call, manifest: Manifest, object: Thing, what: string): Promise<void> {
  const output = call.flags.text("output")
  if (output !== "" && output !== "name") return printAs(output, object)
  const name = fullName(manifest.served, object.metadata.name)
  say(output === "name" ? name : `${name} ${what}`)
}

const conflictText = (error: StatusError): string[] => {
  const lines = error.message.replace(/^.*?Apply failed/, "Apply failed")
  return [
    `error: ${lines}`,
    "Please review the fields above--they currently have other managers. Here",
    "are the ways you can resolve this warning:",
    "* If you intend to manage all of these fields, please re-run the apply",
    "  command with the `--force-conflicts` flag.",
    "* If you do not intend to manage all of the fields, please edit your",
    "  manifest to remove references to the fields that should keep their",
    "  current managers.",
    "* You may co-own fields by updating your manifest to match the existing",
    "  value; in this case, you'll become the manager if the other manager(s)",
    "  stop managing the field (remove it from their configuration).",
    "See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts",
  ]
}

async function applyOnServer(call: Call, manifest: Manifest): Promise<void> {
  const { flags } = call
  const dry = dryRun(call)
  if (dry.local)
    throw fail("--dry-run=client can't be used with --server-side (did you mean --dry-run=server instead?)")
  const manager = flags.text("field-manager") || "kubectl"
  const force = flags.on("force-conflicts")
  const query = `fieldManager=${encodeURIComponent(manager)}&fieldValidation=Strict&force=${force}${dry.query}`
  const client = await call.client()
  try {
    const object = await client.json("PATCH", `${manifest.path}?${query}`, manifest.object, {
      type: "application/apply-patch+yaml",
    })
    await tell(call, manifest, object, `serverside-applied${dry.said}`)
  } catch (error) {
    if (error instanceof StatusError && error.reason === "Conflict") {
      throw new Exit(1, { stderr: conflictText(error) })
    }
    throw error
  }
}

/** Without what the server keeps, and without the remembered configuration itself. */
function configuration({ metadata, status, ...rest }: Thing): Thing {
  const { [LAST]: dropped, ...annotations } = metadata.annotations ?? {}
  return { ...rest, metadata: { ...metadata, annotations } }
}

/** What of `before` is not in `after` any more, as a merge patch that takes it away. */
function removed(before: unknown, after: unknown): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  if (!isMap(before)) return patch
  for (const [key, value] of Object.entries(before)) {
    const next = isMap(after) ? after[key] : undefined
    if (next === undefined || next === null) patch[key] = null
    else if (isMap(value)) {
      const inner = removed(value, next)
      if (Object.keys(inner).length > 0) patch[key] = inner
    }
  }
  return patch
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

function merged(one: Record<string, unknown>, two: Record<string, unknown>): Record<string, unknown> {
  const result = { ...one }
  for (const [key, value] of Object.entries(two)) {
    const known = result[key]
    result[key] = isMap(known) && isMap(value) ? merged(known, value) : value
  }
  return result
}

/** Whether the object has everything of the patch already. */
function holds(object: unknown, patch: unknown): boolean {
  if (patch === null) return object === undefined || object === null
  if (!isMap(patch)) return isDeepStrictEqual(object, patch) || within(object, patch)
  return isMap(object)
    ? Object.entries(patch).every(([key, value]) => holds(object[key], value))
    : Object.keys(patch).length === 0 && object === undefined
}
/** Lists hold a list item by item: what the server has added to an item is no difference. */
const within = (object: unknown, patch: unknown): boolean =>
  Array.isArray(object) &&
  Array.isArray(patch) &&
  object.length === patch.length &&
  patch.every((item, at) => holds(object[at], item))

async function post(call: Call, manifest: Manifest, query: string, object: Thing): Promise<Thing> {
  const client = await call.client()
  try {
    return await client.json("POST", manifest.collection + query, object)
  } catch (error) {
    throw about(error, `error when creating "${manifest.source}"`)
  }
}

async function applyOnClient(call: Call, manifest: Manifest): Promise<void> {
  const client = await call.client()
  const dry = dryRun(call)
  const manager = call.flags.text("field-manager") || "kubectl-client-side-apply"
  const query = `?fieldManager=${encodeURIComponent(manager)}&fieldValidation=Strict${dry.query}`
  const wanted = configuration(manifest.object)
  const last = `${JSON.stringify(sorted(wanted))}\n`
  const annotations = { ...wanted.metadata.annotations, [LAST]: last }
  const object = { ...wanted, metadata: { ...wanted.metadata, annotations } }
  const current: Thing | undefined = await client.json("GET", manifest.path).catch(orNothing)
  if (current === undefined) {
    const made = dry.local ? object : await post(call, manifest, query, object)
    return tell(call, manifest, made, `created${dry.said}`)
  }
  const known = current.metadata.annotations?.[LAST]
  if (known === undefined) {
    warn(
      `Warning: resource ${manifest.served.plural}/${current.metadata.name} is missing the ${LAST} annotation which is required by oc apply. oc apply should only be used on resources created declaratively by either oc create --save-config or oc apply. The missing annotation will be patched automatically.`,
    )
  }
  const before: unknown = known === undefined ? {} : JSON.parse(known)
  const patch = merged(removed(before, wanted), object as Record<string, unknown>)
  if (holds(current, patch)) return tell(call, manifest, current, `unchanged${dry.said}`)
  const type = "application/merge-patch+json"
  const next = dry.local ? current : await client.json("PATCH", manifest.path + query, patch, { type })
  await tell(call, manifest, next, `configured${dry.said}`)
}

/** Does something for each manifest; what fails is told at the end, and keeps nothing from the others. */
async function each(call: Call, work: (manifest: Manifest) => Promise<void>): Promise<void> {
  const failed: Exit[] = []
  for (const manifest of await readManifests(call)) {
    try {
      await work(manifest)
    } catch (error) {
      failed.push(error instanceof Exit ? error : exitOf(error))
    }
  }
  if (failed.length > 0) throw new Exit(1, { stderr: failed.flatMap((one) => one.stderr) })
}

async function apply(call: Call): Promise<void> {
  await each(call, async (manifest) => {
    if (!manifest.object.metadata.name) {
      throw fail(
        `error when retrieving current configuration of:\nfrom server for: "${manifest.source}": resource name may not be empty`,
      )
    }
    await (call.flags.on("server-side") ? applyOnServer : applyOnClient)(call, manifest)
  })
}

const create = async (call: Call): Promise<void> => {
  const [kind, name] = call.args
  const client = await call.client()
  const dry = dryRun(call)
  const manager = call.flags.text("field-manager") || "kubectl-create"
  const query = `?fieldManager=${encodeURIComponent(manager)}&fieldValidation=Strict${dry.query}`
  if (kind === "namespace" || kind === "ns") {
    if (name === undefined || call.args.length > 2) {
      throw fail(
        `exactly one NAME is required, got ${call.args.length - 1}`,
        "See 'oc create namespace -h' for help and examples",
      )
    }
    const object = { apiVersion: "v1", kind: "Namespace", metadata: { name } }
    if (!dry.local) await client.json("POST", `/api/v1/namespaces${query}`, object)
    return say(`namespace/${name} created${dry.said}`)
  }
  if (kind !== undefined && call.flags.all("filename").length === 0) {
    throw fail(`this stand-in for oc creates from files (-f) and namespaces, not ${kind}`)
  }
  await each(call, async (manifest) => {
    const made = dry.local ? manifest.object : await post(call, manifest, query, manifest.object)
    await tell(call, manifest, made, `created${dry.said}`)
  })
}

const FILES = [
  { name: "filename", short: "f", type: "strings" },
  { name: "output", short: "o" },
  { name: "dry-run", default: "none", alone: "client" },
  { name: "field-manager" },
  { name: "validate", default: "strict", alone: "strict" },
] as const

export const applyCommands: Command[] = [
  {
    name: "apply",
    use: "(-f FILENAME | -k DIRECTORY)",
    short: "Apply a configuration to a resource by file name or stdin",
    flags: [
      ...FILES,
      { name: "server-side", type: "bool", default: "false" },
      { name: "force-conflicts", type: "bool", default: "false" },
    ],
    run: apply,
  },
  {
    name: "create",
    use: "-f FILENAME",
    short: "Create a resource from a file or from stdin",
    flags: [...FILES],
    run: create,
  },
]
