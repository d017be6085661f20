import type { CheckResult } from "../notebook/check-result.ts"
import { actionFor } from "../notebook/step.ts"
import { remember } from "./checkpoints.ts"
import type { Outcome } from "./events.ts"
import type { Cell } from "./graph.ts"
import { draftOfError } from "./outcomes.ts"
import type { RunScope } from "./run-scope.ts"
import { defaultParallel, openRunScope } from "./run-scope.ts"
import { assertSameFederation } from "./same-federation.ts"
import { Semaphore } from "./semaphore.ts"
import type { PlanEntry, RunOptions } from "./types.ts"

/** Looks at once; looks mostly wait for the network. */
const LOOKS = 32

/**
 * What a run would do, by the same looks: every selected step in every lane. Changes nothing: only reads, no lock, no
 * journal. A step whose needs are not done is not looked at.
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

/** Whether a plan has anything to do. */
export const somethingToDo = (entries: readonly PlanEntry[]): boolean =>
  entries.some(({ action }) => action !== "ok")

class Planner {
  readonly #scope: RunScope
  readonly #outcomes: Map<string, Outcome>
  readonly #entries = new Map<string, Promise<PlanEntry>>()
  readonly #looks = new Semaphore(Math.max(LOOKS, defaultParallel()))

  constructor(scope: RunScope, outcomes: Map<string, Outcome>) {
    this.#scope = scope
    this.#outcomes = outcomes
  }

  entry(cell: Cell): Promise<PlanEntry> {
    let entry = this.#entries.get(cell.key)
    if (entry === undefined) {
      entry = this.#make(cell).then((made) => {
        this.#outcomes.set(cell.key, {
          kind: "unchanged",
          ok: isThere(made),
          reason: made.reason,
          seconds: 0,
        })
        return made
      })
      this.#entries.set(cell.key, entry)
    }
    return entry
  }

  async #make(cell: Cell): Promise<PlanEntry> {
    const { options, source } = this.#scope
    const { checkpoint, stale } = remember(
      options.notebook,
      options.federation,
      options.state.journal.memory,
      cell,
    )
    const base = {
      step: cell.step.id,
      title: cell.step.title,
      ...(cell.site && { site: cell.site.name }),
      ...(stale.length > 0 && { stale }),
    }
    if (options.trustCheckpoints === true && checkpoint !== undefined && stale.length === 0) {
      return { ...base, action: "ok", reason: `checkpoint of ${checkpoint.t}` }
    }
    if (cell.step.feeds !== undefined) {
      const fed = source.graph.find(cell.step.feeds, cell.site)
      // The fed step needs this one: it is looked at here on its own, once everything else it needs is there.
      const others = fed === undefined ? [] : source.graph.needs(fed).filter((need) => need !== cell)
      if (fed !== undefined && (await this.#notThere(others)) === undefined) {
        const result = await this.#check(fed)
        if (result.state === "ready" || result.state === "progressing") {
          return { ...base, action: "ok", reason: `not needed: ${fed.step.id} is ${result.state}` }
        }
      }
    }
    const before = cell.step.on === "here" ? [] : source.graph.here.cells.filter(this.#scope.selected)
    const missing = await this.#notThere([...before, ...source.graph.needs(cell)])
    if (missing !== undefined) {
      const after = name(missing, cell)
      return { ...base, action: "wait", after, reason: `after ${after}` }
    }
    return { ...base, ...fromResult(cell, await this.#check(cell)) }
  }

  async #notThere(needs: readonly Cell[]): Promise<Cell | undefined> {
    const entries = await Promise.all(needs.map((need) => this.entry(need)))
    return needs[entries.findIndex((entry) => !isThere(entry))]
  }

  async #check(cell: Cell): Promise<CheckResult> {
    try {
      return await this.#looks.hold(() => this.#scope.watcher.once(cell, this.#scope.options.signal))
    } catch (error) {
      const { reason, fix, next } = draftOfError(cell, error)
      return { state: "blocked", reason, fix: fix ?? "", ...(next !== undefined && { next }) }
    }
  }
}

const isThere = ({ action }: PlanEntry): boolean => action === "ok"

/** A step of the same lane by its id, one elsewhere with its site. */
const name = (need: Cell, cell: Cell): string =>
  need.site === undefined || need.site === cell.site ? need.step.id : need.key

function fromResult(cell: Cell, result: CheckResult): Omit<PlanEntry, "step" | "title" | "site" | "stale"> {
  const cure = {
    ...("fix" in result && result.fix !== undefined && { fix: result.fix }),
    ...("next" in result && result.next !== undefined && { next: result.next }),
    ...("approval" in result && result.approval !== undefined && { approval: result.approval }),
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
  return { action: action(), reason: result.reason, result, ...cure }
}
