/** `oc project`, `oc projects` and `oc new-project` */
import { type Json, StatusError } from "../client.ts"
import { say } from "../exit.ts"
import { type Call, type Command, fail, incomplete } from "./call.ts"
import { clusterName, contextName, saveCurrent, saveNamespace } from "./contexts.ts"
import { projectOf, projectsOrNamespaces, whoIs } from "./who.ts"

const serverOf = async (call: Call): Promise<string> => String((await call.session()).cluster?.server)

/** Whether the context has the name that oc itself would have given. */
const isOwnName = (context: string, server: string): boolean =>
  context.split("/").length === 3 && context.split("/")[1] === clusterName(server)

const showCurrent = async (call: Call): Promise<void> => {
  const { context, namespace } = await call.session()
  const server = await serverOf(call)
  const short = call.flags.on("short")
  if (short && namespace === undefined) throw fail("no project has been set")
  const name = namespace ?? "default"
  try {
    await projectOf(await call.client(), name)
  } catch (error) {
    if (!(error instanceof StatusError) || ![403, 404].includes(error.code)) throw error
    throw fail(
      `you do not have rights to view project "${name}" specified in your config or the project doesn't exist`,
    )
  }
  if (short) return say(name)
  const from = isOwnName(context, server) ? "" : ` from context named "${context}"`
  say(`Using project "${name}"${from} on server "${server}".`)
}

/** Why it cannot be used, with what can be. */
const refusal = async (call: Call, name: string, error: StatusError): Promise<string[]> => {
  const first =
    error.code === 403
      ? `You are not a member of project "${name}".`
      : `A project named "${name}" does not exist on "${await serverOf(call)}".`
  const known: Json[] = await projectsOrNamespaces(await call.client()).catch(() => [])
  if (known.length === 0) return [first]
  return [first, "Your projects are:", ...known.map((it) => `* ${it.metadata.name}`)]
}

const current = async (call: Call): Promise<{ file: string; cluster: string; user: string }> => {
  const { config, file, session } = await call.load()
  const found = config.contexts?.find((it) => it.name === session?.context)?.context
  if (found?.cluster === undefined || found.user === undefined) throw incomplete()
  return { file, cluster: found.cluster, user: found.user }
}

const switchTo = async (call: Call, name: string): Promise<void> => {
  const { config, file } = await call.load()
  const server = await serverOf(call)
  const short = call.flags.on("short")
  const other = config.contexts?.find((it) => it.name === name)
  if (other !== undefined) {
    await saveCurrent(file, name)
    const namespace = other.context.namespace ?? "default"
    const cluster = config.clusters?.find((it) => it.name === other.context.cluster)?.cluster
    if (short) return say(namespace)
    return say(
      `Now using project "${namespace}" from context named "${name}" on server "${cluster?.server}".`,
    )
  }
  const client = await call.client()
  try {
    await projectOf(client, name)
  } catch (error) {
    if (!(error instanceof StatusError) || ![403, 404].includes(error.code)) throw error
    throw fail(...(await refusal(call, name, error)))
  }
  const before = (await call.session()).namespace
  const { file: to, ...entry } = await current(call)
  await saveNamespace(to, entry, contextName(name, server, await whoIs(client)), name)
  if (short) return say(name)
  say(`${before === name ? "Already on" : "Now using"} project "${name}" on server "${server}".`)
}

const project = async (call: Call): Promise<void> => {
  if (call.args.length > 1) throw fail("Only one argument is supported (project name or context name).")
  const [name] = call.args
  await (name === undefined ? showCurrent(call) : switchTo(call, name))
}

const shown = ({ metadata }: Json): string => {
  const display = metadata.annotations?.["openshift.io/display-name"]
  return display && display !== metadata.name ? `${metadata.name} - ${display}` : metadata.name
}

const NONE = "You don't have any projects. You can try to create a new project, by running"

/** What a user without projects is told. */
export const noProjects = (): string[] => [NONE, "", "    oc new-project <projectname>"]

const projects = async (call: Call): Promise<void> => {
  const known = await projectsOrNamespaces(await call.client())
  if (call.flags.on("short")) {
    for (const { metadata } of known) say(metadata.name)
    return
  }
  const now = await call.namespace()
  const server = await serverOf(call)
  const there = known.some((it) => it.metadata.name === now)
  if (known.length === 0) for (const line of noProjects()) say(line)
  else if (known.length === 1) say(`You have one project on this server: "${shown(known[0])}".`)
  else {
    // The missing word is the real one's.
    say(
      "You have access to the following projects and can switch between them with ' project <projectname>':",
    )
    say()
    for (const it of known) say(`${it.metadata.name === now ? "  * " : "    "}${shown(it)}`)
  }
  if (!there) return
  say()
  say(`Using project "${now}" on server "${server}".`)
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
  } else {
    const { file, ...entry } = await current(call)
    await saveNamespace(file, entry, contextName(name, server, await whoIs(client)), name)
    say(`Now using project "${name}" on server "${server}".`)
  }
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
