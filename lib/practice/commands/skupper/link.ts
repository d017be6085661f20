/** `skupper link` */
import { orNothing, pathOf, StatusError, type Thing } from "../client.ts"
import { Exit, say } from "../exit.ts"
import { poll } from "../poll.ts"
import { columns, SKUPPER } from "../tabwriter.ts"
import { API, type Call, type Command, failed, isReady, OUTPUT, resource, TIMEOUT } from "./call.ts"
import { badNumber, badText } from "./checks.ts"
import { encode } from "./encode.ts"
import { waitFor, waitGone } from "./wait.ts"

const secretPath = (call: Call, name: string) => pathOf("v1", "secrets", call.namespace, name)

const status = async (call: Call): Promise<void> => {
  await call.mustList("links")
  if ((await call.mustList("sites")).length === 0) call.check("there is no skupper site available")
  if (call.args.length > 1) call.check("this command only accepts one argument")
  call.checkOutput()
  call.valid()
  const output = call.flags.text("output")
  const [name] = call.args
  if (name) {
    const link = await call.get("links", name)
    if (link === undefined) throw new Exit(1, { stdout: [`links.skupper.io "${name}" not found`] })
    const { apiVersion, kind, ...bare } = link
    if (output !== "") return say(await encode(output, bare))
    say(`Name\t: ${link.metadata.name}`)
    say(`Status\t: ${link.status?.status ?? ""}`)
    say(`Cost\t: ${link.spec?.cost ?? 0}`)
    return say(`Message\t: ${link.status?.message ?? ""}`)
  }
  const links = await call.list("links")
  if (links.length === 0) return say("There are no link resources in the namespace")
  if (output !== "") {
    for (const link of links) say(await encode(output, link))
    return
  }
  const rows = links.map((one) => [
    one.metadata.name,
    one.status?.status ?? "",
    String(one.spec?.cost ?? 0),
    one.status?.message ?? "",
  ])
  for (const line of columns([["NAME", "STATUS", "COST", "MESSAGE"], ...rows], SKUPPER)) say(line)
}

/** The Links to a site: one for each group of its endpoints. */
function linksTo(site: Thing, credentials: string, cost: number): Thing[] {
  const groups = new Map<string, object[]>()
  for (const endpoint of site.status?.endpoints ?? []) {
    const { group = "", host, name, port } = endpoint
    groups.set(group, [...(groups.get(group) ?? []), { group, host, name, port }])
  }
  return [...groups].map(([group, endpoints]) =>
    resource("Link", `link-${site.metadata.name}-${group}`, { cost, endpoints, tlsCredentials: credentials }),
  )
}

/** The client certificate for a link, made by the controller: its Secret. */
async function credentialsFor(call: Call, site: Thing, name: string): Promise<Thing> {
  if ((await call.get("certificates", name)) === undefined) {
    const hosts = (site.status?.endpoints ?? []).map((one: { host: string }) => one.host).join(",")
    const spec = { ca: site.status?.defaultIssuer, client: true, subject: hosts }
    await call.create("certificates", resource("Certificate", name, spec))
  }
  let made: Thing | undefined
  const inTime = await poll(call.flags.duration("timeout"), async () => {
    made = await call.client.json("GET", secretPath(call, name)).catch(orNothing)
    return made !== undefined
  })
  if (!inTime) throw failed(`TLS secret "${name}" not ready yet, check the status for more information`)
  const { "ca.crt": ca, "tls.crt": certificate, "tls.key": key } = made!.data
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name },
    type: "kubernetes.io/tls",
    data: { "ca.crt": ca, "tls.crt": certificate, "tls.key": key },
  }
}

const generate = async (call: Call): Promise<void> => {
  const { flags } = call
  await call.mustList("certificates")
  const sites = await call.mustList("sites")
  if (sites.length === 0) call.check("there is no skupper site in this namespace")
  const site = sites.find(isReady)
  if (site === undefined) call.check("there is no active skupper site in this namespace")
  if (call.args.length > 0) call.check("arguments are not allowed in this command")
  const asked = flags.text("tls-credentials")
  const own = flags.on("generate-credential")
  if (asked === "" && !own) call.check("the TLS secret name was not specified")
  else if (asked !== "") call.check(badText("resource", asked), "the name of the tls secret is not valid")
  call.check(badNumber(flags.text("cost")), "link cost is not valid")
  call.checkOutput()
  call.checkTimeout()
  call.valid()
  if ((site!.status?.endpoints ?? []).length === 0) {
    throw new Exit(1, {
      stdout: [
        "A link cannot be generated because link access is not enabled. ",
        ' Use "skupper site update --enable-link-access" to enable it.',
      ],
    })
  }
  const credentials = asked || `link-${site!.metadata.name}`
  const things = linksTo(site!, credentials, flags.number("cost"))
  if (own) things.push(await credentialsFor(call, site!, credentials))
  const output = flags.text("output") || "yaml"
  for (const [at, thing] of things.entries()) {
    if (at > 0 && output === "yaml") say("---")
    say(await encode(output, thing))
  }
}

/** The link that is named. */
const choose = async (call: Call, why: (error: unknown) => string): Promise<string> => {
  await call.mustList("links")
  if ((await call.mustList("sites")).length === 0) call.check("there is no skupper site in this namespace")
  const [name] = call.args
  if (!name) call.check("link name must not be empty")
  else if (call.args.length > 1) call.check("only one argument is allowed for this command")
  else if ((await call.get("links", name)) === undefined) {
    call.check(`the link ${JSON.stringify(name)} is not available in the namespace${why(name)}`)
  }
  return name ?? ""
}

async function remove(call: Call): Promise<void> {
  const name = await choose(call, () => "")
  call.checkTimeout()
  call.valid()
  await call.remove("links", name)
  await waitGone(call, "links", "Link", name, "is deleted")
}

async function update(call: Call): Promise<void> {
  const { flags } = call
  const name = await choose(call, (missing) => `: links.skupper.io "${missing}" not found`)
  const credentials = flags.text("tls-credentials")
  if (credentials !== "") {
    try {
      await call.client.json("GET", secretPath(call, credentials))
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      call.check(`the TLS secret "${credentials}" is not available in the namespace: ${error.message}`)
    }
  }
  call.check(badNumber(flags.text("cost")), "link cost is not valid")
  call.checkTimeout()
  call.checkWait()
  call.valid()
  const link = (await call.get("links", name))!
  const spec = { ...link.spec, cost: flags.number("cost") }
  if (credentials !== "") spec.tlsCredentials = credentials
  await call.replace("links", { ...link, apiVersion: API, kind: "Link", spec })
  await waitFor(call, "links", "Link", name, "is updated")
}

const CREDENTIALS = { name: "tls-credentials" } as const
const COST = { name: "cost", default: "1" } as const

export const link: Command[] = [
  {
    group: "link",
    verb: "generate",
    use: "",
    short: "Generate a new link resource in a yaml file",
    flags: [
      CREDENTIALS,
      COST,
      { ...OUTPUT, default: "yaml" },
      { name: "generate-credential", type: "bool", default: "true" },
      TIMEOUT("1m0s"),
    ],
    run: generate,
  },
  { group: "link", verb: "status", use: "[name]", short: "Display the status", flags: [OUTPUT], run: status },
  {
    group: "link",
    verb: "update",
    use: "<name>",
    short: "Change link settings",
    flags: [CREDENTIALS, COST, TIMEOUT("1m0s"), { name: "wait", default: "ready" }],
    run: update,
  },
  {
    group: "link",
    verb: "delete",
    use: "<name>",
    short: "Delete a link",
    flags: [TIMEOUT("1m0s"), { name: "wait", type: "bool", default: "true" }],
    run: remove,
  },
]
