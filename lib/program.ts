import { existsSync } from "node:fs"
import { basename, dirname, extname, relative } from "node:path"
import { fileURLToPath } from "node:url"
import { LINGERING_MS } from "./limits.ts"
import { UsageError } from "./notebook/errors.ts"
import type { Notebook } from "./notebook/notebook.ts"
import { reportUncaughtRefusals } from "./notebook/refusal.ts"
import { shellWord } from "./notebook/shell-word.ts"
import type { Step } from "./notebook/step.ts"
import type { PracticeImage } from "./practice/types/images.ts"
import type { PracticeVariant } from "./practice/variant.ts"

/** A notebook as a program: what its file exports as `program`. */
export interface Program {
  readonly notebook: Notebook
  readonly version: string
  /** What the notebook's pods do on practice clusters; without it there is no practice. */
  readonly practiceImages?: readonly PracticeImage[]
  /**
   * A folder with executables that stand in for commands on practice clusters, for those that practice lacks. They are found
   * on PATH beside the stand-in `oc`, which they can call.
   */
  readonly practiceCommands?: string
  /** What the pods do with the notebook's `practiceFlag`. */
  readonly practiceVariant?: PracticeVariant
  /** What a site's entry in the file of the practice federation has beside server, token and CA. */
  readonly practiceValues?: (site: { name: string; role: string }) => Record<string, unknown>
}

/**
 * Runs a file as a program: one that exports `program` is the whole command line; any other file runs its own steps, in
 * order, as `step ID …` does, by the program of the `index` beside it. Call it without await at the file's end:
 * `if (import.meta.main) void main(import.meta.url)`.
 * Sets the process's exit code (docs/design.md); never throws.
 */
export async function main(url: string): Promise<void> {
  try {
    await runProgram(url)
  } finally {
    endLater()
  }
}

/**
 * What nothing can end would keep the process alive when its work is done: a name server that does not answer, a file on a network
 * disk that is away. It ends some seconds later, once its output has been taken.
 */
function endLater(): void {
  const { stdout, stderr } = process
  setInterval(() => {
    if (stdout.writableLength + stderr.writableLength === 0) process.exit()
  }, LINGERING_MS).unref()
}

async function runProgram(url: string): Promise<void> {
  const { stdin, stdout, stderr, env } = process
  const streams = { stdin, stdout, stderr, env, cwd: process.cwd() }
  const argv = process.argv.slice(2)
  try {
    const exports = (await import(url)) as Record<string, unknown>
    const whole = exports.program !== undefined
    const program = (exports.program as Program | undefined) ?? (await programBeside(url))
    const { notebook, ...rest } = program
    const { main: commandLine, script } = await import("./cli/main.ts")
    const { startedAs } = await import("./cli/started-as.ts")
    const typed = startedAs(whole ? nameOf(program, url) : notebook.name, env)
    const io = { ...streams, ...rest, program: typed }
    process.exitCode = await (whole
      ? commandLine(notebook, argv, io)
      : script(notebook, stepsOf(exports), argv, io))
  } catch (error) {
    await report(error, fileURLToPath(url))
  }
}

// Of the file that is being loaded: its `main` is not reached.
reportUncaughtRefusals((error) => void report(error, process.argv[1] ?? ""))

/** Reports an error before there is a program. */
async function report(error: unknown, file: string): Promise<void> {
  const { reportError } = await import("./cli/report-error.ts")
  const { Out } = await import("./cli/out.ts")
  const { Redactor } = await import("./notebook/secrets.ts")
  const { stdin, stdout, stderr, env } = process
  const redactor = new Redactor()
  const io = { stdin, stdout, stderr, env, cwd: process.cwd(), program: basename(file), version: "" }
  process.exitCode = await reportError(error, { io, out: new Out(io, redactor), redactor })
}

/** The program that the `index` in the same folder exports. */
async function programBeside(url: string): Promise<Program> {
  const index = new URL(`./index${extname(fileURLToPath(url))}`, url)
  const found = existsSync(index) ? ((await import(index.href)) as { program?: Program }).program : undefined
  if (found !== undefined) return found
  throw new UsageError(`${basename(fileURLToPath(url))} exports no program, and no index beside it does`, {
    why: "a notebook's file exports `program`: its notebook and its version",
    fix: 'add to it: export const program = { notebook, version: "1.0.0" }',
  })
}

/** How the program is called again: by its name, or as it was typed where its file is not an installed command. */
function nameOf({ notebook }: Program, url: string): string {
  const [, typed = ""] = process.argv
  const file = fileURLToPath(url)
  // `node .` has the folder of the file. An installed command has a name of its own, and so has a file that only starts this one.
  if (basename(typed) !== basename(file) && typed !== dirname(file)) return notebook.name
  return `node ${shellWord(relative(process.cwd(), typed) || ".")}`
}

/** The steps that a script exports, in the order of its text as modules list them: default first. */
function stepsOf(module: Record<string, unknown>): Step[] {
  const isStep = (value: unknown): value is Step =>
    value !== null && typeof value === "object" && "id" in value && "check" in value
  return Object.values(module).filter(isStep)
}
