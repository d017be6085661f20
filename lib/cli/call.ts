import { existsSync } from "node:fs"
import { RunbookError, UsageError } from "../notebook/errors.ts"
import { codeOfAbort } from "../notebook/exit-codes.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { Redactor } from "../notebook/secrets.ts"
import { shellWord } from "../notebook/shell-word.ts"
import type { TextOptions } from "../terminal/error-text.ts"
import type { PromptIo } from "../terminal/prompts.ts"
import type { CommandName } from "./commands-table.ts"
import type { Flags } from "./flags.ts"
import { flagsOf } from "./flags-table.ts"
import type { Interaction } from "./interaction.ts"
import type { Io } from "./io.ts"
import type { Out } from "./out.ts"
import type { Signals } from "./signals.ts"

/** One call of the program: what every command receives. */
export interface Call<F = Flags> {
  /** The notebook whose steps and inputs the command uses: for `teardown` the notebook's teardown. */
  readonly notebook: Notebook
  /** The notebook's step that logs in. A teardown has none of its own. */
  readonly sessionStep: string | undefined
  readonly flags: F
  /** The steps that were named, by argument or by the script that is run. */
  readonly steps: readonly string[]
  /** The argument after the command's name, for commands that take one. */
  readonly argument: string | undefined
  readonly io: Omit<Io, "stdout" | "stderr">
  readonly out: Out
  readonly interaction: Interaction
  /** Aborts with the exit code as its reason. */
  readonly signal: AbortSignal
  /** Ctrl-C ends only the work that is passed in; see `Signals`. */
  readonly interruptible: Signals["interruptible"]
  readonly redactor: Redactor
  /** As typed, for the journal and for the commands under `next:`. */
  readonly command: string
}

/** The call of one command: it has the flags of that command alone. */
export type CallOf<C extends CommandName> = Call<Flags<C>>

/** Ends a command once a signal has arrived. */
export function refuseAborted({ signal }: Call): void {
  if (!signal.aborted) return
  throw new RunbookError("Stopped: nothing was changed", {
    exitCode: codeOfAbort(signal),
  })
}

/** Arguments as a person types them, quoted where a shell needs it. */
export function commandText(program: string, argv: readonly string[]): string {
  return [program, ...argv.map(shellWord)].join(" ")
}

/** The flags that make another command use the same federation, as they were typed: ` --state DIR`, or nothing. */
export function federationFlags({ flags }: Pick<Call, "flags">): string {
  return (["federation", "name", "state"] as const)
    .flatMap((name) => {
      const text = flags.text(name)
      return text === undefined ? [] : [` --${name} ${shellWord(text)}`]
    })
    .join("")
}

/**
 * The same, with the sites and inputs that were typed: for a further command before anything was saved.
 * @param line the command so far: what it sets itself is not repeated
 */
export function inputFlags(call: Call, line = ""): string {
  const { notebook, flags } = call
  const { any } = flags
  const set = new Set([...line.matchAll(/ --([\w-]+)/g)].map(([, name]) => name))
  const words = flagsOf(notebook, { name: "", groups: ["federation"], flags: [] })
    .filter(({ from, name }) => from !== undefined && !set.has(name))
    .flatMap(({ name, value }) =>
      any
        .all(name)
        .map((text) => (value === undefined ? `--${name}=${text}` : `--${name} ${shellWord(text)}`)),
    )
  return `${federationFlags(call)}${words.map((word) => ` ${word}`).join("")}`
}

/** Reads a file that the call names, if any. A mistake is fixed in the file itself, so `next:` is the same call again. */
export async function suggestRetry<T>(
  call: Call,
  path: string | undefined,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const withoutNext = error instanceof UsageError && error.next === undefined
    if (!withoutNext || path === undefined || !existsSync(path)) throw error
    throw new UsageError(error.message, { why: error.why, fix: error.fix, next: call.command })
  }
}

/** Width and colours of the tables on stdout. */
export async function textOptions({ io, out }: Pick<Call, "io" | "out">): Promise<TextOptions> {
  const { colours, wantsColour } = await import("../terminal/index.ts")
  return { columns: out.stdout.columns, colours: colours(wantsColour(out.stdout, io.env)) }
}

/** Where a call's questions are asked, and what ends them. */
export const promptIo = ({ io, out, signal }: Call): PromptIo => ({
  stdin: io.stdin,
  stdout: out.stdout,
  signal,
})
