import type { Look } from "../notebook/looks.ts"
import { remember } from "./checkpoints.ts"
import type { Outcome } from "./events.ts"
import type { Workshop } from "./execute.ts"
import type { Cell } from "./graph.ts"
import { refuseStrangers } from "./identity.ts"
import { endingOfError } from "./outcomes.ts"
import { Semaphore } from "./semaphore.ts"
import type { PlanEntry, RunOptions } from "./types.ts"
import { defaultParallel, openWorkshop } from "./workshop.ts"

/** Looks at once; looks mostly wait for the network. */
const LOOKS = 32

/**
 * What a run would do, by the same looks: every selected step in every lane. Changes nothing: only reads, no lock, no
 * journal. A step whose needs are not done is not looked at.
 */
export async function plan(options: RunOptions): Promise<PlanEntry[]> {
  refuseStrangers(options.notebook, options.federation, options.state.journal.memory, options.state.folder)
  const outcomes = new Map<string, Outcome>()
  const shop = openWorkshop({ ...options, interactive: false }, (key) => outcomes.get(key))
  const planner = new Planner(shop, outcomes)
  return Promise.all(shop.source.graph.cells.filter(shop.selected).map((cell) => planner.entry(cell)))
}

/** Whether a plan has anything to do. */
export const somethingToDo = (entries: readonly PlanEntry[]): boolean =>
  entries.some(({ would }) => would !== "nothing" && would !== "not needed" && would !== "left out")

class Planner {
  readonly #shop: Workshop
  readonly #outcomes: Map<string, Outcome>
  readonly #entries = new Map<string, Promise<PlanEntry>>()
  readonly #looks = new Semaphore(Math.max(LOOKS, defaultParallel()))

  constructor(shop: Workshop, outcomes: Map<string, Outcome>) {
    this.#shop = shop
    this.#outcomes = outcomes
  }

  entry(cell: Cell): Promise<PlanEntry> {
    let entry = this.#entries.get(cell.key)
    if (entry === undefined) {
      entry = this.#make(cell).then((made) => {
        this.#outcomes.set(cell.key, { kind: "done", ok: isThere(made), reason: made.reason, seconds: 0 })
        return made
      })
      this.#entries.set(cell.key, entry)
    }
    return entry
  }

  async #make(cell: Cell): Promise<PlanEntry> {
    const { options, source } = this.#shop
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
      return { ...base, would: "nothing", reason: `checkpoint of ${checkpoint.t}` }
    }
    if (cell.step.feeds !== undefined) {
      const fed = source.graph.find(cell.step.feeds, cell.site)
      // The fed step needs this one: it is looked at here on its own, once everything else it needs is there.
      const others = fed === undefined ? [] : source.graph.needs(fed).filter((need) => need !== cell)
      if (fed !== undefined && (await this.#notThere(others)) === undefined) {
        const look = await this.#look(fed)
        if (look.is === "done" || look.is === "under way") {
          return { ...base, would: "not needed", reason: `${fed.step.id} is ${look.is}` }
        }
      }
    }
    const before = cell.step.on === "here" ? [] : source.graph.here.cells.filter(this.#shop.selected)
    const missing = await this.#notThere([...before, ...source.graph.needs(cell)])
    if (missing !== undefined) return { ...base, would: "after", reason: `after ${name(missing, cell)}` }
    return { ...base, ...fromLook(cell, await this.#look(cell)) }
  }

  async #notThere(needs: readonly Cell[]): Promise<Cell | undefined> {
    const entries = await Promise.all(needs.map((need) => this.entry(need)))
    return needs[entries.findIndex((entry) => !isThere(entry))]
  }

  async #look(cell: Cell): Promise<Look> {
    try {
      return await this.#looks.hold(() => this.#shop.watcher.once(cell, this.#shop.options.signal))
    } catch (error) {
      const { reason, fix, next } = endingOfError(cell, error)
      return { is: "blocked", reason, fix: fix ?? "", ...(next !== undefined && { next }) }
    }
  }
}

const isThere = ({ would }: PlanEntry): boolean => would === "nothing" || would === "not needed"

/** A step of the same lane by its id, one elsewhere with its site. */
const name = (need: Cell, cell: Cell): string =>
  need.site === undefined || need.site === cell.site ? need.step.id : need.key

function fromLook(cell: Cell, look: Look): Omit<PlanEntry, "step" | "title" | "site" | "stale"> {
  const cure = {
    ...("fix" in look && look.fix !== undefined && { fix: look.fix }),
    ...("next" in look && look.next !== undefined && { next: look.next }),
    ...("consent" in look && look.consent !== undefined && { consent: look.consent }),
  }
  const would = (): PlanEntry["would"] => {
    switch (look.is) {
      case "done":
        return "nothing"
      case "under way":
        return "wait"
      case "absent":
        return cell.step.act === undefined ? "blocked" : "act"
      case "different":
        return cell.step.change === undefined ? "blocked" : "change"
      case "blocked":
        return "blocked"
      case "cannot look":
        return "cannot look"
    }
  }
  return { would: would(), reason: look.reason, look, ...cure }
}
