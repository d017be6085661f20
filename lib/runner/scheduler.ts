import { UNSELECTED_TIMEOUT_S } from "../limits.ts"
import type { CheckResult } from "../notebook/check-result.ts"
import { remember } from "./checkpoints.ts"
import { crossingOf } from "./crossing.ts"
import { Deadline } from "./deadline.ts"
import { isHeldBack, type Outcome } from "./events.ts"
import { Execution } from "./execute.ts"
import type { Cell, Lane } from "./graph.ts"
import { stepCommand, withNextLine } from "./next-command.ts"
import {
  draftOfError,
  draftOfInterrupt,
  draftOfNeed,
  draftOfTimeout,
  type OutcomeDraft,
  outcomeDraft,
  waitedFor,
} from "./outcomes.ts"
import type { RunScope } from "./run-scope.ts"

/** What was waited for until its limit had passed comes soon in a second try, or not at all. */
const SECOND_WAIT_S = 30

/** Runs lanes: awaits what each cell needs, executes it, passes on why a lane ended. Knows no terminal and no listr2. */
export class Scheduler {
  readonly #scope: RunScope
  readonly #ended = new Map<string, PromiseWithResolvers<Outcome>>()
  readonly #unselected = new Map<string, Promise<Outcome>>()
  /** Settles once each lane of a site has ended, and it is known which of them are tried again. */
  readonly #firstTries = Promise.withResolvers<void>()
  /** Lanes that have not ended for the first time. */
  readonly #open: Set<Lane>
  /** By place name: how the first try of a cell ended that is tried again. */
  readonly #again = new Map<string, Outcome>()
  /** By place name, as they come. */
  readonly outcomes = new Map<string, Outcome>()

  constructor(scope: RunScope) {
    this.#scope = scope
    const { graph } = scope.source
    this.#open = new Set([graph.here, ...graph.lanes].filter(({ cells }) => cells.some(scope.selected)))
    if (this.#open.size === 0) this.#firstTries.resolve()
    for (const cell of graph.cells) {
      if (scope.selected(cell)) this.#ended.set(cell.key, Promise.withResolvers<Outcome>())
    }
  }

  /**
   * Runs a lane's steps in order. Where that failed over something that may pass, runs the rest once more after all other lanes.
   * @returns the outcome that ended the lane, or nothing
   */
  async walk(lane: Lane): Promise<Outcome | undefined> {
    let ending: Outcome | undefined
    try {
      ending = await this.#pass(lane.cells.filter(this.#scope.selected))
    } finally {
      if (this.#open.delete(lane) && this.#open.size === 0) this.#tryAgain()
    }
    if (ending === undefined || lane === this.#scope.source.graph.federation) return ending
    await this.#firstTries.promise
    const again = lane.cells.filter((cell) => this.#again.has(cell.key))
    return again.length === 0 ? ending : this.#pass(again)
  }

  /** All lanes have ended: what failed over something that may pass is open again, with what was skipped for it. */
  #tryAgain(): void {
    const { options, source, selected } = this.#scope
    if (options.secondTry === true && options.manual !== true && !options.signal.aborted) {
      for (const cell of source.graph.cells) {
        const outcome = this.outcomes.get(cell.key)
        if (outcome === undefined || outcome.ok || !this.#mayPass(outcome)) continue
        if (selected(cell)) {
          this.#again.set(cell.key, outcome)
          this.#ended.set(cell.key, Promise.withResolvers<Outcome>())
        } else this.#unselected.delete(cell.key)
      }
      for (const key of this.#again.keys()) this.outcomes.delete(key)
    }
    this.#firstTries.resolve()
  }

  /** Whether what an outcome comes from may have passed by now. */
  #mayPass({ passing, root, code }: Outcome): boolean {
    return code !== "party" && (passing ?? (root && this.outcomes.get(root)?.passing)) === true
  }

  /** A step that does not succeed ends its lane: the rest is skipped, with the root. */
  async #pass(cells: readonly Cell[]): Promise<Outcome | undefined> {
    let ending: { cell: Cell; outcome: Outcome } | undefined
    for (const cell of cells) {
      const crossing = this.#crossing(cell)
      // What another party owes holds what needs it, not the rest of the lane.
      if (crossing !== undefined) {
        this.#end(cell, crossing, performance.now())
        continue
      }
      const outcome = ending === undefined ? await this.#execute(cell) : this.#skip(cell, ending)
      if (!outcome.ok && outcome.code !== "party") ending ??= { cell, outcome }
    }
    return ending?.outcome
  }

  async #execute(cell: Cell): Promise<Outcome> {
    let started = performance.now()
    const { bus } = this.#scope
    let result: OutcomeDraft
    try {
      const unmet = await this.#unmet(cell)
      started = performance.now()
      if (unmet !== undefined) return this.#end(cell, unmet, started)
      bus.emit({ type: "step started", ...cell.at })
      const before = this.#again.get(cell.key)
      if (before !== undefined && !isHeldBack(before)) {
        const text = `second try, after all other lanes; the first one ended: ${before.reason}`
        bus.emit({ type: "note", text, ...cell.at })
      }
      const waited = before?.code === "timeout"
      const execution = new Execution(this.#scope, cell, waited ? SECOND_WAIT_S : undefined)
      result = (await this.#unchecked(cell)) ?? (await execution.run())
      if (waited && result.code === "timeout") result = { ...result, reason: before.reason }
      started += execution.queued * 1000
    } catch (error) {
      // Whatever waits when a signal ends the run throws the signal's reason, from wherever it waits.
      result = this.#scope.options.signal.aborted ? draftOfInterrupt(cell) : draftOfError(cell, error)
    }
    return this.#end(cell, result, started)
  }

  /** The outcome of a step that another party runs, or that waits until its party is admitted. */
  #crossing(cell: Cell): OutcomeDraft | undefined {
    const { options, source } = this.#scope
    const { notebook, federation, state, now } = options
    const { memory } = state.journal
    const found = crossingOf({ notebook, federation, memory, now: now?.() ?? new Date() }, cell)
    if (found === undefined || !found.ok || cell.party === undefined)
      return found && { ...found, root: cell.key }
    // Its message was accepted, and what it brought is gone from here.
    const lacking = found.because === undefined ? source.values.missingFrom(cell) : undefined
    return lacking ?? found
  }

  #skip(cell: Cell, ending: { cell: Cell; outcome: Outcome }): Outcome {
    return this.#end(cell, draftOfNeed(ending.cell, ending.outcome), performance.now())
  }

  #end(cell: Cell, result: OutcomeDraft, started: number): Outcome {
    const seconds = (performance.now() - started) / 1000
    const outcome: Outcome = { ...withNextLine(this.#scope.options, cell, result), seconds }
    this.outcomes.set(cell.key, outcome)
    this.#scope.bus.emit({ type: "step ended", outcome, ...cell.at })
    this.#ended.get(cell.key)!.resolve(outcome)
    return outcome
  }

  /** The outcome of a cell that need not be checked: its checkpoint is trusted, or the step that it supplies is ready. */
  async #unchecked(cell: Cell): Promise<OutcomeDraft | undefined> {
    const { options } = this.#scope
    if (options.rerun === true) return undefined
    if (options.trustCheckpoints === true && !cell.step.always) {
      const { source } = this.#scope
      const { checkpoint, stale } = remember(
        options.notebook,
        options.federation,
        options.state.journal.memory,
        cell,
      )
      const trusted = checkpoint !== undefined && stale.length === 0 && !source.interrupted(cell)
      if (trusted && source.values.unprovided(cell) === undefined) {
        return outcomeDraft(
          "unchanged",
          `checkpoint of ${checkpoint.t}`,
          checkpoint.adopted ? { adopted: true } : {},
        )
      }
    }
    return this.#notNeeded(cell)
  }

  /** A step that only supplies another is not needed once that one is ready. */
  async #notNeeded(cell: Cell): Promise<OutcomeDraft | undefined> {
    const { source, options, watcher } = this.#scope
    const fed = cell.step.feeds === undefined ? undefined : source.graph.find(cell.step.feeds, cell.site)
    // What another party runs is not checked here.
    if (fed === undefined || fed.party !== undefined) return undefined
    const deadline = new Deadline(options.timeout ?? fed.step.timeout ?? UNSELECTED_TIMEOUT_S, options.signal)
    try {
      const result = await watcher.patiently(fed, deadline)
      if (result.state !== "ready" && result.state !== "progressing") return undefined
      return outcomeDraft("skipped", `not needed: ${fed.step.id} is ${result.state}`, {
        because: "not needed",
      })
    } catch (error) {
      // Whether it is needed is not known: it is checked itself.
      if (deadline.passed) return undefined
      throw error
    } finally {
      deadline.clear()
    }
  }

  /** Awaits the steps before; returns at once for the first that did not succeed. */
  async #unmet(cell: Cell): Promise<OutcomeDraft | undefined> {
    const { graph } = this.#scope.source
    if (cell.step.on === "federation") return this.#unmetFederation(cell)
    const before =
      cell.step.on === "here" ? [] : graph.here.cells.filter((other) => this.#ended.has(other.key))
    return this.#firstFailed([...before, ...graph.needs(cell)])
  }

  /** After all lanes: a federation step runs unless everything that it needs failed, or only waits for other parties. */
  async #unmetFederation(cell: Cell): Promise<OutcomeDraft | undefined> {
    await this.#firstTries.promise
    const { graph } = this.#scope.source
    const lanes = graph.lanes.flatMap((lane) => lane.cells).filter((other) => this.#ended.has(other.key))
    await Promise.all(
      [...graph.here.cells.filter((other) => this.#ended.has(other.key)), ...lanes].map((other) =>
        this.#outcome(other),
      ),
    )
    const needs = graph.needs(cell)
    const outcomes = await Promise.all(needs.map((need) => this.#outcome(need)))
    const failed = outcomes.findIndex((outcome) => !outcome.ok)
    const isAwaited = outcomes.every((outcome) => outcome.ok || outcome.code === "party")
    if (failed === -1 || (outcomes.some((outcome) => outcome.ok) && !isAwaited)) return undefined
    return draftOfNeed(needs[failed]!, outcomes[failed]!)
  }

  #firstFailed(needs: readonly Cell[]): Promise<OutcomeDraft | undefined> {
    return new Promise((resolve, reject) => {
      let open = needs.length
      if (open === 0) resolve(undefined)
      for (const need of needs) {
        this.#outcome(need).then((outcome) => {
          if (!outcome.ok) resolve(draftOfNeed(need, outcome))
          else if (--open === 0) resolve(undefined)
        }, reject)
      }
    })
  }

  #outcome(cell: Cell): Promise<Outcome> {
    const selected = this.#ended.get(cell.key)
    if (selected !== undefined) return selected.promise
    let checked = this.#unselected.get(cell.key)
    if (checked === undefined) {
      checked = this.#checkUnselected(cell)
      this.#unselected.set(cell.key, checked)
    }
    return checked
  }

  /** A step that is not selected is checked because another needs it; a progressing one is waited for. */
  async #checkUnselected(cell: Cell): Promise<Outcome> {
    const { options, watcher } = this.#scope
    const crossing = this.#crossing(cell)
    if (crossing !== undefined) return this.#note(cell, crossing)
    const unmet = await this.#firstFailed(this.#scope.source.graph.needs(cell))
    if (unmet !== undefined) return this.#note(cell, unmet)
    const unchecked = await this.#unchecked(cell)
    if (unchecked !== undefined) return this.#note(cell, unchecked)
    const deadline = new Deadline(options.timeout ?? UNSELECTED_TIMEOUT_S, options.signal)
    try {
      let result = await watcher.patiently(cell, deadline)
      if (result.state === "progressing") result = await watcher.until(cell, deadline)
      const lacking = result.state === "ready" ? this.#scope.source.values.unprovided(cell) : undefined
      return this.#note(cell, lacking ?? unselectedDraft(options, cell, result))
    } catch (error) {
      const failed = deadline.passed
        ? draftOfTimeout(cell, deadline.seconds, waitedFor(error, undefined))
        : deadline.interrupted
          ? draftOfInterrupt(cell)
          : draftOfError(cell, error)
      return this.#note(cell, failed)
    } finally {
      deadline.clear()
    }
  }

  #note(cell: Cell, result: OutcomeDraft): Outcome {
    const outcome: Outcome = { ...asUnselected(withNextLine(this.#scope.options, cell, result)), seconds: 0 }
    this.outcomes.set(cell.key, outcome)
    return outcome
  }
}

/** A step that is not selected ends without an event of its own, so whoever needs it passes its whole reason on. */
function asUnselected(result: OutcomeDraft): OutcomeDraft {
  if (result.ok || result.kind === "skipped" || result.kind === "waiting") return result
  return { ...result, kind: "skipped", because: "not selected", reason: `${result.kind}: ${result.reason}` }
}

function unselectedDraft(options: RunScope["options"], cell: Cell, result: CheckResult): OutcomeDraft {
  const ready = result.state === "ready"
  return {
    ...outcomeDraft("skipped", ready ? result.reason : `${result.state}: ${result.reason}`, {
      because: "not selected",
      root: cell.key,
    }),
    ok: ready,
    ...(!ready && { fix: "run that step first", next: stepCommand(options, cell.at) }),
  }
}
