/** `oc login` */
import { existsSync } from "node:fs"
import { Client, ConnectionError, type Json, StatusError } from "../client.ts"
import { Exit, print, say } from "../exit.ts"
import { isUnknownAuthority } from "../go-error.ts"
import { homeKubeconfig, invocation, located } from "../invocation.ts"
import type { Fields } from "../kubeconfig.ts"
import { type Call, type Command, fail } from "./call.ts"
import { knownCluster, saveLogin } from "./contexts.ts"
import { challenge, type Metadata, readMetadata, realmOf, web } from "./oauth.ts"
import { projectOf, projectsOf, whoIs } from "./who.ts"

/** With an explicit port, without a trailing slash. */
function normalized(server: string): string {
  const url = URL.parse(server.includes("://") ? server : `https://${server}`)
  if (url === null || !/^https?:$/.test(url.protocol)) throw fail(`parse "${server}": invalid server URL`)
  const port = url.port || (url.protocol === "https:" ? "443" : "80")
  return `${url.protocol}//${url.hostname}:${port}${url.pathname.replace(/\/+$/, "")}`
}

function checkFlags({ flags }: Call): void {
  const credentials = ["token", "username", "password"].filter((one) => flags.text(one) !== "")
  if (credentials.includes("token") && credentials.length > 1) {
    throw fail("--token and --username/--password are mutually exclusive")
  }
  if (flags.on("web") && credentials.length > 0) {
    throw fail("--web cannot be used along with --username, --password or --token")
  }
  if (flags.given("callback-port") && !flags.on("web"))
    throw fail("--callback-port can only be specified along with --web")
  if (flags.given("auto-open-browser") && !flags.on("web")) {
    throw fail("--auto-open-browser can only be specified along with --web")
  }
}

const UNKNOWN_AUTHORITY =
  "The server uses a certificate signed by unknown authority. You may need to use the --certificate-authority flag to provide the path to a certificate file for the certificate authority, or --insecure-skip-tls-verify to bypass the certificate check and use insecure connections."

/** What a connection that fails means for a login. */
function unreachable(error: ConnectionError): Exit {
  if (isUnknownAuthority(error.code)) return fail(UNKNOWN_AUTHORITY)
  if (error.code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const x509 = error.why.replace(/^.*(x509: )/, "$1")
    return fail(`The server is using a certificate that does not match its hostname: ${x509}`)
  }
  return ["ECONNREFUSED", "ENOTFOUND"].includes(error.code)
    ? fail(
        `${error.why} - verify you have provided the correct host and port and that the server is currently running.`,
      )
    : fail(error.why)
}

/** The cluster to talk to: what the flags say, else what is known of this server. @throws Exit */
const reach = async (call: Call, server: string): Promise<Fields> => {
  const { flags } = call
  const known = knownCluster((await call.load()).config, server)
  const ca = flags.text("certificate-authority")
  if (ca !== "" && !existsSync(located(ca))) throw fail(`open ${ca}: no such file or directory`)
  const insecure =
    flags.on("insecure-skip-tls-verify") || (ca === "" && known?.["insecure-skip-tls-verify"] === true)
  const cluster: Fields = {
    server,
    ...(insecure
      ? { "insecure-skip-tls-verify": true }
      : ca !== ""
        ? { "certificate-authority": ca }
        : {
            "certificate-authority": known?.["certificate-authority"],
            "certificate-authority-data": known?.["certificate-authority-data"],
          }),
  }
  const client = new Client(server, cluster)
  try {
    const answer = await client.send("HEAD", "/")
    if (/^text\/html/.test(answer.headers["content-type"] ?? "")) {
      throw fail(
        "Seems you passed an HTML page (console?) instead of server URL.",
        "Verify provided address and try again.",
      )
    }
  } catch (error) {
    throw error instanceof ConnectionError ? unreachable(error) : error
  } finally {
    client.close()
  }
  if (insecure) say("WARNING: Using insecure TLS client config. Setting this option is not supported!\n")
  return cluster
}

/** A line from a terminal, else the first word: so Go's scanner reads. */
async function readPassword(): Promise<string> {
  const { isTerminal, lines } = invocation()
  for await (const line of lines()) {
    const found = isTerminal ? line : line.trim().split(/\s/)[0]!
    if (found !== "" || isTerminal) return found
  }
  return ""
}

async function askPassword(
  client: Client,
  metadata: Metadata,
  cluster: Fields,
  user: string,
): Promise<string> {
  const { minor = "0" } = await client.json("GET", "/version?timeout=32s").catch(() => ({}))
  // Since OpenShift 4.11.
  if (Number.parseInt(minor, 10) >= 24) say(`Console URL: ${client.server}/console`)
  const realm = await realmOf(metadata, cluster)
  say(`Authentication required for ${client.server}${realm && ` (${realm})`}`)
  say(`Username: ${user}`)
  print("Password: ")
  return readPassword()
}

/** A session is used again where all of these agree. */
const SAME = [
  "server",
  "insecure-skip-tls-verify",
  "certificate-authority",
  "certificate-authority-data",
] as const

/** A token that the kubeconfig has for this server and this user, if it still holds. */
async function known(
  call: Call,
  server: string,
  cluster: Fields,
  asked: string,
): Promise<string | undefined> {
  const { config } = await call.load()
  for (const { context } of config.contexts ?? []) {
    const there = config.clusters?.find((one) => one.name === context.cluster)?.cluster ?? {}
    const token = config.users?.find((one) => one.name === context.user)?.user.token
    if (SAME.some((one) => there[one] !== cluster[one]) || typeof token !== "string" || token === "") continue
    const client = new Client(server, cluster, { token })
    const user = await whoIs(client).catch(() => undefined)
    client.close()
    if (user === asked) return token
  }
  return undefined
}

interface Proven {
  readonly token: string
  /** Said once it is known who that is. */
  readonly said: (user: string) => string
}

async function prove(call: Call, server: string, cluster: Fields): Promise<Proven> {
  const { flags } = call
  const given = flags.text("token")
  if (given !== "") {
    return {
      token: given,
      said: (user) => `Logged into "${server}" as "${user}" using the token provided.\n`,
    }
  }
  const client = new Client(server, cluster)
  const successful = () => "Login successful.\n"
  try {
    if (flags.on("web")) {
      const asked = { port: flags.number("callback-port"), opens: flags.on("auto-open-browser") }
      return { token: await web(await readMetadata(client), cluster, asked), said: successful }
    }
    const user = flags.text("username")
    if (user !== "" && flags.text("password") === "") {
      const token = await known(call, server, cluster, user)
      if (token !== undefined) {
        return { token, said: (name) => `Logged into "${server}" as "${name}" using existing credentials.\n` }
      }
    }
    const metadata = await readMetadata(client)
    if (user === "") {
      throw new Exit(1, {
        stdout: [
          `You must obtain an API token by visiting ${metadata.token_endpoint}/request`,
          "",
          'Alternatively, use "oc login --web" to login via your browser. See "oc login --help" for more information.',
        ],
      })
    }
    const password = flags.text("password") || (await askPassword(client, metadata, cluster, user))
    return { token: await challenge(metadata, cluster, user, password), said: successful }
  } finally {
    client.close()
  }
}

const TOO_MANY = 50
const NONE = [
  "You don't have any projects. You can try to create a new project, by running",
  "",
  "    oc new-project <projectname>",
  "",
]
const NONE_AT_ALL = ["You don't have any projects. Contact your system administrator to request a project."]

async function canRequest(client: Client, namespace: string): Promise<boolean> {
  for (const verb of ["list", "create"]) {
    const { allowed } = await client.json(
      "POST",
      "/apis/authorization.openshift.io/v1/subjectaccessreviews",
      {
        kind: "SubjectAccessReview",
        apiVersion: "authorization.openshift.io/v1",
        namespace,
        verb,
        resource: "projectrequests",
      },
    )
    if (!allowed) return false
  }
  return true
}

/** Says which projects there are, and chooses: the current one, `default`, or the first. */
const choose = async (client: Client, now: string): Promise<string> => {
  const projects = await projectsOf(client)
  if (projects === undefined) {
    say('Using "default" namespace.  You can switch namespaces with:')
    say()
    say(" oc project <projectname>")
    return "default"
  }
  const names: string[] = projects.map((project: Json) => project.metadata.name)
  if (names.length === 0) {
    for (const line of (await canRequest(client, now)) ? NONE : NONE_AT_ALL) say(line)
    return ""
  }
  const hidden = names.includes(now) ? undefined : await projectOf(client, now).catch(() => undefined)
  const chosen =
    names.includes(now) || hidden !== undefined ? now : names.includes("default") ? "default" : names[0]!
  if (names.length === 1) say(`You have one project on this server: "${names[0]}"`)
  else if (names.length > TOO_MANY) {
    say(
      `You have access to ${names.length} projects, the list has been suppressed. You can list all projects with 'oc projects'`,
    )
  } else {
    say(
      "You have access to the following projects and can switch between them with 'oc project <projectname>':",
    )
    say()
    for (const name of names) say(`${name === chosen ? "  * " : "    "}${name}`)
  }
  say()
  say(`Using project "${chosen}".`)
  return chosen
}

async function login(call: Call): Promise<void> {
  const { flags } = call
  checkFlags(call)
  if (call.args.length > 1) throw fail("Only the server URL may be specified as an argument")
  const { file, session } = await call.load()
  const asked = call.args[0] ?? flags.text("server")
  const server = asked || String(session?.cluster?.server ?? "")
  if (server === "") throw fail("A server URL must be specified")
  const to = normalized(server)
  const cluster = await reach(call, to)
  const { token, said } = await prove(call, to, cluster)
  const client = new Client(to, cluster, { token })
  try {
    const user = await whoIs(client).catch((error) => {
      if (error instanceof StatusError && error.code === 401)
        throw fail("The token provided is invalid or expired.", "")
      throw error
    })
    say(said(user))
    const namespace = await choose(client, flags.text("namespace") || session?.namespace || "default")
    const isNew = await saveLogin(file, { server: to, user, token, namespace, cluster })
    if (isNew && file === homeKubeconfig()) say("Welcome! See 'oc help' to get started.")
  } finally {
    client.close()
  }
}

export const loginCommands: Command[] = [
  {
    name: "login",
    use: "[URL]",
    short: "Log in to a server",
    flags: [
      { name: "server", short: "s" },
      { name: "token" },
      { name: "username", short: "u" },
      { name: "password", short: "p" },
      { name: "web", short: "w", type: "bool", default: "false" },
      { name: "callback-port", short: "c", type: "int", default: "0" },
      { name: "auto-open-browser", type: "bool", default: "true" },
      { name: "certificate-authority" },
      { name: "insecure-skip-tls-verify", type: "bool", default: "false" },
    ],
    run: login,
  },
]
