/** The `oc` command line: which command, its flags. */
import { Exit, runCommand, say } from "../exit.ts"
import { type Flag, FlagError, parseFlags, splitWords } from "../flags.ts"
import { Call, type Command } from "./call.ts"
import { exitOf } from "./errors.ts"
import { unavailable } from "./unavailable.ts"

type Load = () => Promise<Command[]>

/** Only what a call needs is loaded. */
const access: Load = async () => (await import("./login.ts")).loginCommands
const projects: Load = async () => (await import("./projects.ts")).projectCommands
const manifests: Load = async () => (await import("./apply.ts")).applyCommands
const about: Load = async () => (await import("./about.ts")).aboutCommands
const metadata: Load = async () => (await import("./metadata.ts")).metadataCommands

const COMMANDS: Readonly<Record<string, Load>> = {
  login: access,
  logout: async () => (await import("./logout.ts")).logoutCommands,
  project: projects,
  projects,
  "new-project": projects,
  whoami: async () => (await import("./whoami.ts")).whoamiCommands,
  apply: manifests,
  create: manifests,
  get: async () => (await import("./get.ts")).getCommands,
  delete: async () => (await import("./delete.ts")).deleteCommands,
  logs: async () => (await import("./logs.ts")).logsCommands,
  rollout: async () => (await import("./rollout.ts")).rolloutCommands,
  wait: async () => (await import("./wait.ts")).waitCommands,
  label: metadata,
  annotate: metadata,
  version: about,
  config: about,
}
const WITH_VERBS = ["rollout", "config"]

const GLOBAL: readonly Flag[] = [
  { name: "namespace", short: "n" },
  { name: "kubeconfig" },
  { name: "context" },
  { name: "help", short: "h", type: "bool", default: "false" },
]

function spelled(flag: Flag): string {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `
  return `    ${short}--${flag.name}=${flag.type === "bool" ? flag.default : `'${flag.default ?? ""}'`}`
}

function help(command: Command | undefined, name: string, inside: readonly Command[]): string[] {
  if (command !== undefined) {
    return [
      command.short,
      "",
      "Options:",
      ...[...command.flags, ...GLOBAL].map(spelled),
      "",
      "Usage:",
      `  oc ${command.name} ${command.use}`,
    ]
  }
  const names = name === "" ? Object.keys(COMMANDS) : inside.map((one) => one.name)
  return [
    "OpenShift Client (a stand-in for practice clusters)",
    "",
    "Commands:",
    ...names.map((one) => `  ${one}`),
    "",
    "Usage:",
    `  oc ${name && `${name} `}[flags]`,
  ]
}

async function run(argv: readonly string[]): Promise<void> {
  const { words, rest } = splitWords(argv, GLOBAL, (word) => WITH_VERBS.includes(word))
  const [first = ""] = words
  const absent = unavailable(first)
  if (absent !== undefined && !rest.includes("--help"))
    return absent.run(new Call([], parseFlags([], []).flags))
  const load = COMMANDS[first]
  if (first !== "" && first !== "help" && load === undefined) {
    throw new Exit(1, { stderr: [`error: unknown command "${first}" for "oc"`] })
  }
  const name = words.join(" ")
  const known = (await load?.()) ?? []
  const command = known.find((one) => one.name === name)
  let parsed: ReturnType<typeof parseFlags>
  try {
    parsed = parseFlags(rest, [...(command?.flags ?? []), ...GLOBAL])
  } catch (error) {
    if (!(error instanceof FlagError)) throw error
    const see = `See 'oc ${name && `${name} `}--help' for usage.`
    throw new Exit(1, { stderr: [`error: ${error.message}`, see] })
  }
  const { flags, rest: args } = parsed
  if (command === undefined || flags.on("help")) {
    const inside = known.filter((one) => one.name.startsWith(`${first} `))
    for (const line of help(command, first === "help" ? "" : first, inside)) say(line)
    return
  }
  const call = new Call(args, flags)
  try {
    await command.run(call)
  } finally {
    call.close()
  }
}

export const main = (argv: readonly string[]): Promise<number> => runCommand(() => run(argv), exitOf)
