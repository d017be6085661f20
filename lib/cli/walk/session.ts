import { MANUAL_TIMEOUT_S } from "../../limits.ts"
import type { Step } from "../../notebook/step.ts"
import { remember } from "../../runner/checkpoints.ts"
import { crossingOf } from "../../runner/crossing.ts"
import { type At, placeName, type Recorded } from "../../runner/events.ts"
import { buildGraph, type Cell, wantedSteps } from "../../runner/graph.ts"
import type { Memory } from "../../runner/journal-memory.ts"
import { openState, readState } from "../../runner/open-state.ts"
import { recordSites } from "../../runner/same-federation.ts"
import type { Toolbox } from "../../runner/toolbox.ts"
import type { Approval, PlanEntry, RunOptions, RunResult, Selection } from "../../runner/types.ts"
import type { View } from "../../terminal/index.ts"
import type { Call } from "../call.ts"
import type { OpenedFederation } from "../open-federation.ts"
import { runOptions, toolboxFor } from "../run-options.ts"
import { Interrupted } from "./interrupted.ts"

/** How one cell is run. */
export interface CellRunOptions {
  readonly selection: Selection
  readonly approval: Approval
  readonly rerun?: boolean
  readonly manual?: boolean
  readonly edits?: RunOptions["edits"]
  readonly view: View
}

/** The result of a run, and the events of each place. */
export interface CellResult {
  readonly result: RunResult
  readonly events: ReadonlyMap<string, readonly Recorded[]>
  /** Messages for other parties that the run has made possible: a sentence for each. */
  readonly written?: readonly string[]
}

/**
 * The federation of a walk: checks it, runs cells, saves answers. The lock of the folder is held only during a run, so that
 * other terminals can work in between; the journal is read again each time.
 */
export class Session {
  readonly call: Call
  #opened: OpenedFederation
  #toolbox: Toolbox
  #fresh: boolean

  private constructor(call: Call, opened: OpenedFederation, toolbox: Toolbox, fresh: boolean) {
    this.call = call
    this.#opened = opened
    this.#toolbox = toolbox
    this.#fresh = fresh
  }

  /** @param fresh start a new journal; the earlier one is kept beside it */
  static async open(call: Call, opened: OpenedFederation, fresh: boolean): Promise<Session> {
    return new Session(call, opened, await toolboxFor(call, opened, readState(opened.folder)), fresh)
  }

  get opened(): OpenedFederation {
    return this.#opened
  }

  get memory(): Memory {
    return readState(this.#opened.folder).journal.memory
  }

  /** The steps that the present inputs ask for. */
  get steps(): readonly Step[] {
    const { cells } = buildGraph(this.call.notebook, this.#opened.federation)
    return wantedSteps(this.call.notebook, cells)
  }

  /** The places of a step. */
  cells(step: string): readonly Cell[] {
    return buildGraph(this.call.notebook, this.#opened.federation).cells.filter(
      (cell) => cell.step.id === step,
    )
  }

  /** Why a checkpoint of a place is stale, given the present inputs. */
  stale(memory: Memory, cell: Cell): readonly string[] {
    return remember(this.call.notebook, this.#opened.federation, memory, cell).stale
  }

  /** Whether its last run succeeded, and its checkpoint is valid for the present inputs; or nothing has to be done here. */
  holds(memory: Memory, cell: Cell): boolean {
    if (cell.party !== undefined && this.theirs(memory, cell.step.id) !== undefined) return true
    const ended = memory.ended.get(cell.key)
    return (
      ended?.outcome.ok === true && !memory.interrupted.has(cell.key) && this.stale(memory, cell).length === 0
    )
  }

  /** Who runs a step, where only other parties do and nothing of theirs is awaited; nothing where there is something to do here. */
  theirs(memory: Memory, step: string): string | undefined {
    const { notebook } = this.call
    const { federation } = this.#opened
    const view = { notebook, federation, memory, now: new Date() }
    const cells = this.cells(step)
    const ends = cells.map((cell) => (cell.party === undefined ? undefined : crossingOf(view, cell)))
    if (cells.length === 0 || ends.some((end) => end?.ok !== true)) return undefined
    return [...new Set(ends.map((end) => end!.reason))].join("; ")
  }

  /** Checks what is selected. Only reads. @throws Interrupted on Ctrl-C */
  async plan(selection: Selection): Promise<readonly PlanEntry[]> {
    const { plan } = await import("../../runner/plan.ts")
    return this.call.interruptible(async (signal) => {
      const interrupted = () => signal.aborted && !this.call.signal.aborted
      const entries = await plan({ ...this.options(signal), selection }).catch((error: unknown) => {
        throw interrupted() ? new Interrupted() : error
      })
      if (interrupted()) throw new Interrupted()
      return entries
    })
  }

  /** The options for anything that only reads: no journal is written. */
  options(signal: AbortSignal = this.call.signal): RunOptions {
    return {
      ...runOptions(this.call, this.#opened, readState(this.#opened.folder), this.#toolbox, true),
      signal,
    }
  }

  /** Runs a selection. Ctrl-C ends the run, not the walk. */
  async runSelection({ view, ...how }: CellRunOptions): Promise<CellResult> {
    const { run } = await import("../../runner/run.ts")
    const events = new Map<string, Recorded[]>()
    const collect = (event: Recorded): void => {
      if (!("step" in event)) return
      const place = placeName(event as At)
      events.set(place, [...(events.get(place) ?? []), event])
    }
    const state = await this.#openState()
    try {
      const result = await this.call
        .interruptible((signal) =>
          run({
            ...runOptions(this.call, this.#opened, state, this.#toolbox, true),
            show: true,
            ...how,
            command: this.#commandOf(how.selection),
            ...(how.manual === true && { timeout: MANUAL_TIMEOUT_S }),
            signal,
            listeners: [view.listener, collect],
            ...(view.renderer && { renderer: view.renderer }),
          }),
        )
        .finally(() => view.close())
      const { notebook } = this.call
      if (notebook.parties === undefined) return { result, events }
      const { writeDue, writtenText } = await import("../parties/due-messages.ts")
      const written = await writeDue(this.call, this.#opened, state, result, () => new Date())
      return { result, events, written: written.map(writtenText) }
    } finally {
      await state.close()
    }
  }

  /** Saves the answers, so that they are not asked for again. */
  async saveAnswers(): Promise<void> {
    const { notebook } = this.call
    const { federation } = this.#opened
    const state = await this.#openState()
    try {
      await recordSites(notebook, federation, state, this.call.redactor)
    } finally {
      await state.close()
    }
  }

  /** Uses other values from now on. */
  async change(opened: OpenedFederation): Promise<void> {
    await this.#toolbox.close()
    this.#opened = opened
    this.#toolbox = await toolboxFor(this.call, opened, readState(opened.folder))
    await this.saveAnswers()
  }

  /** The command for the journal: it names the cell. */
  #commandOf({ only, sites }: Selection): string {
    const cell = only === undefined ? "the rest" : only.join(", ")
    return `${this.call.redactor.text(this.call.command)}: ${cell}${sites === undefined ? "" : ` at ${sites.join(", ")}`}`
  }

  close(): Promise<void> {
    return this.#toolbox.close()
  }

  async #openState() {
    const fresh = this.#fresh
    this.#fresh = false
    return openState(this.#opened.folder, { command: this.call.redactor.text(this.call.command), fresh })
  }
}
