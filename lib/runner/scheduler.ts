import type { Look } from "../notebook/looks.ts"
import { remember } from "./checkpoints.ts"
import { Deadline } from "./deadline.ts"
import type { Outcome } from "./events.ts"
import { Execution, type Workshop } from "./execute.ts"
import type { Cell, Lane } from "./graph.ts"
import { type Ending, ending, endingOfError, endingOfNeed } from "./outcomes.ts"

/** How long a step that was left out is waited for when another needs it, in seconds. */
const LEFT_OUT_TIMEOUT = 60

/** Walks lanes: awaits what each cell needs, executes it, passes on why a lane ended. Knows no terminal and no listr2. */
export class Scheduler {
  readonly #shop: Workshop
  readonly #ended = new Map<string, PromiseWithResolvers<Outcome>>()
  readonly #leftOut = new Map<string, Promise<Outcome>>()
  /** By place name, as they come. */
  readonly outcomes = new Map<string, Outcome>()

  constructor(shop: Workshop) {
    this.#shop = shop
    for (const cell of shop.source.graph.cells) {
      if (shop.selected(cell)) this.#ended.set(cell.key, Promise.withResolvers<Outcome>())
    }
  }

  /**
   * A lane's steps in order. A step that does not end well ends its lane: the rest is `not run`, with the root.
   * @returns the outcome that ended the lane, or nothing
   */
  async walk(lane: Lane): Promise<Outcome | undefined> {
    let broken: { cell: Cell; outcome: Outcome } | undefined
    for (const cell of lane.cells) {
      if (!this.#shop.selected(cell)) continue
      const outcome = broken === undefined ? await this.#execute(cell) : this.#pass(cell, broken)
      if (!outcome.ok) broken ??= { cell, outcome }
    }
    return broken?.outcome
  }

  async #execute(cell: Cell): Promise<Outcome> {
    let started = performance.now()
    const { bus } = this.#shop
    let result: Ending
    try {
      const unmet = await this.#unmet(cell)
      started = performance.now()
      if (unmet !== undefined) return this.#end(cell, unmet, started)
      bus.emit({ type: "step started", ...cell.at })
      result = (await this.#spared(cell)) ?? (await new Execution(this.#shop, cell).run())
    } catch (error) {
      result = endingOfError(cell, error)
    }
    return this.#end(cell, result, started)
  }

  #pass(cell: Cell, broken: { cell: Cell; outcome: Outcome }): Outcome {
    return this.#end(cell, endingOfNeed(broken.cell, broken.outcome), performance.now())
  }

  #end(cell: Cell, result: Ending, started: number): Outcome {
    const outcome: Outcome = { ...result, seconds: (performance.now() - started) / 1000 }
    this.outcomes.set(cell.key, outcome)
    this.#shop.bus.emit({ type: "step ended", outcome, ...cell.at })
    this.#ended.get(cell.key)!.resolve(outcome)
    return outcome
  }

  /** The ending of a cell that need not be looked at: its checkpoint is trusted, or what it supplies is done. */
  async #spared(cell: Cell): Promise<Ending | undefined> {
    const { options } = this.#shop
    if (options.again === true) return undefined
    if (options.trustCheckpoints === true && !cell.step.always) {
      const { checkpoint, stale } = remember(
        options.notebook,
        options.federation,
        options.state.journal.memory,
        cell,
      )
      if (checkpoint !== undefined && stale.length === 0 && !this.#shop.source.begun(cell)) {
        return ending("done", `checkpoint of ${checkpoint.t}`, checkpoint.adopted ? { adopted: true } : {})
      }
    }
    return this.#notNeeded(cell)
  }

  /** A step that only supplies another is not needed once that one is there. */
  async #notNeeded(cell: Cell): Promise<Ending | undefined> {
    const { source, options, watcher } = this.#shop
    const fed = cell.step.feeds === undefined ? undefined : source.graph.find(cell.step.feeds, cell.site)
    if (fed === undefined) return undefined
    const deadline = new Deadline(options.timeout ?? fed.step.timeout ?? LEFT_OUT_TIMEOUT, options.signal)
    try {
      const look = await watcher.patiently(fed, deadline)
      if (look.is !== "done" && look.is !== "under way") return undefined
      return ending("not needed", `${fed.step.id} is ${look.is}`)
    } finally {
      deadline.clear()
    }
  }

  /** Awaits what comes before; the first that did not end well, at once. */
  async #unmet(cell: Cell): Promise<Ending | undefined> {
    const { graph } = this.#shop.source
    if (cell.step.on === "federation") return this.#unmetFederation(cell)
    const before =
      cell.step.on === "here" ? [] : graph.here.cells.filter((other) => this.#ended.has(other.key))
    return this.#firstBad([...before, ...graph.needs(cell)])
  }

  /** Over the lanes that finished: it runs unless everything it needs failed. */
  async #unmetFederation(cell: Cell): Promise<Ending | undefined> {
    const { graph } = this.#shop.source
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
    return endingOfNeed(needs[bad]!, outcomes[bad]!)
  }

  #firstBad(needs: readonly Cell[]): Promise<Ending | undefined> {
    return new Promise((resolve, reject) => {
      let open = needs.length
      if (open === 0) resolve(undefined)
      for (const need of needs) {
        this.#outcome(need).then((outcome) => {
          if (!outcome.ok) resolve(endingOfNeed(need, outcome))
          else if (--open === 0) resolve(undefined)
        }, reject)
      }
    })
  }

  #outcome(cell: Cell): Promise<Outcome> {
    const selected = this.#ended.get(cell.key)
    if (selected !== undefined) return selected.promise
    let looked = this.#leftOut.get(cell.key)
    if (looked === undefined) {
      looked = this.#lookAt(cell)
      this.#leftOut.set(cell.key, looked)
    }
    return looked
  }

  /** A step left out by the selection is looked at because another needs it; one under way is waited for. */
  async #lookAt(cell: Cell): Promise<Outcome> {
    const { options, watcher } = this.#shop
    const unmet = await this.#firstBad(this.#shop.source.graph.needs(cell))
    if (unmet !== undefined) return this.#note(cell, unmet)
    const spared = await this.#spared(cell)
    if (spared !== undefined) return this.#note(cell, spared)
    const deadline = new Deadline(options.timeout ?? LEFT_OUT_TIMEOUT, options.signal)
    try {
      let look = await watcher.patiently(cell, deadline)
      if (look.is === "under way") look = await watcher.until(cell, deadline)
      return this.#note(cell, leftOut(options, cell, look))
    } catch (error) {
      return this.#note(cell, endingOfError(cell, error))
    } finally {
      deadline.clear()
    }
  }

  #note(cell: Cell, result: Ending): Outcome {
    const outcome: Outcome = { ...result, seconds: 0 }
    this.outcomes.set(cell.key, outcome)
    return outcome
  }
}

function leftOut({ notebook, sameFederation = "" }: Workshop["options"], cell: Cell, look: Look): Ending {
  const site = cell.site === undefined ? "" : ` --site ${cell.site.name}`
  const next = `${notebook.name} step ${cell.step.id}${site}${sameFederation}`
  return {
    ...ending("left out", look.is === "done" ? look.reason : `${look.is}: ${look.reason}`, {
      root: cell.key,
    }),
    ok: look.is === "done",
    ...(look.is !== "done" && { fix: "do that step first", next }),
  }
}
