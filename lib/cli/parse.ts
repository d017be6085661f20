import { UsageError } from "../notebook/errors.ts"
import { didYouMean } from "../notebook/nearest.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { commandText } from "./call.ts"
import {
  type ArgumentKind,
  COMMANDS,
  type CommandSpec,
  commandsOf,
  notebookOf,
  PARTY_ACTIONS,
  SHELLS,
} from "./commands-table.ts"
import { type Flags, FlagValues } from "./flags.ts"
import { type FlagSpec, flagsOf } from "./flags-table.ts"
import { meantCommand } from "./other-names.ts"

/** The command line after the program's name, checked against the table of commands. */
export interface CommandLine {
  readonly command: CommandSpec | undefined
  readonly argument: string | undefined
  readonly flags: Flags
  readonly help: boolean
  readonly version: boolean
}

/**
 * Reads a command line. Flags and argument may come in any order after the command; `--` ends the flags.
 * @throws UsageError naming all that is unknown, each with the nearest name
 */
export function parseCommandLine(
  notebook: Notebook,
  argv: readonly string[],
  folder: string,
  program: string,
): CommandLine {
  const found = argv[0]
  if (found === undefined || found.startsWith("-")) {
    const walk = COMMANDS.find(({ name }) => name === "walk")!
    return withoutCommand(argv, folder, program) ?? parseCommand(notebook, walk, argv, folder, program)
  }
  const command = commandsOf(notebook).find(({ name }) => name === found)
  if (command === undefined) {
    const meant = meantCommand(notebook, found, (words) => {
      if (words.includes("--help")) return commandText(program, words)
      try {
        parseCommandLine(notebook, [...words, ...argv.slice(1)], folder, program)
        return commandText(program, [...words, ...argv.slice(1)])
      } catch {
        return commandText(program, words)
      }
    })
    if (meant !== undefined) throw new UsageError(`Unknown command ${found}`, meant)
    if (found === "help") return parseCommandLine(notebook, [...argv.slice(1, 2), "--help"], folder, program)
    throw new UsageError(
      `Unknown command ${found}${didYouMean(
        found,
        commandsOf(notebook).map(({ name }) => name),
      )}`,
      {
        next: `${program} --help`,
      },
    )
  }
  return parseCommand(notebook, command, argv.slice(1), folder, program)
}

/** The flags and argument of one command. */
export function parseCommand(
  notebook: Notebook,
  command: CommandSpec,
  argv: readonly string[],
  folder: string,
  program: string,
): CommandLine {
  const source = notebookOf(notebook, command.name)
  const specs = flagsOf(source, command)
  const { given, positionals, unknown, problems } = scan(argv, specs)
  // `request NAME` says which federation, as --name does.
  if (command.argument?.of === "federation" && positionals[0] !== undefined && !given.has("name"))
    given.set("name", [positionals[0]])
  const flags = new FlagValues(given, specs, folder)
  const help = flags.has("help")
  /** A flag of the walk alone (`--by-hand`) was meant for the walk. */
  const nextCommand = (): string =>
    problems.length === 1 && unknown.length === 1 && commandsWith(notebook, unknown[0]!).join() === "walk"
      ? commandText(program, ["walk", `--${unknown[0]}`, ...sameFederation(flags)])
      : `${program} ${command.name} --help`
  problems.push(
    ...unknown.map(
      (name) => `Unknown flag ${dashed(name)} of ${command.name}${meantFlag(name, notebook, specs)}`,
    ),
  )
  if (!help) {
    problems.push(...argumentProblems(notebook, command, positionals))
    problems.push(...unknownSteps(source, specs, flags))
  }
  if (!help && problems.length > 0) {
    throw new UsageError(problems.join("\n"), { next: nextCommand() })
  }
  return { command, argument: positionals[0], flags: flags.typed, help, version: false }
}

/** Nothing if only flags were typed: they are those of the walk. */
function withoutCommand(argv: readonly string[], folder: string, program: string): CommandLine | undefined {
  const empty = new FlagValues(new Map(), [], folder)
  const first = argv[0]
  const base = { command: undefined, argument: undefined, flags: empty.typed, help: false, version: false }
  if (first === undefined) return base
  if (first === "--help" || first === "-h") return { ...base, help: true }
  if (first === "--version" || first === "-V") return { ...base, version: true }
  const command = COMMANDS.find(({ name }) => argv.includes(name))
  if (command === undefined) return undefined
  throw new UsageError(`${first} must come after the command ${command.name}`, {
    next: commandText(program, [command.name, ...argv.filter((word) => word !== command.name)]),
  })
}

interface Scanned {
  given: Map<string, string[]>
  positionals: string[]
  /** Flags that the command does not have. */
  unknown: string[]
  problems: string[]
}

function scan(argv: readonly string[], specs: readonly FlagSpec[]): Scanned {
  const byName = new Map(specs.map((spec) => [spec.name, spec]))
  const result: Scanned = { given: new Map(), positionals: [], unknown: [], problems: [] }
  const { given, positionals, unknown, problems } = result
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!
    if (word === "--") {
      positionals.push(...argv.slice(index + 1))
      break
    }
    if (word === "-h") {
      given.set("help", ["true"])
      continue
    }
    if (!word.startsWith("-") || word === "-") {
      positionals.push(word)
      continue
    }
    const [, name = word, , value] = /^--([^=]+)(=([\s\S]*))?$/.exec(word) ?? []
    const spec = byName.get(name)
    if (spec === undefined) {
      const negated = byName.get(name.replace(/^no-/, ""))
      if (
        name.startsWith("no-") &&
        negated?.from === "input" &&
        negated.type === "flag" &&
        value === undefined
      ) {
        given.set(negated.name, ["false"])
      } else {
        unknown.push(name)
        // What follows an unknown flag is most likely its value, so it is not reported as well.
        if (value === undefined && argv[index + 1] !== undefined && !argv[index + 1]!.startsWith("-")) index++
      }
      continue
    }
    if (spec.value === undefined) {
      if (value !== undefined && value !== "true" && value !== "false")
        problems.push(`--${name} takes no value`)
      given.set(name, [value ?? "true"])
      continue
    }
    const text = value ?? argv[++index]
    if (text === undefined || (value === undefined && text.startsWith("--"))) {
      problems.push(`--${name} needs a value: --${name} ${spec.value}`)
      if (text !== undefined) index--
      continue
    }
    const before = given.get(name)
    if (before !== undefined && spec.repeat !== true && spec.type !== "list") {
      problems.push(`--${name} is given twice: ${before[0]} and ${text}`)
    }
    given.set(name, [...(before ?? []), text])
  }
  return result
}

/** A word like `-y` keeps its one dash. */
const dashed = (name: string): string => (name.startsWith("-") ? name : `--${name}`)

/** What was most likely meant: the same flag of another command, a near one, or the number of sites of a role. */
function meantFlag(name: string, notebook: Notebook, specs: readonly FlagSpec[]): string {
  const known = specs.map((spec) => spec.name)
  const letter = /^-([a-z])$/.exec(name)?.[1]
  if (letter !== undefined) {
    // `-y` means the only flag that starts with y.
    const begin = known.filter((one) => one.startsWith(letter))
    return begin.length === 1 ? `; did you mean --${begin[0]}?` : ""
  }
  const others = commandsWith(notebook, name)
  if (others.join() === "walk") return "; it is a flag of walk, the program without a command"
  if (others.length > 0) return `; it is a flag of ${others.join(", ")}`
  const counts = specs.filter(({ from }) => from === "count").map((spec) => `--${spec.name} N`)
  const near = didYouMean(name, known, "--")
  return near !== "" || counts.length === 0 ? near : `; the number of sites of a role is ${counts.join(", ")}`
}

/** The commands that have a flag of this name. */
const commandsWith = (notebook: Notebook, flag: string): string[] =>
  commandsOf(notebook)
    .filter((one) => flagsOf(notebookOf(notebook, one.name), one).some(({ name }) => name === flag))
    .map(({ name }) => name)

/** The flags that name the federation, as they were typed. */
const sameFederation = (flags: FlagValues): string[] =>
  ["federation", "name", "state"].flatMap((name) => flags.all(name).flatMap((value) => [`--${name}`, value]))

function knownArguments(notebook: Notebook, of: ArgumentKind): readonly string[] {
  if (of === "shell") return SHELLS
  return of === "action" ? PARTY_ACTIONS : notebook.steps.map(({ id }) => id)
}

function argumentProblems(
  notebook: Notebook,
  command: CommandSpec,
  positionals: readonly string[],
): string[] {
  const { argument } = command
  if (argument === undefined) {
    return positionals.map((word) => `${command.name} takes no argument, but got ${JSON.stringify(word)}`)
  }
  if (argument.of === "folder" || argument.of === "federation") return tooMany(command, positionals.slice(1))
  const [word, ...rest] = positionals
  if (argument.of === "file" || argument.of === "party") {
    if (word === undefined) return [`${command.name} needs ${argument.name}`]
    return tooMany(command, rest)
  }
  const known = knownArguments(notebook, argument.of)
  if (word === undefined) return [`${command.name} needs ${argument.name}, one of ${known.join(", ")}`]
  const problems = tooMany(command, rest)
  return known.includes(word)
    ? problems
    : [
        `Unknown ${argument.of} ${word}${didYouMean(word, known) || `; use one of ${known.join(", ")}`}`,
        ...problems,
      ]
}

const tooMany = ({ name, argument }: CommandSpec, rest: readonly string[]): string[] =>
  rest.map((more) => `${name} takes one ${argument!.name}, but also got ${JSON.stringify(more)}`)

/** Steps are known before anything is read; sites only once the federation is. */
function unknownSteps(notebook: Notebook, specs: readonly FlagSpec[], flags: FlagValues): string[] {
  const ids = notebook.steps.map(({ id }) => id)
  return specs
    .filter(({ of }) => of === "step")
    .flatMap((spec) =>
      (spec.type === "list" ? flags.list(spec.name) : flags.all(spec.name)).map((id) => ({ spec, id })),
    )
    .filter(({ id }) => !ids.includes(id))
    .map(
      ({ spec, id }) =>
        `--${spec.name}: unknown step ${id}${didYouMean(id, ids) || `; use one of ${ids.join(", ")}`}`,
    )
}
