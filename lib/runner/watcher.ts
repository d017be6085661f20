import { pause, RESTARTED_SERVER_MS, UNKNOWN_PAUSE_MS } from "../limits.ts"
import { type CheckResult, isForbidden } from "../notebook/check-result.ts"
import type { Bus } from "./bus.ts"
import { type ContextSource, contextOf } from "./context.ts"
import { type Deadline, endedBy } from "./deadline.ts"
import type { Cell } from "./graph.ts"
import { resultOf } from "./outcomes.ts"
import type { Semaphore } from "./semaphore.ts"
import type { Toolbox } from "./toolbox.ts"

/** Checks cells: once, with back-off while the result is *unknown*, or by watch until the result is another. */
export class Watcher {
  readonly #toolbox: Toolbox
  readonly #bus: Bus
  readonly #slots: Semaphore
  readonly #source: ContextSource
  constructor(toolbox: Toolbox, bus: Bus, slots: Semaphore, source: ContextSource) {
    this.#toolbox = toolbox
    this.#bus = bus
    this.#slots = slots
    this.#source = source
  }

  /** One check. @param clock stands while a check that spawns commands waits for a slot */
  async once(cell: Cell, signal: AbortSignal, clock?: Deadline): Promise<CheckResult> {
    const check = () => this.now(cell, signal)
    return cell.step.spawns ? this.#slots.hold(check, { clock, first: cell.first }) : check()
  }

  /** One check at once, by whoever has a slot. */
  now(cell: Cell, signal: AbortSignal): Promise<CheckResult> {
    const emit = this.#bus.emit
    return resultOf(() => {
      const tools = this.#toolbox.open({ step: cell.step, site: cell.site, signal, emit, checks: true })
      return endedBy(signal, cell.step.check(contextOf(this.#source, cell, tools, signal, emit)))
    })
  }

  /** Retries an *unknown* result with back-off until the deadline. An expired login is not retried. */
  async patiently(cell: Cell, deadline: Deadline): Promise<CheckResult> {
    let lostAt: number | undefined
    let last: CheckResult | undefined
    for (let wait = UNKNOWN_PAUSE_MS.first; ; wait = Math.min(wait * 2, UNKNOWN_PAUSE_MS.longest)) {
      const result = await this.once(cell, deadline.signal, deadline).catch((error: unknown) => {
        // The time was over during a check: the last complete result says more than its abort.
        if (deadline.signal.aborted && last !== undefined) return last
        throw error
      })
      if (deadline.signal.aborted) return result
      last = result
      if (result.state === "unknown" && result.because === "unreachable") lostAt = performance.now()
      const settling =
        lostAt !== undefined && performance.now() - lostAt < RESTARTED_SERVER_MS && isForbidden(result)
      if (!settling && (result.state !== "unknown" || result.because === "login")) return result
      this.#bus.emit({ type: "waiting", reason: result.reason, ...cell.at })
      await pause(wait, deadline.signal)
      if (deadline.signal.aborted) return result
    }
  }

  /**
   * Watches until the result is neither *progressing* nor *unknown* (other than an expired login) nor `unlike`, or the time
   * is over: then it is the last result.
   */
  async until(
    cell: Cell,
    deadline: Deadline,
    unlike?: CheckResult,
    within?: AbortSignal,
  ): Promise<CheckResult> {
    const signal = within === undefined ? deadline.signal : AbortSignal.any([deadline.signal, within])
    const emit = this.#bus.emit
    const observation = this.#toolbox.observe({ step: cell.step, site: cell.site, signal, emit })
    let last: CheckResult | undefined
    try {
      for (;;) {
        const result = await resultOf(() =>
          endedBy(
            signal,
            cell.step.check(contextOf(this.#source, cell, observation.tools, deadline.signal, emit)),
          ),
        ).catch((error: unknown) => {
          // The time was over during a check: the last complete result says more than its abort.
          if (signal.aborted && last !== undefined) return last
          throw error
        })
        const settled =
          result.state !== "progressing" &&
          !(result.state === "unknown" && result.because !== "login") &&
          !(unlike !== undefined && result.state === unlike.state && result.reason === unlike.reason)
        if (settled || signal.aborted) return result
        if (result.reason !== last?.reason) {
          emit({ type: "waiting", reason: result.reason, ...cell.at })
        }
        last = result
        await observation.changed(signal)
        // A check under an aborted signal only reports the abort: the last result is the better one.
        if (signal.aborted) return result
      }
    } finally {
      observation.close()
    }
  }
}
