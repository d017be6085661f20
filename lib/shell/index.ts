import type { ChildProcess } from "node:child_process"
import { constants } from "node:fs"
import { access, stat } from "node:fs/promises"
import { constants as os } from "node:os"
import { delimiter, join, resolve } from "node:path"
import type { Readable } from "node:stream"
import { RunbookError } from "../notebook/errors.ts"
import { CommandError } from "./errors.ts"
import { endGroup, remember } from "./groups.ts"
import { typedLine } from "./line.ts"
import { Lines } from "./lines.ts"
import type { CommandResult, Shell, ShellEvent, ShellOptions } from "./types.ts"

export { CommandError } from "./errors.ts"

export interface CreateShellOptions {
  /** The whole environment of the commands. */
  readonly env: Readonly<NodeJS.ProcessEnv>
  /** Default: the working folder. */
  readonly cwd?: string
  readonly emit: (event: ShellEvent) => void
  /** Takes secrets out of what is told. */
  readonly redact: (text: string) => string
  /** Ends every command, its whole group; its promise is then rejected with the signal's reason. */
  readonly signal: AbortSignal
  /** The line to run in the place of another, as a person has typed it. */
  readonly edited?: (line: string) => string | undefined
}

/**
 * A shell over zx: bash, no stdin, each command a process group of its own.
 * @throws CommandError, when called: non-zero exit, out of time; RunbookError: no bash
 */
export function createShell(options: CreateShellOptions, own: ShellOptions = {}): Shell {
  const shell = (pieces: TemplateStringsArray, ...values: unknown[]): Promise<CommandResult> =>
    runCommand(options, own, pieces, values)
  return Object.assign(shell, {
    with: (more: ShellOptions) =>
      createShell(options, { ...own, ...more, ...(own.env && { env: { ...own.env, ...more.env } }) }),
    which: (command: string) => which(command, { ...options.env, ...own.env }),
  })
}

async function runCommand(
  { env: base, cwd: home, emit, redact, signal, edited }: CreateShellOptions,
  own: ShellOptions,
  pieces: TemplateStringsArray,
  values: unknown[],
): Promise<CommandResult> {
  signal.throwIfAborted()
  const absent = values.flat().findIndex((value) => value === undefined || value === null)
  if (absent !== -1) throw new Error(`argument ${absent + 1} of a command is missing: ${pieces.join("…")}`)
  const env = { ...base, ...own.env }
  const cwd = own.cwd ?? home
  const bash = await which("bash", env)
  if (bash === undefined) {
    throw new RunbookError("bash was not found on PATH", {
      why: "the guide's commands are run with bash",
      fix: "install bash, or put its folder on PATH",
    })
  }
  if (cwd !== undefined) await mustBeFolder(cwd)
  const { $, quote } = await import("zx/core")
  signal.throwIfAborted()

  const asked = redact(typedLine(pieces, values))
  const typed = edited?.(asked)
  const line = redact(typed ?? asked)
  const told = new Lines((stream, text) => emit({ type: "output", stream, text: redact(text) }))
  const tell = (stream: "stdout" | "stderr", text: string): void => {
    own.onOutput?.(text, stream)
    if (!own.secret) told.take(stream, text)
  }
  emit({ type: "command", line, ...(own.cwd !== undefined && { cwd: own.cwd }) })
  const began = performance.now()
  const command = $({
    shell: bash,
    prefix: "set -euo pipefail;",
    quote,
    env,
    ...(cwd !== undefined && { cwd }),
    ...(own.input === undefined ? { stdio: ["ignore", "pipe", "pipe"] } : { input: own.input }),
    detached: true,
    quiet: true,
    nothrow: true,
  })(...(typed === undefined ? ([pieces, ...values] as const) : ([verbatim(typed)] as const)))
  // Our own ears: zx takes each chunk for whole characters, and adds a newline where there was none.
  const heard = {
    stdout: listen(command.child?.stdout, (text) => tell("stdout", text)),
    stderr: listen(command.child?.stderr, (text) => tell("stderr", text)),
  }

  const ending = new Ending(command.child, signal, own)
  const output = await command.finally(() => ending.over())
  told.end()
  const seconds = (performance.now() - began) / 1000
  const exitCode = ending.why === undefined ? exitCodeOf(output) : 143
  emit({ type: "command ended", exitCode, seconds })
  const result: CommandResult = { line, exitCode, stdout: heard.stdout(), stderr: heard.stderr(), seconds }
  if (ending.why === "signal") throw signal.reason
  if (ending.why === "until" || own.nothrow) return result
  if (ending.why === "timeout") {
    throw new CommandError(result, `${line} did not end within ${own.timeout} s`, words(result, own, redact))
  }
  if (exitCode !== 0) {
    throw new CommandError(result, `${line} ended with exit code ${exitCode}`, words(result, own, redact))
  }
  return result
}

/** A line as a template without values: bash reads it as it stands. */
const verbatim = (line: string): TemplateStringsArray => Object.assign([line], { raw: [line] })

/** Hears a stream; returns all that was heard. */
function listen(stream: Readable | null | undefined, hear: (text: string) => void): () => string {
  let all = ""
  stream?.setEncoding("utf8").on("data", (text: string) => {
    all += text
    hear(text)
  })
  return () => all
}

/** As a shell tells it: 128 and the signal's number for a command that was killed. */
function exitCodeOf(output: {
  exitCode: number | null
  signal: NodeJS.Signals | null
  cause?: unknown
}): number {
  if (output.exitCode !== null) return output.exitCode
  return output.signal === null ? 1 : 128 + os.signals[output.signal]
}

/** Ends a command's group when the run's signal, the caller's or the clock says so. */
class Ending {
  why: "signal" | "until" | "timeout" | undefined
  readonly #cleanUp: (() => void)[] = []

  constructor(child: ChildProcess | undefined, signal: AbortSignal, own: ShellOptions) {
    const pid = child?.pid
    if (pid === undefined) return
    this.#cleanUp.push(remember(pid))
    // What left the group (a browser) may hold the pipes open for ever.
    const letGo = (): void => {
      child?.stdout?.destroy()
      child?.stderr?.destroy()
    }
    const end = (why: NonNullable<Ending["why"]>): void => {
      if (this.why !== undefined) return
      this.why = why
      this.#cleanUp.push(endGroup(pid, letGo))
    }
    this.#on(signal, () => end("signal"))
    if (own.until !== undefined) this.#on(own.until, () => end("until"))
    if (own.timeout !== undefined) {
      const timer = setTimeout(() => end("timeout"), own.timeout * 1000)
      this.#cleanUp.push(() => clearTimeout(timer))
    }
  }

  over(): void {
    for (const clean of this.#cleanUp) clean()
  }

  #on(signal: AbortSignal, call: () => void): void {
    signal.addEventListener("abort", call, { once: true })
    this.#cleanUp.push(() => signal.removeEventListener("abort", call))
    if (signal.aborted) call()
  }
}

/** The command's own words: what it wrote to stderr, else to stdout (`oc login` tells a wrong password there). */
function words(
  result: CommandResult,
  own: ShellOptions,
  redact: (text: string) => string,
): string | undefined {
  if (own.secret) return redact(result.stderr.trim()) || undefined
  return redact(result.stderr.trim() || result.stdout.trim()) || undefined
}

/** A folder that is missing would be told as a missing bash. */
async function mustBeFolder(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => undefined)
  if (!found?.isDirectory()) throw new RunbookError(`${cwd} is not a folder: no command can run there`)
}

async function which(command: string, env: Readonly<NodeJS.ProcessEnv>): Promise<string | undefined> {
  const places = command.includes("/")
    ? [command]
    : (env.PATH ?? "").split(delimiter).map((dir) => join(dir, command))
  for (const place of places) {
    const runs = await access(place, constants.X_OK).then(
      async () => (await stat(place)).isFile(),
      () => false,
    )
    if (runs) return resolve(place)
  }
  return undefined
}
