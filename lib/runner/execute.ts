import { MAX_ATTEMPTS, STEP_TIMEOUT_S, UNCHANGED_IS_FINAL_MS } from "../limits.ts"
import { actionFor } from "../notebook/action-for.ts"
import type { CheckResult, Unknown } from "../notebook/check-result.ts"
import { Actions } from "./actions.ts"
import { Deadline } from "./deadline.ts"
import type { Action } from "./events.ts"
import { finishCell, finishEditedCell } from "./finish.ts"
import type { Cell } from "./graph.ts"
import {
  draftOfBlocked,
  draftOfError,
  draftOfInterrupt,
  draftOfTimeout,
  draftOfUnchanged,
  type OutcomeDraft,
  outcomeDraft,
  waitedFor,
} from "./outcomes.ts"
import type { RunScope } from "./run-scope.ts"

/** Brings one cell to *ready*: checks, applies if needed, waits, shows, writes the checkpoint. Never throws. */
export class Execution {
  readonly #scope: RunScope
  readonly #cell: Cell
  readonly #actions: Actions
  #signedIn = false
  #rerunDone = false
  /** Its action was left to the user (`--by-hand`). */
  #leftToUser = false
  #queued = 0
  /** The reason of the last check. */
  #last: string | undefined

  readonly #limit: number

  /** @param most seconds at most, where that is less than its own limit */
  constructor(scope: RunScope, cell: Cell, most = Number.POSITIVE_INFINITY) {
    this.#scope = scope
    this.#cell = cell
    this.#limit = Math.min(most, scope.options.timeout ?? cell.step.timeout ?? STEP_TIMEOUT_S)
    this.#actions = new Actions(scope, cell, (other) => new Execution(scope, other).run())
  }

  /** Seconds that it has waited for slots and for other sites: it did nothing meanwhile. */
  get queued(): number {
    return this.#queued
  }

  async run(): Promise<OutcomeDraft> {
    const cell = this.#cell
    const deadline = new Deadline(this.#limit, this.#scope.options.signal)
    try {
      const result = await this.#converge(deadline)
      return deadline.interrupted && !result.ok ? draftOfInterrupt(cell) : result
    } catch (error) {
      if (deadline.interrupted) return draftOfInterrupt(cell)
      if (!deadline.passed) return draftOfError(cell, error)
      const { failure } = this.#actions
      return draftOfTimeout(cell, deadline.seconds, waitedFor(failure ?? error, this.#last), failure)
    } finally {
      deadline.clear()
      this.#queued = deadline.queued
    }
  }

  async #converge(deadline: Deadline): Promise<OutcomeDraft> {
    const { watcher, bus, options } = this.#scope
    const cell = this.#cell
    let result = await watcher.patiently(cell, deadline)
    let refused: CheckResult | undefined
    for (;;) {
      if (deadline.interrupted) return draftOfInterrupt(cell)
      bus.emit({ type: "checked", result, ...cell.at })
      this.#last = result.reason
      if (
        this.#actions.resuming &&
        options.manual !== true &&
        (result.state === "ready" || result.state === "progressing")
      )
        await this.#actions.resume(result, deadline)
      const step = await this.#respond(result, refused, deadline)
      if ("kind" in step) return step
      refused = step.state === "missing" || step.state === "drifted" ? result : undefined
      result = step
    }
  }

  /** One turn: the outcome, or the next result. `before` is the result that the last action responded to. */
  async #respond(
    result: CheckResult,
    before: CheckResult | undefined,
    deadline: Deadline,
  ): Promise<OutcomeDraft | CheckResult> {
    const { watcher, options, bus } = this.#scope
    const cell = this.#cell
    const actions = this.#actions
    const renew =
      options.rerun === true && options.manual !== true && !this.#rerunDone && this.#scope.selected(cell)
    if (renew && result.state !== "missing" && result.state !== "blocked" && result.state !== "unknown") {
      this.#rerunDone = true
      const { rerun } = cell.step
      if (rerun !== undefined) return actions.perform({ action: "rerun", run: rerun }, result, deadline)
      bus.emit({ type: "note", text: "this step does not support --rerun", ...cell.at })
    }
    if (deadline.passed && result.state !== "ready" && result.state !== "blocked")
      return draftOfTimeout(cell, deadline.seconds, result.reason, actions.failure)
    switch (result.state) {
      case "ready": {
        const action = actions.done ?? (this.#leftToUser ? "apply" : undefined)
        const { reason, adopted = false } = result
        return finishCell(this.#scope, cell, { reason, adopted, action }, deadline)
      }
      case "progressing":
        return watcher.until(cell, deadline)
      case "blocked":
        return draftOfBlocked(cell, result)
      case "unknown":
        return result.because === "login" ? this.#signIn(result, deadline) : watcher.patiently(cell, deadline)
      default: {
        if (
          actions.attempts > 0 &&
          actions.failure === undefined &&
          before !== undefined &&
          before.state === result.state &&
          before.reason === result.reason
        ) {
          const later = await watcher.until(
            cell,
            deadline,
            result,
            AbortSignal.timeout(UNCHANGED_IS_FINAL_MS),
          )
          if (later.state === result.state && later.reason === result.reason)
            return draftOfUnchanged(cell, result.reason)
          return later
        }
        if (result.state === "drifted" && this.#edited())
          return finishEditedCell(this.#scope, cell, result.reason, deadline)
        if (actions.attempts >= MAX_ATTEMPTS) return draftOfUnchanged(cell, result.reason)
        const work = actionFor(cell.step, result.state)
        if (options.manual === true) {
          const action = work?.action ?? (result.state === "missing" ? "apply" : "update")
          return this.#leaveToUser(action, result, deadline)
        }
        if (work !== undefined) return actions.perform(work, result, deadline)
        return outcomeDraft("blocked", result.reason, {
          root: cell.key,
          fix:
            (result.state === "drifted" ? result.fix : undefined) ??
            "the step does not update it: update or delete it yourself, then run again",
        })
      }
    }
  }

  /** Leaves an action to the user, and waits until the result differs. */
  async #leaveToUser(action: Action, result: CheckResult, deadline: Deadline): Promise<CheckResult> {
    const { bus, watcher } = this.#scope
    if (!this.#leftToUser) await bus.durable({ type: "manual", action, ...this.#cell.at })
    this.#leftToUser = true
    return watcher.until(this.#cell, deadline, result)
  }

  /** The session expired: on a terminal the login step runs again, elsewhere the step is blocked. */
  async #signIn(result: Unknown, deadline: Deadline): Promise<OutcomeDraft | CheckResult> {
    const { options, source, watcher } = this.#scope
    const cell = this.#cell
    const session = options.notebook.steps.find((step) => step.session)
    if (!options.interactive || this.#signedIn || session === undefined) return draftOfBlocked(cell, result)
    this.#signedIn = true
    for (const site of [cell.site, source.graph.other(cell)]) {
      const login = site === undefined ? undefined : source.graph.find(session.id, site)
      if (login === undefined || login === cell || login.party !== undefined) continue
      const ended = await new Execution(this.#scope, login).run()
      if (!ended.ok) return ended
    }
    return watcher.patiently(cell, deadline)
  }

  /** The user edited what was run: the result need not be what the inputs ask. */
  #edited(): boolean {
    const { done, failure } = this.#actions
    return (
      done !== undefined && failure === undefined && this.#scope.options.edits?.has(this.#cell.key) === true
    )
  }
}
