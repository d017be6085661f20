import { RunbookError, UsageError } from "../notebook/errors.ts"
import { codeOfAbort, EXIT } from "../notebook/exit-codes.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { Redactor } from "../notebook/secrets.ts"
import type { Step } from "../notebook/step.ts"
import { wantsJson } from "./answers.ts"
import { type Call, commandText, federationFlags } from "./call.ts"
import { COMMANDS, type CommandSpec } from "./commands-table.ts"
import { decideInteraction } from "./interaction.ts"
import type { Io } from "./io.ts"
import { Out } from "./out.ts"
import { type CommandLine, parseCommand, parseCommandLine } from "./parse.ts"
import { catchSignals } from "./signals.ts"
import { catchWarnings } from "./warnings.ts"

export type { Io } from "./io.ts"

// The imports above are light, so that `--help` and `--version` start as fast as Node itself. Commands are loaded when called.

/**
 * The command line of a notebook.
 * @param argv what was typed after the program's name
 * @returns the exit code (`lib/notebook/exit-codes.ts`); never throws
 */
export async function main(notebook: Notebook, argv: readonly string[], io: Io): Promise<number> {
  return reportingErrors(io, argv, async (base) => {
    const line = parseCommandLine(notebook, argv, io.cwd, io.program)
    if (line.version) return print(base.out, `${io.version}\n`)
    const { command } = line
    if (argv.length === 0 && decideInteraction({ ...io, yes: false, noInput: false }).ask) {
      const walk = COMMANDS.find(({ name }) => name === "walk")!
      const bare = parseCommand(notebook, walk, [], io.cwd, io.program)
      return runCommand(notebook, walk, { line: bare, steps: [], argv: ["walk"], ...base })
    }
    if (command === undefined || line.help) {
      const { commandHelp, programHelp } = await import("./help.ts")
      print(
        base.out,
        command === undefined
          ? programHelp(notebook, io.program)
          : commandHelp(notebook, command, io.program),
      )
      if (line.help) return EXIT.done
      base.out.note("Name a command: this is not a terminal, so nothing can be asked.\n")
      return EXIT.usage
    }
    const steps = command.argument?.of === "step" ? [line.argument!] : []
    return runCommand(notebook, command, { line, steps, argv, ...base })
  })
}

/**
 * A step's file run as a program: its steps in order, as `step ID …` would run them; the file of a teardown's steps as
 * `teardown`. The flags are those of the command.
 */
export async function script(
  notebook: Notebook,
  steps: readonly Step[],
  argv: readonly string[],
  io: Io,
): Promise<number> {
  return reportingErrors(io, argv, async (base) => {
    const wanted = new Set(steps.map(({ id }) => id))
    const isTeardown = notebook.teardown !== undefined && !notebook.steps.some(({ id }) => wanted.has(id))
    const { argument: _, ...spec } = COMMANDS.find(({ name }) => name === (isTeardown ? "teardown" : "step"))!
    const line = parseCommand(notebook, spec, argv, io.cwd, io.program)
    const source = isTeardown ? notebook.teardown! : notebook
    const ids = source.steps.map(({ id }) => id).filter((id) => wanted.has(id))
    if (line.help) {
      const { commandHelp } = await import("./help.ts")
      return print(base.out, `${ids.join(", ")}\n\n${commandHelp(notebook, spec, io.program)}`)
    }
    const typed = isTeardown ? ["teardown", ...argv] : ["step", ids.join(","), ...argv]
    return runCommand(notebook, spec, { line, steps: ids, argv: typed, ...base })
  })
}

/** What every call begins with. */
interface Base {
  readonly io: Io
  readonly out: Out
  readonly redactor: Redactor
  /** An answer in JSON was asked for. */
  readonly json: boolean
}

interface Invocation extends Base {
  readonly line: CommandLine
  readonly steps: readonly string[]
  readonly argv: readonly string[]
}

async function runCommand(
  notebook: Notebook,
  command: CommandSpec,
  { line, steps, argv, io, out, redactor, json }: Invocation,
): Promise<number> {
  const { flags } = line
  if (command.name === "completion") {
    const { completionScript } = await import("./completion.ts")
    return print(
      out,
      completionScript(notebook, line.argument as "bash" | "zsh" | "fish", commandName(notebook, io.program)),
    )
  }
  if (command.name === "teardown" && notebook.teardown === undefined) {
    throw new UsageError(`${notebook.name} has no teardown`, {
      why: "the notebook defines no steps that delete what it created",
      fix: "delete it with your own commands",
    })
  }
  const signals = catchSignals((text) => out.note(text))
  const call: Call = {
    notebook: command.name === "teardown" ? notebook.teardown! : notebook,
    sessionStep: notebook.steps.find(({ session }) => session === true)?.id,
    flags,
    steps,
    argument: line.argument,
    io,
    out,
    interaction: decideInteraction({
      ...io,
      yes: flags.has("yes"),
      noInput: flags.has("no-input"),
      json: flags.has("json"),
    }),
    signal: signals.signal,
    interruptible: signals.interruptible,
    redactor,
    command: commandText(io.program, argv),
  }
  try {
    return await (await handlerOf(command.name))(call)
  } catch (error) {
    if (!signals.signal.aborted) throw withNext(error, call, command)
    // The error follows from the signal, whose code is the exit code of the program.
    const { reportError } = await import("./report-error.ts")
    const exitCode = codeOfAbort(signals.signal)
    // What was being waited for threw the signal's own reason: nothing is wrong with it.
    const said =
      error === signals.signal.reason ? new RunbookError("Stopped by a signal", { exitCode }) : error
    await reportError(said, { ...call, json })
    return exitCode
  } finally {
    signals.release()
  }
}

/** Adds the command to type next to an error that names none: after a usage error, and while another run holds the lock. */
function withNext(error: unknown, call: Call, command: CommandSpec): unknown {
  if (!(error instanceof RunbookError) || error.next !== undefined) return error
  const { message, why, fix, exitCode } = error
  const { program } = call.io
  const next =
    error instanceof UsageError
      ? `${program} ${command.name} --help`
      : exitCode === EXIT.locked
        ? `${program} status${federationFlags(call)}`
        : undefined
  return next === undefined ? error : new RunbookError(message, { why, fix, next, exitCode, cause: error })
}

async function handlerOf(name: string): Promise<(call: Call) => Promise<number>> {
  switch (name) {
    case "walk":
      return (await import("./commands/walk.ts")).walk
    case "run":
      return (await import("./commands/run.ts")).run
    case "step":
      return (await import("./commands/step.ts")).step
    case "plan":
      return (await import("./commands/plan.ts")).plan
    case "status":
      return (await import("./commands/status.ts")).status
    case "show":
      return (await import("./commands/show.ts")).show
    case "report":
      return (await import("./commands/report.ts")).report
    case "values":
      return (await import("./commands/values.ts")).values
    case "doctor":
      return (await import("./commands/doctor.ts")).doctor
    case "practice":
      return (await import("./commands/practice.ts")).practice
    case "party":
      return (await import("./commands/party.ts")).party
    case "request":
      return (await import("./commands/request.ts")).request
    case "approve":
      return (await import("./commands/approve.ts")).approve
    case "accept":
      return (await import("./commands/accept.ts")).accept
    case "revoke":
      return (await import("./commands/revoke.ts")).revoke
    case "new":
      return (await import("./commands/new.ts")).newNotebook
    case "teardown":
      return (await import("./commands/teardown.ts")).teardown
    default:
      throw new Error(`the command ${name} has no handler`)
  }
}

async function reportingErrors(
  io: Io,
  argv: readonly string[],
  work: (base: Base) => Promise<number>,
): Promise<number> {
  const redactor = new Redactor()
  const base = { io, out: new Out(io, redactor), redactor, json: wantsJson(argv) }
  const settled = catchWarnings(base.out)
  try {
    return await work(base)
  } catch (error) {
    const { reportError } = await import("./report-error.ts")
    return await reportError(error, base)
  } finally {
    await settled()
    base.out.release()
  }
}

/** The command that a shell completes: started by npx or as a file, the program has no name of its own on PATH. */
const commandName = (notebook: Notebook, program: string): string =>
  program.includes(" ") ? notebook.name : program

function print(out: Out, text: string): number {
  out.print(text)
  return EXIT.done
}
