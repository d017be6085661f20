import type { CheckResult } from "../notebook/check-result.ts"
import { remember } from "./checkpoints.ts"
import { Deadline } from "./deadline.ts"
import type { Outcome } from "./events.ts"
import { Execution } from "./execute.ts"
import type { Cell, Lane } from "./graph.ts"
import { draftOfError, draftOfNeed, type OutcomeDraft, outcomeDraft } from "./outcomes.ts"
import type { RunScope } from "./run-scope.ts"

/** How long a step that was left out is waited for when another needs it, in seconds. */
const LEFT_OUT_TIMEOUT = 60

/** Walks lanes: awaits what each cell needs, executes it, passes on why a lane ended. Knows no terminal and no listr2. */
export class Scheduler {
  readonly #scope: RunScope
  readonly #ended = new Map<string, PromiseWithResolvers<Outcome>>()
  readonly #unselected = new Map<string, Promise<Outcome>>()
  /** By place name, as they come. */
  readonly outcomes = new Map<string, Outcome>()

  constructor(scope: RunScope) {
    this.#scope = scope
    for (const cell of scope.source.graph.cells) {
      if (scope.selected(cell)) this.#ended.set(cell.key, Promise.withResolvers<Outcome>())
    }
  }

  /**
   * A lane's steps in order. A step that does not end well ends its lane: the rest is `not run`, with the root.
   * @returns the outcome that ended the lane, or nothing
   */
  async walk(lane: Lane): Promise<Outcome | undefined> {
    let broken: { cell: Cell; outcome: Outcome } | undefined
    for (const cell of lane.cells) {
      if (!this.#scope.selected(cell)) continue
      const outcome = broken === undefined ? await this.#execute(cell) : this.#pass(cell, broken)
      if (!outcome.ok) broken ??= { cell, outcome }
    }
    return broken?.outcome
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
      result = (await this.#spared(cell)) ?? (await new Execution(this.#scope, cell).run())
    } catch (error) {
      result = draftOfError(cell, error)
    }
    return this.#end(cell, result, started)
  }

  #pass(cell: Cell, broken: { cell: Cell; outcome: Outcome }): Outcome {
    return this.#end(cell, draftOfNeed(broken.cell, broken.outcome), performance.now())
  }

  #end(cell: Cell, result: OutcomeDraft, started: number): Outcome {
    const outcome: Outcome = { ...result, seconds: (performance.now() - started) / 1000 }
    this.outcomes.set(cell.key, outcome)
    this.#scope.bus.emit({ type: "step ended", outcome, ...cell.at })
    this.#ended.get(cell.key)!.resolve(outcome)
    return outcome
  }

  /** The ending of a cell that need not be looked at: its checkpoint is trusted, or what it supplies is done. */
  async #spared(cell: Cell): Promise<OutcomeDraft | undefined> {
    const { options } = this.#scope
    if (options.rerun === true) return undefined
    if (options.trustCheckpoints === true && !cell.step.always) {
      const { checkpoint, stale } = remember(
        options.notebook,
        options.federation,
        options.state.journal.memory,
        cell,
      )
      if (checkpoint !== undefined && stale.length === 0 && !this.#scope.source.interrupted(cell)) {
        return outcomeDraft(
          "unchanged",
          `checkpoint of ${checkpoint.t}`,
          checkpoint.adopted ? { adopted: true } : {},
        )
      }
    }
    return this.#notNeeded(cell)
  }

  /** A step that only supplies another is not needed once that one is there. */
  async #notNeeded(cell: Cell): Promise<OutcomeDraft | undefined> {
    const { source, options, watcher } = this.#scope
    const fed = cell.step.feeds === undefined ? undefined : source.graph.find(cell.step.feeds, cell.site)
    if (fed === undefined) return undefined
    const deadline = new Deadline(options.timeout ?? fed.step.timeout ?? LEFT_OUT_TIMEOUT, options.signal)
    try {
      const result = await watcher.patiently(fed, deadline)
      if (result.state !== "ready" && result.state !== "progressing") return undefined
      return outcomeDraft("skipped", `not needed: ${fed.step.id} is ${result.state}`, {
        because: "not needed",
      })
    } finally {
      deadline.clear()
    }
  }

  /** Awaits what comes before; the first that did not end well, at once. */
  async #unmet(cell: Cell): Promise<OutcomeDraft | undefined> {
    const { graph } = this.#scope.source
    if (cell.step.on === "federation") return this.#unmetFederation(cell)
    const before =
      cell.step.on === "here" ? [] : graph.here.cells.filter((other) => this.#ended.has(other.key))
    return this.#firstBad([...before, ...graph.needs(cell)])
  }

  /** Over the lanes that finished: it runs unless everything it needs failed. */
  async #unmetFederation(cell: Cell): Promise<OutcomeDraft | undefined> {
    const { graph } = this.#scope.source
    const lanes = graph.lanes.flatMap((lane) => lane.cells).filter((other) => this.#ended.has(other.key))
    await Promise.all(
      [...graph.here.cells.filter((other) => this.#ended.has(other.key)), ...lanes].map((other) =>
        this.#outcome(other),
      ),
    )
    const needs = graph.needs(cell)
    const outcomes = await Promise.all(needs.map((need) => this.#outcome(need)))
    const bad = outcomes.findIndex((outcome) => !outcome.ok)
    if (bad === -1 || outcomes.some((outcome) => outcome.ok)) return undefined
    return draftOfNeed(needs[bad]!, outcomes[bad]!)
  }

  #firstBad(needs: readonly Cell[]): Promise<OutcomeDraft | undefined> {
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

  /** A step left out by the selection is looked at because another needs it; one under way is waited for. */
  async #checkUnselected(cell: Cell): Promise<Outcome> {
    const { options, watcher } = this.#scope
    const unmet = await this.#firstBad(this.#scope.source.graph.needs(cell))
    if (unmet !== undefined) return this.#note(cell, unmet)
    const spared = await this.#spared(cell)
    if (spared !== undefined) return this.#note(cell, spared)
    const deadline = new Deadline(options.timeout ?? LEFT_OUT_TIMEOUT, options.signal)
    try {
      let result = await watcher.patiently(cell, deadline)
      if (result.state === "progressing") result = await watcher.until(cell, deadline)
      return this.#note(cell, unselectedDraft(options, cell, result))
    } catch (error) {
      return this.#note(cell, draftOfError(cell, error))
    } finally {
      deadline.clear()
    }
  }

  #note(cell: Cell, result: OutcomeDraft): Outcome {
    const outcome: Outcome = { ...result, seconds: 0 }
    this.outcomes.set(cell.key, outcome)
    return outcome
  }
}

function unselectedDraft(
  { notebook, federationFlags = "" }: RunScope["options"],
  cell: Cell,
  result: CheckResult,
): OutcomeDraft {
  const site = cell.site === undefined ? "" : ` --site ${cell.site.name}`
  const next = `${notebook.name} step ${cell.step.id}${site}${federationFlags}`
  const ready = result.state === "ready"
  return {
    ...outcomeDraft("skipped", ready ? result.reason : `${result.state}: ${result.reason}`, {
      because: "not selected",
      root: cell.key,
    }),
    ok: ready,
    ...(!ready && { fix: "do that step first", next }),
  }
}
