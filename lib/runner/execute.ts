import { MAX_ATTEMPTS, pause, RETRY_PAUSE_MS, STEP_TIMEOUT_S, UNCHANGED_IS_FINAL_MS } from "../limits.ts"
import { actionFor } from "../notebook/action-for.ts"
import type { CheckResult, Unknown } from "../notebook/check-result.ts"
import { RunbookError } from "../notebook/errors.ts"
import type { Rerun, Step } from "../notebook/step.ts"
import { refusalOf } from "./approval.ts"
import { remember } from "./checkpoints.ts"
import { contextOf } from "./context.ts"
import { Deadline } from "./deadline.ts"
import type { Action } from "./events.ts"
import type { Cell } from "./graph.ts"
import { draftOfBlocked, draftOfError, isTransient, type OutcomeDraft, outcomeDraft } from "./outcomes.ts"
import type { RunScope } from "./run-scope.ts"
import { showCell } from "./show.ts"

const ENDED = { apply: "applied", update: "updated", delete: "deleted", rerun: "applied" } as const

interface Work {
  readonly action: Action
  readonly run: NonNullable<Step["apply"]>
}

/** Brings one cell to *ready*: checks, applies if needed, waits, shows, writes the checkpoint. Never throws. */
export class Execution {
  readonly #scope: RunScope
  readonly #cell: Cell
  #attempts = 0
  /** The first action that succeeded: a step that creates an object and then adjusts it was applied, not updated. */
  #done: Action | undefined
  /** What the last action threw, where it is retried. */
  #failure: unknown
  #wentBack = false
  #signedIn = false
  #rerunDone = false
  #resuming: boolean
  /** Its action was left to the user (`--by-hand`). */
  #leftToUser = false

  constructor(scope: RunScope, cell: Cell) {
    this.#scope = scope
    this.#cell = cell
    this.#resuming = scope.source.interrupted(cell)
  }

  async run(): Promise<OutcomeDraft> {
    const { options } = this.#scope
    const deadline = new Deadline(
      options.timeout ?? this.#cell.step.timeout ?? STEP_TIMEOUT_S,
      options.signal,
    )
    try {
      const result = await this.#converge(deadline)
      return deadline.interrupted && !result.ok ? this.#interrupted() : result
    } catch (error) {
      if (deadline.interrupted) return this.#interrupted()
      if (deadline.passed)
        return this.#timedOut(deadline, ((this.#failure ?? error) as Error).message, this.#failure)
      return draftOfError(this.#cell, error)
    } finally {
      deadline.clear()
    }
  }

  async #converge(deadline: Deadline): Promise<OutcomeDraft> {
    const { watcher, bus } = this.#scope
    const cell = this.#cell
    let result = await watcher.patiently(cell, deadline)
    let refused: CheckResult | undefined
    for (;;) {
      if (deadline.interrupted) return this.#interrupted()
      bus.emit({ type: "checked", result, ...cell.at })
      if (
        this.#resuming &&
        this.#scope.options.manual !== true &&
        (result.state === "ready" || result.state === "progressing")
      )
        await this.#resume(deadline)
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
    const { watcher, options } = this.#scope
    const cell = this.#cell
    const renew =
      options.rerun === true && options.manual !== true && !this.#rerunDone && this.#scope.selected(cell)
    if (renew && result.state !== "missing" && result.state !== "blocked" && result.state !== "unknown") {
      this.#rerunDone = true
      if (cell.step.rerun !== undefined) {
        return this.#perform({ action: "rerun", run: cell.step.rerun }, result, deadline)
      }
      this.#scope.bus.emit({ type: "note", text: "this step does not support --rerun", ...cell.at })
    }
    if (deadline.passed && result.state !== "ready" && result.state !== "blocked")
      return this.#timedOut(deadline, result.reason, this.#failure)
    switch (result.state) {
      case "ready":
        return this.#finish(result.reason, result.adopted ?? false, deadline)
      case "progressing":
        return watcher.until(cell, deadline)
      case "blocked":
        return draftOfBlocked(cell, result)
      case "unknown":
        return result.because === "login" ? this.#signIn(result, deadline) : watcher.patiently(cell, deadline)
      default: {
        if (
          this.#attempts > 0 &&
          this.#failure === undefined &&
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
            return this.#unchanged(result.reason)
          return later
        }
        if (result.state === "drifted" && this.#edited()) return this.#finishEdited(result.reason, deadline)
        if (this.#attempts >= MAX_ATTEMPTS) return this.#unchanged(result.reason)
        const work = actionFor(cell.step, result.state)
        if (options.manual === true) {
          const action = work?.action ?? (result.state === "missing" ? "apply" : "update")
          return this.#leaveToUser(action, result, deadline)
        }
        if (work !== undefined) return this.#perform(work, result, deadline)
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

  /** Runs an action and returns the next result. */
  async #perform(
    { action, run }: Work,
    checked: CheckResult,
    deadline: Deadline,
  ): Promise<OutcomeDraft | CheckResult> {
    const { bus, mutex, options, slots, watcher } = this.#scope
    const cell = this.#cell
    const refusal = await refusalOf(cell, checked, options, bus)
    if (refusal !== undefined) return refusal
    const context = this.#context(deadline)
    const key = action === "rerun" ? undefined : cell.step.exclusive?.(context)
    // Waiting for another site's turn (one browser, one operator per cluster) does not use up this step's time.
    if (key !== undefined) deadline.clear()
    return mutex.hold(key, async () => {
      if (key !== undefined) {
        deadline.start()
        // Another site on the same cluster may have done it during that wait.
        const now = await watcher.patiently(cell, deadline)
        if (now.state !== checked.state) return now
      }
      if (deadline.interrupted) return this.#interrupted()
      this.#attempts++
      const { undoes } = cell.step
      if (undoes !== undefined) this.#scope.source.values.removeSecrets(undoes, cell.site)
      await bus.durable({ type: "action started", action, ...(undoes && { undoes }), ...cell.at })
      let result: Rerun | undefined
      try {
        result = await slots.hold(async () => {
          const answer = await run(this.#context(deadline))
          if (answer === undefined) await cell.step.takeOwnership?.(this.#context(deadline))
          return answer ?? undefined
        })
      } catch (error) {
        return this.#failed(action, error, deadline)
      }
      this.#failure = undefined
      if (result !== undefined) return this.#goBack(action, result, deadline)
      this.#done ??= action
      this.#resuming = false
      await bus.durable({ type: "action ended", action, ok: true, ...cell.at })
      return watcher.until(cell, deadline)
    })
  }

  /** The action threw. What it was to create may exist all the same; a transient error is retried. */
  async #failed(action: Action, error: unknown, deadline: Deadline): Promise<OutcomeDraft | CheckResult> {
    const { bus, watcher } = this.#scope
    const cell = this.#cell
    const reason = error instanceof Error ? error.message : String(error)
    if (deadline.interrupted) return this.#interrupted()
    const result = deadline.passed ? undefined : await watcher.patiently(cell, deadline)
    const exists = result?.state === "ready" || result?.state === "progressing"
    // The journal keeps the action as interrupted until ownership of what it created is taken.
    if (exists && action !== "rerun") {
      this.#resuming = true
      bus.emit({
        type: "note",
        text: `the command failed (${reason}), but what it creates exists`,
        ...cell.at,
      })
      return result
    }
    await bus.durable({ type: "action ended", action, ok: false, reason, ...cell.at })
    this.#resuming = false
    if (deadline.passed)
      return this.#timedOut(deadline, result?.state === "unknown" ? result.reason : reason, error)
    if (result !== undefined && isTransient(error) && this.#attempts < MAX_ATTEMPTS) {
      this.#failure = error
      bus.emit({ type: "note", text: `${reason}: retrying`, ...cell.at })
      await pause(RETRY_PAUSE_MS * 2 ** this.#attempts, deadline.signal)
      if (deadline.passed) return this.#timedOut(deadline, reason, error)
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
    const ended = await new Execution(this.#scope, earlier).run()
    if (!ended.ok) return { ...ended, root: ended.root ?? earlier.key }
    this.#attempts = 0
    return watcher.patiently(cell, deadline)
  }

  /** The session expired: on a terminal the login step runs again, elsewhere the step is blocked. */
  async #signIn(result: Unknown, deadline: Deadline): Promise<OutcomeDraft | CheckResult> {
    const { options, source, watcher } = this.#scope
    const cell = this.#cell
    const session = options.notebook.steps.find((step) => step.session)
    if (!options.interactive || this.#signedIn || session === undefined) return draftOfBlocked(cell, result)
    this.#signedIn = true
    for (const site of [cell.site, source.graph.peer(cell)]) {
      const login = site === undefined ? undefined : source.graph.find(session.id, site)
      if (login === undefined || login === cell) continue
      const ended = await new Execution(this.#scope, login).run()
      if (!ended.ok) return ended
    }
    return watcher.patiently(cell, deadline)
  }

  /** The action of a killed run had its effect: takes ownership of what it created, and records its end. */
  async #resume(deadline: Deadline): Promise<void> {
    const { slots, source } = this.#scope
    if (source.applyInterrupted(this.#cell))
      await slots.hold(() => this.#cell.step.takeOwnership?.(this.#context(deadline)))
    await this.#scope.bus.durable({
      type: "action ended",
      action: "apply",
      ok: true,
      reason: "found at resume",
      ...this.#cell.at,
    })
    this.#resuming = false
    this.#done = "apply"
  }

  /** The user edited what was run: the result need not be what the inputs ask. */
  #edited(): boolean {
    return (
      this.#done !== undefined &&
      this.#failure === undefined &&
      this.#scope.options.edits?.has(this.#cell.key) === true
    )
  }

  /** It stays as it was edited, without a checkpoint: the next run checks it and applies the inputs again. */
  async #finishEdited(reason: string, deadline: Deadline): Promise<OutcomeDraft> {
    const { bus, options } = this.#scope
    if (!options.quiet) await showCell(this.#scope, this.#cell, deadline)
    const text = `applied as you edited it, which differs from your inputs: ${reason}; the next run reverts it, so change the input to keep it`
    bus.emit({ type: "note", text, ...this.#cell.at })
    return outcomeDraft("applied", `as edited: ${reason}`)
  }

  async #finish(reason: string, adopted: boolean, deadline: Deadline): Promise<OutcomeDraft> {
    const { options, bus, source } = this.#scope
    const cell = this.#cell
    const lacking = source.values.unprovided(cell)
    if (lacking !== undefined) return lacking
    if (!options.quiet) await showCell(this.#scope, cell, deadline)
    const { fingerprint, inputs } = remember(
      options.notebook,
      options.federation,
      options.state.journal.memory,
      cell,
    )
    await bus.durable({
      type: "checkpoint",
      fingerprint,
      inputs,
      reason,
      ...(adopted && { adopted }),
      ...cell.at,
    })
    const action = this.#done ?? (this.#leftToUser ? "apply" : undefined)
    const kind = action === undefined ? "unchanged" : ENDED[action]
    return outcomeDraft(kind, reason, adopted ? { adopted } : {})
  }

  #context(deadline: Deadline) {
    const { options, source, bus } = this.#scope
    const { step, site, key } = this.#cell
    const edits = options.edits?.get(key)
    const { emit } = bus
    const tools = options.toolbox.open({ step, site, signal: deadline.signal, emit, ...(edits && { edits }) })
    return contextOf(source, this.#cell, tools, deadline.signal, bus.emit)
  }

  #unchanged(reason: string): OutcomeDraft {
    return outcomeDraft("failed", `the command succeeded, but: ${reason}`, {
      root: this.#cell.key,
      code: "unchanged",
    })
  }

  /** `error`: what the last action threw. */
  #timedOut(deadline: Deadline, reason: string, error?: unknown): OutcomeDraft {
    return outcomeDraft("failed", `timed out after ${deadline.seconds} s: ${reason}`, {
      root: this.#cell.key,
      code: "timeout",
      ...(error instanceof RunbookError && error.why !== undefined && { why: error.why }),
      fix: "run the same command again once the cause is fixed: it resumes from here; --timeout waits longer",
    })
  }

  #interrupted(): OutcomeDraft {
    return outcomeDraft("interrupted", "interrupted; the same command resumes from here", {
      root: this.#cell.key,
    })
  }
}
