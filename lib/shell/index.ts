import type { ChildProcess } from "node:child_process"
import { constants } from "node:fs"
import { access, stat } from "node:fs/promises"
import { constants as os } from "node:os"
import { delimiter, join, resolve } from "node:path"
import type { Readable } from "node:stream"
import { RunbookError, stillWaiting } from "../notebook/errors.ts"
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
  /** Removes secrets from text. */
  readonly redact: (text: string) => string
  /** Where commands were found: with it, each is looked for once. */
  readonly found?: Map<string, string>
  /** Ends every command with its whole group; its promise then rejects with the signal's reason. */
  readonly signal: AbortSignal
  /** The line to run in place of another, as the user edited it. */
  readonly edited?: (line: string) => string | undefined
}

/**
 * A shell that runs commands through zx: bash, no stdin, one process group per command.
 * @throws when called: CommandError on a non-zero exit or a timeout; RunbookError without bash
 */
export function createShell(options: CreateShellOptions, own: ShellOptions = {}): Shell {
  const shell = (pieces: TemplateStringsArray, ...values: unknown[]): Promise<CommandResult> =>
    runCommand(options, own, pieces, values)
  return Object.assign(shell, {
    with: (more: ShellOptions) =>
      createShell(options, { ...own, ...more, ...(own.env && { env: { ...own.env, ...more.env } }) }),
    which: (command: string) => which(command, { ...options.env, ...own.env }, options.found),
  })
}

async function runCommand(
  { env: base, cwd: home, emit, redact, signal, edited, found }: CreateShellOptions,
  own: ShellOptions,
  pieces: TemplateStringsArray,
  values: unknown[],
): Promise<CommandResult> {
  signal.throwIfAborted()
  const missing = values.flat().findIndex((value) => value === undefined || value === null)
  if (missing !== -1) throw new Error(`argument ${missing + 1} of a command is missing: ${pieces.join("…")}`)
  const env = { ...base, ...own.env }
  const cwd = own.cwd ?? home
  const bash = await which("bash", env, found)
  if (bash === undefined) {
    throw new RunbookError("bash was not found on PATH", {
      why: "the commands of the steps run in bash",
      fix: "install bash, or put its folder on PATH",
    })
  }
  if (cwd !== undefined) await assertFolder(cwd)
  const { $, quote } = await import("zx/core")
  signal.throwIfAborted()

  const original = redact(typedLine(pieces, values))
  const typed = edited?.(original)
  const line = redact(typed ?? original)
  const lines = new Lines((stream, text) => emit({ type: "output", stream, text: redact(text) }))
  const take = (stream: "stdout" | "stderr", text: string): void => {
    own.onOutput?.(text, stream)
    if (!own.secret) lines.take(stream, text)
  }
  emit({ type: "command", line, ...(own.cwd !== undefined && { cwd: own.cwd }) })
  const started = performance.now()
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
  // The streams are read here: zx decodes each chunk on its own and adds a newline where there was none.
  const output = {
    stdout: listen(command.child?.stdout, (text) => take("stdout", text)),
    stderr: listen(command.child?.stderr, (text) => take("stderr", text)),
  }

  const ending = new Ending(command.child, signal, own)
  const ended = await command.finally(() => ending.over())
  lines.end()
  const seconds = (performance.now() - started) / 1000
  const exitCode = ending.why === undefined ? exitCodeOf(ended) : 143
  emit({ type: "command ended", exitCode, seconds })
  const result: CommandResult = { line, exitCode, stdout: output.stdout(), stderr: output.stderr(), seconds }
  if (ending.why === "signal") throw stillWaiting(signal, `${line} was still running`)
  if (ending.why === "until" || own.nothrow) return result
  if (ending.why === "timeout") {
    throw new CommandError(result, `${line} timed out after ${own.timeout} s`, words(result, own, redact))
  }
  if (exitCode !== 0) {
    throw new CommandError(result, `${line} ended with exit code ${exitCode}`, words(result, own, redact))
  }
  return result
}

/** A line as a template without values: bash reads it unchanged. */
const verbatim = (line: string): TemplateStringsArray => Object.assign([line], { raw: [line] })

/** Listens to a stream; the function that it returns gives all its text so far. */
function listen(stream: Readable | null | undefined, onText: (text: string) => void): () => string {
  let all = ""
  stream?.setEncoding("utf8").on("data", (text: string) => {
    all += text
    onText(text)
  })
  return () => all
}

/** As a shell reports it: 128 plus the signal's number for a command that was killed. */
function exitCodeOf(output: {
  exitCode: number | null
  signal: NodeJS.Signals | null
  cause?: unknown
}): number {
  if (output.exitCode !== null) return output.exitCode
  return output.signal === null ? 1 : 128 + os.signals[output.signal]
}

/** Ends a command's group on the run's signal, the caller's signal or the timeout. */
class Ending {
  why: "signal" | "until" | "timeout" | undefined
  readonly #cleanUp: (() => void)[] = []

  constructor(child: ChildProcess | undefined, signal: AbortSignal, own: ShellOptions) {
    const pid = child?.pid
    if (pid === undefined) return
    this.#cleanUp.push(remember(pid))
    // A process that left the group (a browser) may hold the pipes open for ever.
    const closePipes = (): void => {
      child?.stdout?.destroy()
      child?.stderr?.destroy()
    }
    const end = (why: NonNullable<Ending["why"]>): void => {
      if (this.why !== undefined) return
      this.why = why
      this.#cleanUp.push(endGroup(pid, closePipes))
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

/** The command's own words: what it wrote to stderr, else to stdout (`oc login` reports a wrong password there). */
function words(
  result: CommandResult,
  own: ShellOptions,
  redact: (text: string) => string,
): string | undefined {
  if (own.secret) return redact(result.stderr.trim()) || undefined
  return redact(result.stderr.trim() || result.stdout.trim()) || undefined
}

/** Without this check Node would report a missing folder as a missing bash. */
async function assertFolder(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => undefined)
  if (!found?.isDirectory()) throw new RunbookError(`${cwd} is not a folder, so no command can run there`)
}

async function which(
  command: string,
  env: Readonly<NodeJS.ProcessEnv>,
  found?: Map<string, string>,
): Promise<string | undefined> {
  const key = `${env.PATH}\n${command}`
  const known = found?.get(key)
  if (known !== undefined) return known
  const places = command.includes("/")
    ? [command]
    : (env.PATH ?? "").split(delimiter).map((dir) => join(dir, command))
  for (const place of places) {
    const runs = await access(place, constants.X_OK).then(
      async () => (await stat(place)).isFile(),
      () => false,
    )
    if (!runs) continue
    found?.set(key, resolve(place))
    return resolve(place)
  }
  return undefined
}
