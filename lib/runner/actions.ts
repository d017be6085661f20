import { MAX_ATTEMPTS, pause, RESTARTED_SERVER_MS, RETRY_PAUSE_MS, SAME_CLOCK_MS } from "../limits.ts"
import { type CheckResult, isForbiddenError } from "../notebook/check-result.ts"
import { type BaseContext, isRerun, type Rerun, type Step } from "../notebook/step.ts"
import { refusalOf } from "./approval.ts"
import { contextOf } from "./context.ts"
import { type Deadline, endedBy } from "./deadline.ts"
import type { Action } from "./events.ts"
import type { Cell } from "./graph.ts"
import { holdFor } from "./hold-for.ts"
import {
  draftOfBlocked,
  draftOfError,
  draftOfInterrupt,
  draftOfTimeout,
  isAway,
  isTransient,
  type OutcomeDraft,
  outcomeDraft,
  waitedFor,
} from "./outcomes.ts"
import type { RunScope } from "./run-scope.ts"

export interface Work {
  readonly action: Action
  readonly run: NonNullable<Step["apply"]>
}

/** What came of an action's turn: the step that it asks for, or nothing, or what it threw. */
interface Turn {
  readonly answer: Rerun | undefined
  readonly error?: unknown
}

/** Runs the actions of one cell: approval, turn, journal, ownership, retries. What to run, `execute.ts` decides. */
export class Actions {
  readonly #scope: RunScope
  readonly #cell: Cell
  /** Runs another cell of this lane. */
  readonly #execute: (cell: Cell) => Promise<OutcomeDraft>
  #attempts = 0
  #done: Action | undefined
  #failure: unknown
  #wentBack = false
  /** When its cluster was back after it had been away. */
  #backAt = Number.NEGATIVE_INFINITY
  #resuming: boolean

  constructor(scope: RunScope, cell: Cell, execute: (cell: Cell) => Promise<OutcomeDraft>) {
    this.#scope = scope
    this.#cell = cell
    this.#execute = execute
    this.#resuming = scope.source.interrupted(cell)
  }

  get attempts(): number {
    return this.#attempts
  }

  /** The first action that succeeded: a step that creates an object and then adjusts it was applied, not updated. */
  get done(): Action | undefined {
    return this.#done
  }

  /** What the last action threw, where it is retried. */
  get failure(): unknown {
    return this.#failure
  }

  /** The journal has the start of an action whose end is not recorded yet. */
  get resuming(): boolean {
    return this.#resuming
  }

  /** Runs an action and returns the next result. `checked` is the result that it responds to. */
  async perform(
    { action, run }: Work,
    checked: CheckResult,
    deadline: Deadline,
  ): Promise<OutcomeDraft | CheckResult> {
    const { bus, mutex, options, slots, watcher } = this.#scope
    const cell = this.#cell
    const refusal = await refusalOf(cell, checked, options, bus)
    if (refusal !== undefined) return refusal
    const key = action === "rerun" ? undefined : cell.step.exclusive?.(this.#context(deadline))
    return mutex.hold(
      key,
      async () => {
        // Another site on the same cluster may have done it during that wait.
        const now = key === undefined ? checked : await watcher.patiently(cell, deadline)
        if (now.state !== checked.state) return now
        const held = await endedBy(deadline.signal, holdFor(this.#scope, cell))
        if (held !== undefined) return draftOfBlocked(cell, held)
        const turn = await slots.hold((waited) => this.#inTurn({ action, run }, checked, deadline, waited), {
          clock: deadline,
          first: cell.first,
        })
        if (!("answer" in turn)) return turn
        if ("error" in turn) return this.#failed(action, turn.error, checked, deadline)
        this.#failure = undefined
        if (turn.answer !== undefined) return this.#goBack(action, turn.answer, deadline)
        this.#done ??= action
        this.#resuming = false
        await bus.durable({ type: "action ended", action, ok: true, ...cell.at })
        return watcher.until(cell, deadline)
      },
      deadline,
    )
  }

  /**
   * The action itself, in its slot. Its start is recorded only now: an action that waits for a slot has not started, and what
   * somebody else creates meanwhile is theirs.
   */
  async #inTurn(
    { action, run }: Work,
    checked: CheckResult,
    deadline: Deadline,
    waited: boolean,
  ): Promise<OutcomeDraft | CheckResult | Turn> {
    const { bus, watcher, source } = this.#scope
    const cell = this.#cell
    if (deadline.interrupted) return draftOfInterrupt(cell)
    if (waited && action !== "rerun") {
      const now = await watcher.now(cell, deadline.signal)
      if (now.state !== checked.state) return now
    }
    this.#attempts++
    const { undoes } = cell.step
    if (undoes !== undefined) source.values.removeSecrets(undoes, cell.site)
    const ahead = this.#ahead()
    await bus.durable({
      type: "action started",
      action,
      ...(undoes && { undoes }),
      ...(ahead !== undefined && { ahead }),
      ...cell.at,
    })
    try {
      const answer = await endedBy(deadline.signal, run(this.#context(deadline)))
      if (isRerun(answer)) return { answer }
      // The command has succeeded, so what it is about is its own, whenever an earlier attempt created it.
      await this.#takeOwnership(Object.assign(this.#context(deadline), { applyPeriod: undefined }), deadline)
      return { answer: undefined }
    } catch (error) {
      return { answer: undefined, error }
    }
  }

  /** Seconds that the cluster's clock is ahead, where that is more than a slow answer explains: it dates what the action creates. */
  #ahead(): number | undefined {
    const { site } = this.#cell
    const ahead = (site && this.#scope.options.toolbox.ahead?.(site)) ?? 0
    return Math.abs(ahead) < SAME_CLOCK_MS ? undefined : Math.round(ahead / 1000)
  }

  /**
   * The action of a killed run had its effect: takes ownership of what it created, and records its end. What exists may also be
   * somebody else's, who was faster.
   */
  async resume(result: CheckResult, deadline: Deadline): Promise<void> {
    const { slots, source, bus } = this.#scope
    const cell = this.#cell
    if (result.state === "ready" && result.adopted === true) {
      const reason = "what exists was not created by this federation"
      await bus.durable({ type: "action ended", action: "apply", ok: false, reason, ...cell.at })
      this.#resuming = false
      return
    }
    if (source.interruptedApply(cell) !== undefined)
      await slots.hold(() => this.#takeOwnership(this.#context(deadline), deadline), {
        clock: deadline,
        first: cell.first,
      })
    const reason = "found at resume"
    await bus.durable({ type: "action ended", action: "apply", ok: true, reason, ...cell.at })
    this.#resuming = false
    this.#done = "apply"
  }

  async #takeOwnership(context: BaseContext, { signal }: Deadline): Promise<void> {
    await endedBy(signal, this.#cell.step.takeOwnership?.(context))
  }

  /** The action threw. What it was to create may exist all the same; a transient error is retried. */
  async #failed(
    action: Action,
    error: unknown,
    checked: CheckResult,
    deadline: Deadline,
  ): Promise<OutcomeDraft | CheckResult> {
    const { bus, watcher } = this.#scope
    const cell = this.#cell
    const reason = waitedFor(error, checked.reason)
    if (deadline.interrupted) return draftOfInterrupt(cell)
    const result = deadline.passed ? undefined : await watcher.patiently(cell, deadline)
    const exists = result?.state === "ready" || result?.state === "progressing"
    // The journal keeps the action as interrupted until ownership of what it created is taken.
    if (exists && action !== "rerun") {
      this.#resuming = true
      const text = `the command failed (${reason}), but what it creates exists`
      bus.emit({ type: "note", text, ...cell.at })
      return result
    }
    // What an apply has created by now, the next run still knows as its own.
    const open = deadline.passed && action === "apply"
    await bus.durable({ type: "action ended", action, ok: false, reason, ...(open && { open }), ...cell.at })
    this.#resuming = false
    const { seconds } = deadline
    if (deadline.passed)
      return draftOfTimeout(cell, seconds, result?.state === "unknown" ? result.reason : reason, error)
    // Nothing was tried at a cluster that was away, and the check has waited until it was back.
    const away = isAway(error)
    if (away) this.#backAt = performance.now()
    const settling = isForbiddenError(error) && performance.now() - this.#backAt < RESTARTED_SERVER_MS
    if (away || settling) this.#attempts--
    if (result !== undefined && (isTransient(error) || settling) && this.#attempts < MAX_ATTEMPTS) {
      this.#failure = error
      bus.emit({ type: "note", text: `${reason}: retrying`, ...cell.at })
      await pause(RETRY_PAUSE_MS * 2 ** this.#attempts, deadline.signal)
      if (deadline.passed) return draftOfTimeout(cell, seconds, reason, error)
      return watcher.patiently(cell, deadline)
    }
    return draftOfError(cell, error)
  }

  /** The action asks for another step of this lane to run first: done once. */
  async #goBack(action: Action, result: Rerun, deadline: Deadline): Promise<OutcomeDraft | CheckResult> {
    const { bus, watcher, source } = this.#scope
    const cell = this.#cell
    await bus.durable({ type: "action ended", action, ok: false, reason: result.reason, ...cell.at })
    this.#resuming = false
    const earlier = source.graph.find(result.rerun, cell.site)
    if (this.#wentBack || earlier === undefined)
      return outcomeDraft("failed", result.reason, { root: cell.key })
    this.#wentBack = true
    bus.emit({ type: "note", text: `${result.reason}: ${result.rerun} again`, ...cell.at })
    const ended = await this.#execute(earlier)
    if (!ended.ok) return { ...ended, root: ended.root ?? earlier.key }
    this.#attempts = 0
    return watcher.patiently(cell, deadline)
  }

  #context(deadline: Deadline) {
    const { options, source, bus } = this.#scope
    const { step, site, key } = this.#cell
    const edits = options.edits?.get(key)
    const { emit } = bus
    const tools = options.toolbox.open({ step, site, signal: deadline.signal, emit, ...(edits && { edits }) })
    return contextOf(source, this.#cell, tools, deadline.signal, emit)
  }
}
