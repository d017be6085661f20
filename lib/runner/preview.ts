import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { PREVIEW_LIMIT_MS } from "../limits.ts"
import { actionFor } from "../notebook/action-for.ts"
import type { CheckResult } from "../notebook/check-result.ts"
import type { Bus } from "./bus.ts"
import { contextOf } from "./context.ts"
import { removeKilled } from "./drafts.ts"
import type { Action } from "./events.ts"
import type { Cell } from "./graph.ts"
import { openRunScope } from "./run-scope.ts"
import type { Recorder } from "./toolbox.ts"
import type { RunOptions } from "./types.ts"
import { Watcher } from "./watcher.ts"

export interface PreviewCommand {
  /** As it would be typed. */
  readonly line: string
  readonly cwd?: string
  /** The manifests in the federation's folder that it applies: their paths, as the line names them. */
  readonly files: readonly string[]
}

/** What a step would do at a place in the present state. */
export interface Preview {
  /** Missing where there is nothing to do, or it is unknown. */
  readonly action: Action | undefined
  readonly commands: readonly PreviewCommand[]
  /** Writes to the cluster without a command: `patch ConfigMap greeting`. */
  readonly writes: readonly string[]
  /** The action reached its end; otherwise it stopped where it needed the output of a command. */
  readonly complete: boolean
  /** Why there is no action, or where it stopped. */
  readonly why?: string
  readonly result?: CheckResult
}

const SILENT: Bus = { emit: () => {}, durable: async () => {} }

/**
 * Checks, then goes through the step's `apply` (or `update`) without effect: commands are recorded and return empty output,
 * writes to the cluster are not sent, the site's own files are copies. No event, no line in the journal. Manifests are
 * really written: they are what the commands would apply.
 * @param checked the result of a check that has just run, in place of another one
 */
export async function preview(
  options: RunOptions,
  step: string,
  site?: string,
  checked?: CheckResult,
): Promise<Preview> {
  // Outside a run, a step that builds on others has their kept outcomes.
  const { ended } = options.state.journal.memory
  const scope = openRunScope(options, (place) => ended.get(place)?.outcome)
  const { source } = scope
  const cell = source.graph.cells.find((one) => one.step.id === step && one.site?.name === site)
  if (cell === undefined)
    throw new Error(`there is no step ${step} ${site === undefined ? "without a site" : `at ${site}`}`)
  const nothing = { action: undefined, commands: [], writes: [] }
  if (cell.step.noPreview === true) {
    return { ...nothing, complete: false, why: `what ${step} does cannot be previewed` }
  }
  const clock = AbortSignal.timeout(PREVIEW_LIMIT_MS)
  const signal = AbortSignal.any([options.signal, clock])
  let result: CheckResult
  try {
    result = checked ?? (await new Watcher(options.toolbox, SILENT, scope.slots, source).once(cell, signal))
  } catch (error) {
    options.signal.throwIfAborted()
    return { ...nothing, complete: false, why: wordsOf(error) }
  }
  const work =
    result.state === "missing" || result.state === "drifted" ? actionFor(cell.step, result.state) : undefined
  if (work === undefined) {
    const known = result.state !== "unknown" && result.state !== "blocked"
    return { ...nothing, complete: known, why: result.reason, result }
  }
  const record = new PreviewRecorder(options.state.folder)
  const context = contextOf(source, cell, openTools(options, cell, signal, record), signal, SILENT.emit)
  try {
    const again = await work.run(context)
    return {
      action: work.action,
      ...record.recorded(),
      complete: !again,
      ...(again && { why: again.reason }),
      result,
    }
  } catch (error) {
    options.signal.throwIfAborted()
    const why = clock.aborted ? "it waits for what a command would have created" : wordsOf(error)
    return { action: work.action, ...record.recorded(), complete: false, why, result }
  } finally {
    record.clear()
  }
}

const openTools = (
  { toolbox }: RunOptions,
  { step, site }: Cell,
  signal: AbortSignal,
  recorder: Recorder,
): object => toolbox.open({ step, site, signal, emit: SILENT.emit, recorder })

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

let previews = 0

/** Records commands and writes; keeps the copies that stand in for the site's own files. */
class PreviewRecorder implements Recorder {
  readonly #folder: string
  readonly #copies: string
  readonly #copied = new Set<string>()
  readonly #commands: PreviewCommand[] = []
  readonly #writes: string[] = []

  constructor(folder: string) {
    this.#folder = folder
    this.#copies = join(folder, "preview", `${process.pid}-${++previews}`)
  }

  command = (line: string, cwd?: string): void => {
    const real = (text: string): string => text.replaceAll(this.#copies, this.#folder)
    const typed = real(line)
    const files = this.#manifests().filter((path) => typed.includes(path))
    this.#commands.push({ line: typed, ...(cwd !== undefined && { cwd: real(cwd) }), files })
  }

  write = (what: string): void => {
    this.#writes.push(what)
  }

  instead = (path: string): string => {
    const copy = join(this.#copies, basename(dirname(path)), basename(path))
    if (this.#copied.has(copy)) return copy
    // Copies that a killed preview left may hold tokens.
    if (this.#copied.size === 0 && existsSync(dirname(this.#copies)))
      removeKilled(dirname(this.#copies), "\\d+")
    this.#copied.add(copy)
    mkdirSync(dirname(copy), { recursive: true, mode: 0o700 })
    if (existsSync(path)) copyFileSync(path, copy)
    return copy
  }

  recorded(): Pick<Preview, "commands" | "writes"> {
    return { commands: this.#commands, writes: this.#writes }
  }

  clear(): void {
    rmSync(this.#copies, { recursive: true, force: true })
    const all = dirname(this.#copies)
    if (existsSync(all) && readdirSync(all).length === 0) rmSync(all, { recursive: true, force: true })
  }

  #manifests(): string[] {
    const folder = join(this.#folder, "manifests")
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => join(folder, name))
  }
}
