import {
  type At,
  isHeldBack,
  type Outcome,
  type OutcomeKind,
  placeName,
  type Recorded,
} from "../runner/events.ts"

/** What a lane does now. `stopped`: none of its own steps failed, but it cannot continue (or was interrupted). */
export type LaneState = "failed" | "running" | "waiting" | "stopped" | "pending" | "done"

/** A lane as it is shown: its counts, what it does now, and why it does not continue. */
export interface LaneView {
  readonly name: string
  readonly state: LaneState
  /** Steps that succeeded; `total` is without those that were skipped for a good reason. */
  readonly done: number
  /** Those of them that this run has changed. */
  readonly applied: number
  readonly updated: number
  readonly deleted: number
  readonly heldBack: number
  readonly total: number
  /** The current step, the one at which it stopped, or the next one. */
  readonly step: string | undefined
  /** What it waits for, why it failed, or why it was skipped. */
  readonly reason: string | undefined
  /** When the current step started, in milliseconds since the epoch. */
  readonly since: number | undefined
}

/** Sums over all lanes, in steps. */
export interface Totals {
  readonly done: number
  readonly heldBack: number
  readonly total: number
}

/** The state of a run that is shown, built from its events alone. */
export class RunModel {
  readonly #lanes = new Map<string, Lane>()
  /** Lanes of steps that have no site: `here`, `federation`. */
  readonly #siteless = new Map<string, string>()
  started: number | undefined
  /** The time of the last event: nothing here reads a clock. */
  now = 0

  take(event: Recorded): void {
    this.now = Date.parse(event.t)
    switch (event.type) {
      case "run started":
        this.#begin(event)
        break
      case "step started":
        this.#lane(event).begin(event.step, this.now)
        break
      case "waiting":
        this.#lane(event).wait(event.step, event.reason, this.now)
        break
      case "action started":
        this.#lane(event).go(event.step, this.now)
        break
      case "step ended":
        this.#lane(event).end(event.step, event.outcome)
        break
    }
  }

  #begin(event: Extract<Recorded, { type: "run started" }>): void {
    this.started = this.now
    this.#lanes.clear()
    this.#siteless.clear()
    const sites = new Set(event.sites.map((site) => site.name))
    for (const { name, steps } of event.lanes) {
      this.#lanes.set(name, new Lane(name, steps))
      if (!sites.has(name)) for (const step of steps) this.#siteless.set(step, name)
    }
  }

  #lane(at: At): Lane {
    const name = at.site ?? this.#siteless.get(at.step) ?? placeName(at)
    let lane = this.#lanes.get(name)
    if (lane === undefined) {
      lane = new Lane(name, [at.step])
      this.#lanes.set(name, lane)
    }
    return lane
  }

  /** Every lane, in the run's order. */
  lanes(): LaneView[] {
    return [...this.#lanes.values()].map((lane) => lane.view())
  }
}

export function totals(lanes: readonly LaneView[]): Totals {
  const sum = (pick: (lane: LaneView) => number) => lanes.reduce((total, lane) => total + pick(lane), 0)
  return {
    done: sum((lane) => lane.done),
    heldBack: sum((lane) => lane.heldBack),
    total: sum((lane) => lane.total),
  }
}

/** Outcomes of steps that a run has changed. */
export const CHANGES = ["applied", "updated", "deleted"] as const satisfies readonly OutcomeKind[]

class Lane {
  readonly #name: string
  readonly #steps: string[]
  readonly #ended = new Map<string, Outcome>()
  #current: { step: string; since: number; waiting: string | undefined } | undefined
  #failed: { step: string; reason: string } | undefined
  #stopped: { step: string; reason: string } | undefined

  constructor(name: string, steps: readonly string[]) {
    this.#name = name
    this.#steps = [...steps]
  }

  begin(step: string, since: number): void {
    if (this.#ended.get(step)?.ok === false) this.#again(step)
    if (!this.#steps.includes(step)) this.#steps.push(step)
    this.#current = { step, since, waiting: undefined }
  }

  wait(step: string, reason: string, now: number): void {
    if (this.#current?.step !== step) this.begin(step, now)
    this.#current!.waiting = reason
  }

  go(step: string, now: number): void {
    if (this.#current?.step !== step) this.begin(step, now)
    this.#current!.waiting = undefined
  }

  end(step: string, outcome: Outcome): void {
    const { kind, reason } = outcome
    if (!this.#steps.includes(step)) this.#steps.push(step)
    this.#ended.set(step, outcome)
    if (this.#current?.step === step) this.#current = undefined
    if (kind === "failed" || kind === "blocked") this.#failed ??= { step, reason }
    if (isHeldBack(outcome) || kind === "interrupted") this.#stopped ??= { step, reason }
  }

  /** It is tried again from this step on. */
  #again(step: string): void {
    this.#ended.delete(step)
    for (const [other, outcome] of this.#ended)
      if (isHeldBack(outcome) && outcome.code !== "party") this.#ended.delete(other)
    this.#failed = undefined
    this.#stopped = undefined
  }

  view(): LaneView {
    let done = 0
    let heldBack = 0
    let notNeeded = 0
    for (const outcome of this.#ended.values()) {
      if (isHeldBack(outcome)) heldBack++
      else if (outcome.kind === "skipped") notNeeded++
      else if (outcome.ok) done++
    }
    const number = (kind: OutcomeKind) => [...this.#ended.values()].filter((one) => one.kind === kind).length
    const common = {
      name: this.#name,
      done,
      applied: number("applied"),
      updated: number("updated"),
      deleted: number("deleted"),
      heldBack,
      total: this.#steps.length - notNeeded,
    }
    const at = (state: LaneState, step?: string, reason?: string, since?: number): LaneView => ({
      ...common,
      state,
      step,
      reason,
      since,
    })
    if (this.#failed !== undefined) return at("failed", this.#failed.step, this.#failed.reason)
    if (this.#current !== undefined) {
      const { step, since, waiting } = this.#current
      return at(waiting === undefined ? "running" : "waiting", step, waiting, since)
    }
    if (this.#stopped !== undefined) return at("stopped", this.#stopped.step, this.#stopped.reason)
    const next = this.#steps.find((step) => !this.#ended.has(step))
    return next === undefined ? at("done") : at("pending", next)
  }
}
