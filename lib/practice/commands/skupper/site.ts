/** `skupper site` */
import { Exit, say } from "../exit.ts"
import { columns, SKUPPER } from "../tabwriter.ts"
import { type Call, type Command, linesOf, OUTPUT, resource, TIMEOUT } from "./call.ts"
import { badOption, badText, LINK_ACCESS } from "./checks.ts"
import { encode } from "./encode.ts"
import { waitFor, waitGone } from "./wait.ts"

const ACCESS = [
  { name: "enable-link-access", type: "bool", default: "false" },
  { name: "link-access-type" },
  { name: "enable-ha", type: "bool", default: "false" },
] as const

const checkName = ({
  args,
  check,
}: Pick<Call, "args"> & { check: (bad: string | undefined, about?: string) => void }) => {
  if (args.length === 0 || args[0] === "") check("site name must not be empty")
  else if (args.length > 1) check("only one argument is allowed for this command.")
  else check(badText("resource", args[0]!), "site name is not valid")
}

const checkAccess = (call: Call): void => {
  const type = call.flags.text("link-access-type")
  if (type === "") return
  call.check(badOption(LINK_ACCESS, type), "link access type is not valid")
  if (!call.flags.on("enable-link-access")) {
    call.check(
      "for the site to work with this type of linkAccess, the --enable-link-access option must be set to true",
    )
  }
}

const specOf = ({ flags }: Call) => ({
  ...(flags.on("enable-link-access") && { linkAccess: flags.text("link-access-type") || "default" }),
  ...(flags.on("enable-ha") && { ha: true }),
})

const create = async (call: Call): Promise<void> => {
  const sites = await call.mustList("sites")
  if (sites.length > 0) call.check("There is already a site created for this namespace")
  checkName({ args: call.args, check: call.check.bind(call) })
  checkAccess(call)
  call.checkTimeout()
  call.checkWait()
  call.valid()
  const name = call.args[0]!
  await call.create("sites", resource("Site", name, specOf(call), call.namespace))
  await waitFor(call, "sites", "Site", name)
}

const status = async (call: Call): Promise<void> => {
  if (call.args.length > 0) call.check("this command does not need any arguments")
  call.checkOutput()
  call.valid()
  const sites = await call.list("sites").catch((error) => {
    throw new Exit(1, { stdout: linesOf(error) })
  })
  if (sites.length === 0) return say("There is no existing Skupper site resource")
  const output = call.flags.text("output")
  if (output !== "") {
    for (const site of sites) say(await encode(output, site))
    return
  }
  const rows = sites.map((one) => [one.metadata.name, one.status?.status ?? "", one.status?.message ?? ""])
  for (const line of columns([["NAME", "STATUS", "MESSAGE"], ...rows], SKUPPER)) say(line)
}

/** The site meant: the named one, or the only one. */
const choose = async (call: Call, purpose: string): Promise<string> => {
  const sites = await call.mustList("sites")
  const names = sites.map((site) => site.metadata.name)
  const [name] = call.args
  if (names.length === 0) call.check(`there is no existing Skupper site resource to ${purpose}`)
  else if (call.args.length > 1) call.check("only one argument is allowed for this command")
  else if (name !== undefined && !names.includes(name)) {
    call.check(`site with name ${JSON.stringify(name)} is not available`)
  } else if (name === undefined && names.length > 1) {
    call.check("site name is required because there are several sites in this namespace")
  }
  return name ?? names[0] ?? ""
}

/** What `--all` takes along: everything of Skupper but the Links, which go with their Site. */
const ALL = [
  "connectors",
  "listeners",
  "accesstokens",
  "accessgrants",
  "routeraccesses",
  "securedaccesses",
  "certificates",
  "attachedconnectors",
  "attachedconnectorbindings",
]

async function remove(call: Call): Promise<void> {
  const name = await choose(call, "delete")
  call.checkTimeout()
  call.valid()
  await call.remove("sites", name)
  for (const plural of call.flags.on("all") ? ALL : []) {
    // Kinds that are not served are passed over.
    const things = await call.list(plural).catch(() => [])
    for (const { metadata } of things) await call.remove(plural, metadata.name)
  }
  await waitGone(call, "sites", "Site", name, "is deleted")
}

/** As the real one: what else the spec holds (`edge`, `settings` …) is lost, and labels and annotations too. */
async function update(call: Call): Promise<void> {
  const name = await choose(call, "update")
  checkAccess(call)
  call.checkTimeout()
  call.checkWait()
  call.valid()
  const site = (await call.get("sites", name))!
  const { linkAccess } = site.spec ?? {}
  const { creationTimestamp, resourceVersion } = site.metadata
  await call.replace("sites", {
    ...resource("Site", name, { ...(linkAccess && { linkAccess }), ...specOf(call) }),
    metadata: { name, namespace: call.namespace, creationTimestamp, resourceVersion },
  })
  await waitFor(call, "sites", "Site", name, "is updated")
}

async function generate(call: Call): Promise<void> {
  checkName({ args: call.args, check: call.check.bind(call) })
  checkAccess(call)
  call.checkOutput()
  call.valid()
  const site = resource("Site", call.args[0]!, specOf(call))
  say(await encode(call.flags.text("output") || "yaml", site))
}

const WAIT = { name: "wait", default: "ready" } as const

export const site: Command[] = [
  {
    group: "site",
    verb: "create",
    use: "<name>",
    short: "Create a new site",
    flags: [...ACCESS, TIMEOUT("3m0s"), WAIT],
    run: create,
  },
  { group: "site", verb: "status", use: "", short: "Get the site status", flags: [OUTPUT], run: status },
  {
    group: "site",
    verb: "delete",
    use: "[name]",
    short: "Delete a site",
    flags: [
      { name: "all", type: "bool", default: "false" },
      TIMEOUT("1m0s"),
      { name: "wait", type: "bool", default: "true" },
    ],
    run: remove,
  },
  {
    group: "site",
    verb: "update",
    use: "[name]",
    short: "Change site settings",
    flags: [...ACCESS, TIMEOUT("30s"), WAIT],
    run: update,
  },
  {
    group: "site",
    verb: "generate",
    use: "<name>",
    short: "Generate a site resource and output it to a file or screen",
    flags: [...ACCESS, { ...OUTPUT, default: "yaml" }],
    run: generate,
  },
]
