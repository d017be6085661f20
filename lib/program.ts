import { realpathSync } from "node:fs"
import { extname } from "node:path"
import { fileURLToPath } from "node:url"
import type { Notebook } from "./notebook/notebook.ts"
import type { Step } from "./notebook/step.ts"
import type { PracticeImage } from "./practice/types.ts"
import type { PracticeVariant } from "./practice/variant.ts"

/** A notebook as a program: what a runbook's `index` exports as `program`. */
export interface Program {
  readonly notebook: Notebook
  readonly version: string
  /** What the notebook's pods do on practice clusters; without it there is no practice. */
  readonly practiceImages?: readonly PracticeImage[]
  /** What they do with the notebook's `practiceFlag`. */
  readonly practiceVariant?: PracticeVariant
  /** What a site's entry in the file of the practice federation has beside server, token and CA. */
  readonly practiceValues?: (site: { name: string; role: string }) => Record<string, unknown>
}

/**
 * Runs a runbook's file as a program: `index` is the whole command line; any other file runs its own steps, in order, as
 * `step ID …` does. Call it without await at the file's end: `if (import.meta.main) void main(import.meta.url)`.
 * Sets the process's exit code (docs/design.md); never throws.
 */
export async function main(url: string): Promise<void> {
  const index = new URL(`./index${extname(fileURLToPath(url))}`, url).href
  const { program } = (await import(index)) as { program: Program }
  const steps = sameFile(index, url) ? undefined : stepsOf((await import(url)) as Record<string, unknown>)
  const { main: commandLine, script } = await import("./cli/main.ts")
  const io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    program: program.notebook.name,
    version: program.version,
    ...(program.practiceImages && { practiceImages: program.practiceImages }),
    ...(program.practiceVariant && { practiceVariant: program.practiceVariant }),
    ...(program.practiceValues && { practiceValues: program.practiceValues }),
  }
  const argv = process.argv.slice(2)
  const code = await (steps === undefined
    ? commandLine(program.notebook, argv, io)
    : script(program.notebook, steps, argv, io))
  process.exitCode = code
}

const sameFile = (a: string, b: string): boolean =>
  realpathSync(fileURLToPath(a)) === realpathSync(fileURLToPath(b))

/** The steps that a script exports, in the order of its text as modules list them: default first. */
function stepsOf(module: Record<string, unknown>): Step[] {
  const isStep = (value: unknown): value is Step =>
    value !== null && typeof value === "object" && "id" in value && "check" in value
  return Object.values(module).filter(isStep)
}
