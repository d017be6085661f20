import { UsageError } from "../notebook/errors.ts"
import { didYouMean } from "../notebook/nearest.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { commandText } from "./call.ts"
import { COMMANDS, type CommandSpec, notebookOf, SHELLS } from "./commands-table.ts"
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
  const command = COMMANDS.find(({ name }) => name === found)
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
        COMMANDS.map(({ name }) => name),
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
  const { given, positionals, problems } = scan(argv, specs, command)
  const flags = new FlagValues(given, specs, folder)
  const help = flags.has("help")
  if (!help) {
    problems.push(...argumentProblems(notebook, command, positionals))
    problems.push(...unknownSteps(source, specs, flags))
  }
  if (!help && problems.length > 0) {
    throw new UsageError(problems.join("\n"), { next: `${program} ${command.name} --help` })
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
  problems: string[]
}

function scan(argv: readonly string[], specs: readonly FlagSpec[], command: CommandSpec): Scanned {
  const byName = new Map(specs.map((spec) => [spec.name, spec]))
  const result: Scanned = { given: new Map(), positionals: [], problems: [] }
  const { given, positionals, problems } = result
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
        problems.push(
          `Unknown flag ${word.split("=")[0]} of ${command.name}${meantFlag(name, [...byName.keys()])}`,
        )
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

/** `-y` means the only flag that starts with y. */
function meantFlag(name: string, known: readonly string[]): string {
  const letter = /^-([a-z])$/.exec(name)?.[1]
  if (letter === undefined) return didYouMean(name, known, "--")
  const begin = known.filter((one) => one.startsWith(letter))
  return begin.length === 1 ? `; did you mean --${begin[0]}?` : ""
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
  if (argument.of === "folder") return tooMany(command, positionals.slice(1))
  const known: readonly string[] = argument.of === "shell" ? SHELLS : notebook.steps.map(({ id }) => id)
  const [word, ...rest] = positionals
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
