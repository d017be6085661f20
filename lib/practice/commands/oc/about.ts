/** `oc version`, `oc config view`, `oc config current-context`, `oc config get-contexts`, `oc config use-context` */

import { readKubeconfig } from "../../../cluster/kubeconfig-file.ts"
import { Exit, print, say } from "../exit.ts"
import { saveKubeconfig } from "../kubeconfig.ts"
import { columns, KUBECTL } from "../tabwriter.ts"
import { toYaml } from "../yaml.ts"
import { type Call, type Command, fail } from "./call.ts"
import { exitOf } from "./errors.ts"

/** The `oc` that is simulated, and the Kubernetes in it. */
const CLIENT = "4.21.0"
const KUSTOMIZE = "v5.7.1"

async function version(call: Call): Promise<void> {
  const output = call.flags.text("output")
  if (!["", "json", "yaml"].includes(output)) throw fail('--output must be "yaml" or "json"')
  const clientVersion = {
    major: "4",
    minor: "21",
    gitVersion: CLIENT,
    platform: `${process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`,
  }
  const local = call.flags.on("client")
  let failure: Exit | undefined
  let serverVersion: { gitVersion: string } | undefined
  let openshiftVersion: string | undefined
  // Without any kubeconfig there is no server to ask, and that is no error.
  const isAlone = local || (call.flags.text("context") === "" && (await call.load()).session === undefined)
  if (!isAlone) {
    try {
      const client = await call.client()
      serverVersion = await client.json("GET", "/version")
      const path = "/apis/config.openshift.io/v1/clusterversions/version"
      const found = await client.json("GET", path).catch(() => undefined)
      openshiftVersion = found?.status?.desired?.version
    } catch (error) {
      failure = error instanceof Exit ? error : exitOf(error)
    }
  }
  if (output !== "") {
    const all = {
      clientVersion,
      kustomizeVersion: KUSTOMIZE,
      openshiftVersion,
      releaseClientVersion: CLIENT,
      serverVersion,
    }
    const known = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
    print(output === "json" ? `${JSON.stringify(known, undefined, 2)}\n` : await toYaml(known))
  } else {
    say(`Client Version: ${CLIENT}`)
    say(`Kustomize Version: ${KUSTOMIZE}`)
    if (openshiftVersion !== undefined) say(`Server Version: ${openshiftVersion}`)
    if (serverVersion !== undefined) say(`Kubernetes Version: ${serverVersion.gitVersion}`)
  }
  if (failure !== undefined) throw failure
}

const SECRET = ["token", "password", "client-key-data", "client-certificate-data"]

async function view(call: Call): Promise<void> {
  const { config, session } = await call.load()
  const raw = call.flags.on("raw")
  const kept = <T extends { name: string }>(all: T[] | null | undefined, name: string | undefined): T[] =>
    (all ?? []).filter((one) => !call.flags.on("minify") || one.name === name)
  const current = config.contexts?.find((one) => one.name === session?.context)
  const shown = {
    apiVersion: "v1",
    clusters: kept(config.clusters, current?.context.cluster).map(({ name, cluster }) => ({
      cluster:
        raw || cluster["certificate-authority-data"] === undefined
          ? cluster
          : { ...cluster, "certificate-authority-data": "DATA+OMITTED" },
      name,
    })),
    contexts: kept(config.contexts, session?.context).map(({ name, context }) => ({ context, name })),
    "current-context": session?.context ?? config["current-context"] ?? "",
    kind: "Config",
    users: kept(config.users, current?.context.user).map(({ name, user }) => ({
      name,
      user: Object.fromEntries(
        Object.entries(user).map(([key, value]) => [key, !raw && SECRET.includes(key) ? "REDACTED" : value]),
      ),
    })),
  }
  const output = call.flags.text("output")
  const { printAs } = await import("./printers.ts")
  if (output.startsWith("jsonpath")) await printAs(output, shown)
  else print(output === "json" ? `${JSON.stringify(shown, undefined, 4)}\n` : await toYaml(shown))
}

async function currentContext(call: Call): Promise<void> {
  const { config } = await call.load()
  if (!config["current-context"]) throw fail("current-context is not set")
  say(config["current-context"])
}

async function contexts(call: Call): Promise<void> {
  const { config } = await call.load()
  const all = [...(config.contexts ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1))
  if (call.flags.text("output") === "name") {
    for (const { name } of all) say(name)
    return
  }
  const rows = all.map(({ name, context }) => [
    name === config["current-context"] ? "*" : "",
    name,
    context.cluster ?? "",
    context.user ?? "",
    context.namespace ?? "",
  ])
  for (const line of columns([["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"], ...rows], KUBECTL))
    say(line)
}

async function useContext(call: Call): Promise<void> {
  const { config, file } = await call.load()
  const [name = ""] = call.args
  if (!config.contexts?.some((context) => context.name === name))
    throw fail(`no context exists with the name: "${name}"`)
  await saveKubeconfig(file, { ...(await readKubeconfig(file)), "current-context": name })
  say(`Switched to context "${name}".`)
}

const OUTPUT = { name: "output", short: "o" } as const
export const aboutCommands: Command[] = [
  {
    name: "version",
    use: "[flags]",
    short: "Print the client and server version information",
    flags: [{ name: "client", type: "bool", default: "false" }, OUTPUT],
    run: version,
  },
  {
    name: "config view",
    use: "[flags]",
    short: "Display merged kubeconfig settings",
    flags: [
      { name: "raw", type: "bool", default: "false" },
      { name: "minify", type: "bool", default: "false" },
      { name: "flatten", type: "bool", default: "false" },
      OUTPUT,
    ],
    run: view,
  },
  {
    name: "config current-context",
    use: "",
    short: "Display the current-context",
    flags: [],
    run: currentContext,
  },
  {
    name: "config get-contexts",
    use: "",
    short: "Describe one or many contexts",
    flags: [OUTPUT],
    run: contexts,
  },
  {
    name: "config use-context",
    use: "CONTEXT_NAME",
    short: "Set the current-context in a kubeconfig file",
    flags: [],
    run: useContext,
  },
]
