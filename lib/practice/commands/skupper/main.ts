/** The `skupper` command line: which command, its flags, its cluster. */
import { existsSync } from "node:fs"
import { RunbookError } from "../../../notebook/errors.ts"
import { Client } from "../client.ts"
import { Exit, runCommand, say } from "../exit.ts"
import { type Flag, FlagError, type Flags, parseFlags, splitWords } from "../flags.ts"
import { invocation, located } from "../invocation.ts"
import { loadKubeconfig } from "../kubeconfig.ts"
import { Call, type Command, linesOf } from "./call.ts"
import { connector } from "./connector.ts"
import { link } from "./link.ts"
import { listener } from "./listener.ts"
import { site } from "./site.ts"
import { token } from "./token.ts"

/** The version that is simulated. */
const VERSION = "2.2.1"

const COMMANDS: readonly Command[] = [...site, ...token, ...link, ...connector, ...listener]
const GROUPS: Readonly<Record<string, string>> = {
  connector: "Binds target workloads to listeners in remote sites.",
  link: "Connect sites using mutual TLS.",
  listener: "Exposes a service of a connected site.",
  site: "A set of resources, called a site, that connects to others.",
  token: "Issue and redeem tokens that link sites.",
}

const GLOBAL: readonly Flag[] = [
  { name: "platform", short: "p" },
  { name: "namespace", short: "n" },
  { name: "context", short: "c" },
  { name: "kubeconfig" },
  { name: "help", short: "h", type: "bool", default: "false" },
]

function spelled(flag: Flag): string {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `
  const type = flag.type === "bool" ? "" : ` ${flag.type ?? "string"}`
  return `  ${short}--${flag.name}${type}`
}

function usageOf(command: Command | undefined, group: string): string[] {
  const global = ["Global Flags:", ...GLOBAL.filter((one) => one.name !== "help").map(spelled)]
  if (command !== undefined) {
    return [
      "Usage:",
      `  skupper ${[command.group, command.verb, command.use].filter(Boolean).join(" ")} [flags]`,
      "",
      "Flags:",
      ...[...command.flags, GLOBAL.at(-1)!].map(spelled),
      "",
      ...global,
    ]
  }
  const inside = COMMANDS.filter((one) => one.group === group)
  const rows: [string, string][] =
    group === ""
      ? [...Object.entries(GROUPS), ["version", "Display the version"]]
      : inside.map((one) => [one.verb, one.short])
  return [
    "Usage:",
    `  skupper ${group && `${group} `}[command]`,
    "",
    "Available Commands:",
    ...rows.map(([name, short]) => `  ${name.padEnd(11)} ${short}`),
    "",
    ...(group === "" ? GLOBAL.map(spelled) : global),
  ]
}

/** Cobra's complaint on stderr, with the usage; then the same once more on stdout, from the program itself. */
const complaint = (text: string, usage: readonly string[]): Exit =>
  new Exit(1, { stderr: [`Error: ${text}`, ...usage, ""], stdout: [text] })

const PLATFORMS = ["kubernetes", "podman", "docker", "linux"]

const checkPlatform = (flags: Flags, usage: readonly string[]): void => {
  const asked = flags.text("platform")
  if (asked !== "" && !PLATFORMS.includes(asked)) throw complaint(`platform "${asked}" not supported`, usage)
  const variable = invocation().env.SKUPPER_PLATFORM ?? ""
  const platform = asked || (PLATFORMS.includes(variable) ? variable : "kubernetes")
  if (platform !== "kubernetes") {
    throw new Exit(1, {
      stdout: [`this stand-in for skupper knows the platform kubernetes only, not ${platform}`],
    })
  }
}

async function connect(flags: Flags): Promise<{ client: Client; namespace: string }> {
  const path = flags.text("kubeconfig")
  if (path !== "" && !existsSync(located(path))) {
    throw new Exit(1, { stdout: [`stat ${path}: no such file or directory`] })
  }
  const context = flags.text("context")
  const { session } = await loadKubeconfig(path, context)
  if (session === undefined && context !== "") {
    throw new Exit(1, { stdout: [`context "${context}" does not exist`] })
  }
  if (session?.cluster?.server === undefined) {
    throw new Exit(1, {
      stdout: [
        "invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable",
      ],
    })
  }
  return {
    client: Client.of(session),
    namespace: flags.text("namespace") || session.namespace || "default",
  }
}

async function run(argv: readonly string[]): Promise<void> {
  const { words, rest } = splitWords(argv, GLOBAL, (word) => word in GROUPS)
  const [group = "", verb = ""] = words
  const command = COMMANDS.find((one) => one.group === group && one.verb === verb)
  if (
    command === undefined &&
    group !== "" &&
    !(group in GROUPS) &&
    group !== "version" &&
    group !== "help"
  ) {
    const text = `unknown command "${group}" for "skupper"`
    throw new Exit(1, { stderr: [`Error: ${text}`, "Run 'skupper --help' for usage."], stdout: [text] })
  }
  const usage = usageOf(command, group in GROUPS ? group : "")
  let parsed: ReturnType<typeof parseFlags>
  try {
    parsed = parseFlags(rest, [...(command?.flags ?? []), ...GLOBAL])
  } catch (error) {
    if (error instanceof FlagError) throw complaint(error.message, usage)
    throw error
  }
  const { flags, rest: args } = parsed
  if (group === "version" && !flags.on("help")) return say(VERSION)
  if (command === undefined || flags.on("help")) {
    for (const line of [...(command ? [command.short, ""] : []), ...usage]) say(line)
    return
  }
  checkPlatform(flags, usage)
  const { client, namespace } = await connect(flags)
  try {
    await command.run(new Call(args, flags, client, namespace))
  } finally {
    client.close()
  }
}

/** What went wrong without the command having foreseen it: an answer of the API, or none. */
function unforeseen(error: unknown): Exit {
  if (error instanceof RunbookError) {
    return new Exit(1, { stdout: [[error.message, error.why].filter(Boolean).join(": ")] })
  }
  return new Exit(1, { stdout: linesOf(error) })
}

export const main = (argv: readonly string[]): Promise<number> => runCommand(() => run(argv), unforeseen)
