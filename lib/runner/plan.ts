import { maxChecks } from "../limits.ts"
import { actionFor } from "../notebook/action-for.ts"
import type { CheckResult } from "../notebook/check-result.ts"
import type { Foreseen } from "../notebook/foreseen.ts"
import { manualContext } from "../notebook/manual.ts"
import { remember } from "./checkpoints.ts"
import { crossingOf } from "./crossing.ts"
import { type Outcome, placeName } from "./events.ts"
import type { Cell } from "./graph.ts"
import { withNextLine } from "./next-command.ts"
import { draftOfError } from "./outcomes.ts"
import type { RunScope } from "./run-scope.ts"
import { openRunScope } from "./run-scope.ts"
import { assertSameFederation } from "./same-federation.ts"
import { Semaphore } from "./semaphore.ts"
import type { PlanEntry, RunOptions } from "./types.ts"

/**
 * What a run would do, by the same checks: every selected step in every lane. It only reads: no lock, no journal. A step
 * is not checked while a step that it needs is not ready.
 */
export async function plan(options: RunOptions): Promise<PlanEntry[]> {
  assertSameFederation(
    options.notebook,
    options.federation,
    options.state.journal.memory,
    options.state.folder,
  )
  const outcomes = new Map<string, Outcome>()
  const scope = openRunScope({ ...options, interactive: false }, (key) => outcomes.get(key))
  const planner = new Planner(scope, outcomes)
  return Promise.all(scope.source.graph.cells.filter(scope.selected).map((cell) => planner.entry(cell)))
}

/** Whether a plan has anything to do. What another party has to do is not for a run here. */
export const somethingToDo = (entries: readonly PlanEntry[]): boolean => {
  const theirs = new Set<string>()
  const isTheirs = ({ action, party, after, site }: PlanEntry): boolean =>
    (action === "wait" && party !== undefined) ||
    (after !== undefined && (theirs.has(after) || theirs.has(`${site}/${after}`)))
  // A step stands behind all that it needs.
  for (const entry of entries) if (isTheirs(entry)) theirs.add(placeName(entry))
  return entries.some((entry) => entry.action !== "ok" && !theirs.has(placeName(entry)))
}

class Planner {
  readonly #scope: RunScope
  readonly #outcomes: Map<string, Outcome>
  readonly #entries = new Map<string, Promise<PlanEntry>>()
  readonly #checks = new Semaphore(maxChecks())

  constructor(scope: RunScope, outcomes: Map<string, Outcome>) {
    this.#scope = scope
    this.#outcomes = outcomes
  }

  entry(cell: Cell): Promise<PlanEntry> {
    let entry = this.#entries.get(cell.key)
    if (entry === undefined) {
      entry = this.#decide(cell).then((bare) => {
        const decided = this.#foreseeing(cell, withNextLine(this.#scope.options, cell, bare))
        this.#outcomes.set(cell.key, {
          kind: "unchanged",
          ok: isOk(decided),
          reason: decided.reason,
          seconds: 0,
        })
        return decided
      })
      this.#entries.set(cell.key, entry)
    }
    return entry
  }

  /** A step that was checked says itself what it changes outside the site, and which object it is about. */
  #foreseeing(cell: Cell, entry: PlanEntry): PlanEntry {
    const { notebook, federation, state } = this.#scope.options
    if (entry.action === "ok" || entry.party !== undefined) return entry
    // What an earlier run has created is there.
    const exists = state.journal.memory.checkpoints.has(cell.key)
    const all = foreseenAt(notebook, federation, cell).filter(({ kind }) => kind !== "creates" || !exists)
    const unchecked = entry.after !== undefined || entry.action === "unknown"
    const foreseen = unchecked ? all : all.filter(({ kind }) => kind === "sends" || kind === "also")
    return foreseen.length === 0 ? entry : { ...entry, foreseen }
  }

  async #decide(cell: Cell): Promise<PlanEntry> {
    const { options, source } = this.#scope
    const crossing = this.#crossing(cell)
    if (crossing !== undefined) return crossing
    // What it reads may be provided in this plan, and makes it stale then.
    if (cell.step.reads !== undefined) await this.#firstPending(source.graph.needs(cell))
    const { checkpoints, keyed } = options.state.journal.memory
    const { checkpoint, stale } = remember(
      options.notebook,
      options.federation,
      { checkpoints, keyed, values: source.values.kept },
      cell,
    )
    const base = {
      step: cell.step.id,
      title: cell.step.title,
      ...(cell.site && { site: cell.site.name }),
      ...(stale.length > 0 && { stale }),
    }
    const trusted = options.trustCheckpoints === true && checkpoint !== undefined && stale.length === 0
    if (trusted && source.values.unprovided(cell) === undefined) {
      return { ...base, action: "ok", reason: `checkpoint of ${checkpoint.t}` }
    }
    if (cell.step.feeds !== undefined) {
      const fed = source.graph.find(cell.step.feeds, cell.site)
      // The fed step needs this one, so it is checked here on its own, once everything else that it needs is ready.
      const others = fed === undefined ? [] : source.graph.needs(fed).filter((need) => need !== cell)
      const checked = fed !== undefined && fed.party === undefined
      if (checked && (await this.#firstPending(others)) === undefined) {
        const result = await this.#check(fed)
        if (result.state === "ready" || result.state === "progressing") {
          return { ...base, action: "ok", reason: `not needed: ${fed.step.id} is ${result.state}` }
        }
      }
    }
    const before = cell.step.on === "here" ? [] : source.graph.here.cells.filter(this.#scope.selected)
    const missing = await this.#firstPending([...before, ...source.graph.needs(cell)])
    if (missing !== undefined) {
      const after = name(missing, cell)
      return { ...base, action: "wait", after, reason: `after ${after}` }
    }
    const result = await this.#check(cell)
    const lacking = result.state === "ready" ? source.values.unprovided(cell) : undefined
    if (lacking === undefined) return { ...base, ...fromResult(cell, result) }
    const { reason, fix, next } = lacking
    return { ...base, action: "blocked", reason, result, ...(fix && { fix }), ...(next && { next }) }
  }

  /** A step that another party runs, or that waits until its party is admitted. */
  #crossing(cell: Cell): PlanEntry | undefined {
    const { notebook, federation, state, now } = this.#scope.options
    const { memory } = state.journal
    const found = crossingOf({ notebook, federation, memory, now: now?.() ?? new Date() }, cell)
    if (found === undefined) return undefined
    const { step, site } = cell
    const { ok, reason, party, fix, next } = found
    return {
      step: step.id,
      title: step.title,
      ...(site && { site: site.name }),
      action: ok ? "ok" : "wait",
      reason,
      ...(party !== undefined && { party }),
      ...(fix !== undefined && { fix }),
      ...(next !== undefined && { next }),
    }
  }

  async #firstPending(needs: readonly Cell[]): Promise<Cell | undefined> {
    const entries = await Promise.all(needs.map((need) => this.entry(need)))
    return needs[entries.findIndex((entry) => !isOk(entry))]
  }

  async #check(cell: Cell): Promise<CheckResult> {
    try {
      return await this.#checks.hold(() => this.#scope.watcher.once(cell, this.#scope.options.signal))
    } catch (error) {
      const { reason, fix, next } = draftOfError(cell, error)
      return { state: "blocked", reason, fix: fix ?? "", ...(next !== undefined && { next }) }
    }
  }
}

function foreseenAt(
  notebook: RunOptions["notebook"],
  federation: RunOptions["federation"],
  { step, site }: Cell,
): readonly Foreseen[] {
  if (step.foresees === undefined) return []
  const files = { on: () => "", kubeconfig: "", privateFile: () => "" }
  return step.foresees(manualContext(notebook, federation, step, site, files))
}

const isOk = ({ action }: PlanEntry): boolean => action === "ok"

/** A step of the same lane by its id, one elsewhere with its site. */
const name = (need: Cell, cell: Cell): string =>
  need.site === undefined || need.site === cell.site ? need.step.id : need.key

function fromResult(cell: Cell, result: CheckResult): Omit<PlanEntry, "step" | "title" | "site" | "stale"> {
  const advice = {
    ...("fix" in result && result.fix !== undefined && { fix: result.fix }),
    ...("next" in result && result.next !== undefined && { next: result.next }),
    ...("approval" in result && result.approval !== undefined && { approval: result.approval }),
    ...("effects" in result && result.effects !== undefined && { effects: result.effects }),
  }
  const action = (): PlanEntry["action"] => {
    switch (result.state) {
      case "ready":
        return "ok"
      case "progressing":
        return "wait"
      case "missing":
      case "drifted":
        return actionFor(cell.step, result.state)?.action ?? "blocked"
      case "blocked":
        return "blocked"
      case "unknown":
        return "unknown"
    }
  }
  return { action: action(), reason: result.reason, result, ...advice }
}
