/** `oc project`, `oc projects` and `oc new-project` */
import { type Json, StatusError } from "../client.ts"
import { say } from "../exit.ts"
import type { Context } from "../kubeconfig.ts"
import { type Call, type Command, fail, incomplete } from "./call.ts"
import { contextName, saveCurrent, saveNamespace } from "./contexts.ts"
import { projectOf, projectsOrNamespaces, whoIs } from "./who.ts"

const serverOf = async (call: Call): Promise<string> => String((await call.session()).cluster?.server)

/** Whether the context has the name that oc itself would have given. */
const isOwnName = (name: string, context: Context | undefined): boolean =>
  name === `${context?.namespace ?? ""}/${context?.cluster}/${context?.user?.split("/")[0]}`

const from = (name: string, context: Context | undefined): string =>
  isOwnName(name, context) ? "" : ` from context named "${name}"`

/** The kubeconfig's current context. */
async function currentContext(call: Call): Promise<{ name: string; context: Context | undefined }> {
  const { config, session } = await call.load()
  const name = session?.context ?? ""
  return { name, context: config.contexts?.find((one) => one.name === name)?.context }
}

const isNoAccess = (error: unknown): error is StatusError =>
  error instanceof StatusError && [403, 404].includes(error.code)

async function showCurrent(call: Call): Promise<void> {
  const server = await serverOf(call)
  const short = call.flags.on("short")
  const { name, context } = await currentContext(call)
  const project = context?.namespace
  if (!project) {
    if (short) throw fail("no project has been set")
    return say("No project has been set. Pass a project name to make that the default.")
  }
  try {
    await projectOf(await call.client(), project)
  } catch (error) {
    if (!isNoAccess(error)) throw error
    throw fail(
      `you do not have rights to view project "${project}" specified in your config or the project doesn't exist`,
    )
  }
  say(short ? project : `Using project "${project}"${from(name, context)} on server "${server}".`)
}

function displayName({ metadata }: Json): string {
  const display = metadata.annotations?.["openshift.io/display-name"]
  return display && display !== metadata.name ? display : ""
}
const withName = (one: Json): string =>
  displayName(one) ? `${displayName(one)} (${one.metadata.name})` : one.metadata.name

const NONE =
  "You are not a member of any projects. You can request a project to be created with the 'new-project' command."

/** Why it cannot be used, with what can be. */
const refusal = async (call: Call, name: string, error: StatusError): Promise<string[]> => {
  const lines = [
    error.code === 403
      ? `You are not a member of project "${name}".`
      : `A project named "${name}" does not exist on "${await serverOf(call)}".`,
  ]
  const known: Json[] | undefined = await projectsOrNamespaces(await call.client()).catch(() => undefined)
  if (known?.length === 0) lines.push(NONE)
  else if (known?.length === 1) lines.push(`You have one project on this server: ${withName(known[0])}`)
  else if (known !== undefined) lines.push("Your projects are:", ...known.map((one) => `* ${withName(one)}`))
  const servers = (await call.load()).config.clusters?.map((one) => one.cluster.server)
  if (new Set(servers).size > 1) lines.push("To see projects on another server, pass '--server=<server>'.")
  return lines
}

/** Makes a project the current one. */
async function enter(call: Call, project: string): Promise<{ name: string; context: Context }> {
  const { file } = await call.load()
  const { context } = await currentContext(call)
  const { cluster, user } = context ?? {}
  if (cluster === undefined || user === undefined) throw incomplete()
  const named = contextName(project, await serverOf(call), await whoIs(await call.client()))
  const name = await saveNamespace(file, { cluster, user }, named, project)
  return { name, context: { cluster, user, namespace: project } }
}

/** What is said of the context that is the current one now. */
async function whereNow(
  call: Call,
  asked: string,
  { name, context }: { name: string; context: Context },
): Promise<string> {
  const server = await serverOf(call)
  const before = (await currentContext(call)).context?.namespace
  const project = context.namespace ?? ""
  if (project === "") return `Now using context named "${name}" on server "${server}".`
  if (before === project) return `Already on project "${project}" on server "${server}".`
  const named = asked === project ? from(name, context) : ` from context named "${name}"`
  return `Now using project "${project}"${named} on server "${server}".`
}

async function switchTo(call: Call, asked: string): Promise<void> {
  const { config, file } = await call.load()
  const client = await call.client()
  let now = config.contexts?.find((context) => context.name === asked)
  if (now === undefined) {
    await projectOf(client, asked).catch(async (error) => {
      throw isNoAccess(error) ? fail(...(await refusal(call, asked, error))) : error
    })
    now = await enter(call, asked)
  } else await saveCurrent(file, asked)
  say(call.flags.on("short") ? (now.context.namespace ?? "") : await whereNow(call, asked, now))
}

async function project(call: Call): Promise<void> {
  if (call.args.length > 1) throw fail("Only one argument is supported (project name or context name).")
  const [name] = call.args
  await (name === undefined ? showCurrent(call) : switchTo(call, name))
}

const projects = async (call: Call): Promise<void> => {
  const client = await call.client()
  const { name, context } = await currentContext(call)
  const now = context?.namespace
  // A current project that is not there is passed over in silence.
  const isThere = now !== undefined && (await projectOf(client, now).catch(() => undefined)) !== undefined
  const known = await projectsOrNamespaces(client)
  if (call.flags.on("short")) return say(known.map((one) => one.metadata.name).join("\n"))
  if (known.length === 0) return say(NONE)
  if (known.length === 1) say(`You have one project on this server: ${JSON.stringify(withName(known[0]))}.`)
  else {
    // The missing word is the real one's.
    say(
      "You have access to the following projects and can switch between them with ' project <projectname>':",
    )
    say()
    for (const project of known) {
      const mark = !isThere ? "" : project.metadata.name === now ? "  * " : "    "
      say(mark + [project.metadata.name, displayName(project)].filter(Boolean).join(" - "))
    }
  }
  if (!isThere) return
  say()
  say(`Using project "${now}"${from(name, context)} on server "${await serverOf(call)}".`)
}

const NEXT = [
  "",
  "You can add applications to this project with the 'new-app' command. For example, try:",
  "",
  "    oc new-app rails-postgresql-example",
  "",
  "to build a new example application in Ruby. Or use kubectl to deploy a simple Kubernetes application:",
  "",
  "    kubectl create deployment hello-node --image=registry.k8s.io/e2e-test-images/agnhost:2.43 -- /agnhost serve-hostname",
  "",
]

const newProject = async (call: Call): Promise<void> => {
  const { flags } = call
  const [name] = call.args
  if (name === undefined || call.args.length > 1) throw fail("must have exactly one argument")
  const client = await call.client()
  const server = await serverOf(call)
  const requests = "/apis/project.openshift.io/v1/projectrequests"
  await client.json("GET", requests).catch((error) => {
    throw notFoundAs(error, "get")
  })
  await client
    .json("POST", requests, {
      kind: "ProjectRequest",
      apiVersion: "project.openshift.io/v1",
      metadata: { name },
      displayName: flags.text("display-name"),
      description: flags.text("description"),
    })
    .catch((error) => {
      throw notFoundAs(error, "post")
    })
  if (flags.on("skip-config-write")) {
    say(`Project "${name}" created on server "${server}".`)
    say()
    say("To switch to this project and start adding applications, use:")
    say()
    say(`    oc project ${name}`)
    return
  }
  say(await whereNow(call, name, await enter(call, name)))
  for (const line of NEXT) say(line)
}

/** A server without projects does not say what is missing; the typed client does. */
const notFoundAs = (error: unknown, verb: string): unknown =>
  error instanceof StatusError && error.code === 404 && error.details?.name === undefined
    ? new StatusError(
        404,
        "NotFound",
        `the server could not find the requested resource (${verb} projectrequests.project.openshift.io)`,
      )
    : error

const SHORT = { name: "short", short: "q", type: "bool", default: "false" } as const
export const projectCommands: Command[] = [
  { name: "project", use: "[NAME]", short: "Switch to another project", flags: [SHORT], run: project },
  { name: "projects", use: "", short: "Display existing projects", flags: [SHORT], run: projects },
  {
    name: "new-project",
    use: "NAME",
    short: "Request a new project",
    flags: [
      { name: "display-name" },
      { name: "description" },
      { name: "skip-config-write", type: "bool", default: "false" },
    ],
    run: newProject,
  },
]
