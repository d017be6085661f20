import { RunbookError } from "../notebook/errors.ts"
import type { CannotLook, Look } from "../notebook/looks.ts"
import type { Again } from "../notebook/step.ts"
import type { Bus } from "./bus.ts"
import { remember } from "./checkpoints.ts"
import { refusalOf } from "./consent.ts"
import { type ContextSource, contextOf } from "./context.ts"
import { Deadline, pause } from "./deadline.ts"
import type { Cell } from "./graph.ts"
import { type Ending, ending, endingOfBlocked, endingOfError, isTransient } from "./outcomes.ts"
import type { KeyedMutex, Semaphore } from "./semaphore.ts"
import { showCell } from "./show.ts"
import type { RunOptions } from "./types.ts"
import type { Watcher } from "./watcher.ts"

/** How long a step waits by default, in seconds. */
const DEFAULT_TIMEOUT = 300
/** How often one step acts in one run before it is given up. */
const MOST_ACTS = 4
/** After an act that ended well, an unchanged *absent* or *different* is believed after so many milliseconds. */
const SETTLING = 10_000

type Action = "act" | "change" | "again"

/** What the execution of cells shares in one run. */
export interface Workshop {
  readonly options: RunOptions
  readonly source: ContextSource
  readonly bus: Bus
  readonly watcher: Watcher
  readonly slots: Semaphore
  readonly mutex: KeyedMutex
  readonly selected: (cell: Cell) => boolean
}

/** Takes one cell from whatever it is to done: looks, acts if needed, waits, shows, remembers. Never throws. */
export class Execution {
  readonly #shop: Workshop
  readonly #cell: Cell
  #acts = 0
  #acted = false
  /** What the last act threw, where it is tried again. */
  #failure: unknown
  #obeyed = false
  #signedIn = false
  #renewed = false
  #begun: boolean
  /** Its act was left to the person. */
  #left = false

  constructor(shop: Workshop, cell: Cell) {
    this.#shop = shop
    this.#cell = cell
    this.#begun = shop.source.begun(cell)
  }

  async run(): Promise<Ending> {
    const { options } = this.#shop
    const deadline = new Deadline(
      options.timeout ?? this.#cell.step.timeout ?? DEFAULT_TIMEOUT,
      options.signal,
    )
    try {
      const result = await this.#attain(deadline)
      return deadline.interrupted && !result.ok ? this.#interrupted() : result
    } catch (error) {
      if (deadline.interrupted) return this.#interrupted()
      if (deadline.passed)
        return this.#late(deadline, ((this.#failure ?? error) as Error).message, this.#failure)
      return endingOfError(this.#cell, error)
    } finally {
      deadline.clear()
    }
  }

  async #attain(deadline: Deadline): Promise<Ending> {
    const { watcher, bus } = this.#shop
    const cell = this.#cell
    let look = await watcher.patiently(cell, deadline)
    let refused: Look | undefined
    for (;;) {
      if (deadline.interrupted) return this.#interrupted()
      bus.emit({ type: "looked", look, ...cell.at })
      if (
        this.#begun &&
        this.#shop.options.byHand !== true &&
        (look.is === "done" || look.is === "under way")
      )
        await this.#takeUp(deadline)
      const step = await this.#answerTo(look, refused, deadline)
      if ("kind" in step) return step
      refused = step.is === "absent" || step.is === "different" ? look : undefined
      look = step
    }
  }

  /** One turn: the ending, or the next look. `before` is the look that the last act was to cure. */
  async #answerTo(look: Look, before: Look | undefined, deadline: Deadline): Promise<Ending | Look> {
    const { watcher, options } = this.#shop
    const cell = this.#cell
    const renew =
      options.again === true && options.byHand !== true && !this.#renewed && this.#shop.selected(cell)
    if (renew && look.is !== "absent" && look.is !== "blocked" && look.is !== "cannot look") {
      this.#renewed = true
      if (cell.step.again !== undefined) return this.#perform("again", look, deadline)
      this.#shop.bus.emit({ type: "note", text: "this step has no way to be done anew", ...cell.at })
    }
    if (deadline.passed && look.is !== "done" && look.is !== "blocked")
      return this.#late(deadline, look.reason, this.#failure)
    switch (look.is) {
      case "done":
        return this.#finish(look.reason, look.adopted ?? false, deadline)
      case "under way":
        return watcher.until(cell, deadline)
      case "blocked":
        return endingOfBlocked(cell, look)
      case "cannot look":
        return look.because === "login" ? this.#signIn(look, deadline) : watcher.patiently(cell, deadline)
      default: {
        if (
          this.#acts > 0 &&
          this.#failure === undefined &&
          before !== undefined &&
          before.is === look.is &&
          before.reason === look.reason
        ) {
          const later = await watcher.until(cell, deadline, look, AbortSignal.timeout(SETTLING))
          if (later.is === look.is && later.reason === look.reason) return this.#unchanged(look.reason)
          return later
        }
        if (look.is === "different" && this.#edited()) return this.#finishEdited(look.reason, deadline)
        if (this.#acts >= MOST_ACTS) return this.#unchanged(look.reason)
        const action = look.is === "absent" ? "act" : "change"
        if (options.byHand === true) return this.#leave(action, look, deadline)
        if (cell.step[action] !== undefined) return this.#perform(action, look, deadline)
        return ending("blocked", look.reason, {
          root: cell.key,
          fix:
            (look.is === "different" ? look.fix : undefined) ??
            "it is not changed by itself: change or remove it, then run again",
        })
      }
    }
  }

  /** Leaves an act to the person, and waits until something is otherwise. */
  async #leave(action: Action, look: Look, deadline: Deadline): Promise<Look> {
    const { bus, watcher } = this.#shop
    if (!this.#left) await bus.durable({ type: "by hand", action, ...this.#cell.at })
    this.#left = true
    return watcher.until(this.#cell, deadline, look)
  }

  /** Runs an act and says what is there afterwards. */
  async #perform(action: Action, look: Look, deadline: Deadline): Promise<Ending | Look> {
    const { bus, mutex, options, slots, watcher } = this.#shop
    const cell = this.#cell
    const refusal = await refusalOf(cell, look, options, bus)
    if (refusal !== undefined) return refusal
    const context = this.#context(deadline)
    const key = action === "again" ? undefined : cell.step.exclusive?.(context)
    // Another site's turn (one browser, one operator a cluster) does not use up this one's time.
    if (key !== undefined) deadline.clear()
    return mutex.hold(key, async () => {
      if (key !== undefined) {
        deadline.start()
        // Another site on the same cluster may have done it while we waited for our turn.
        const now = await watcher.patiently(cell, deadline)
        if (now.is !== look.is) return now
      }
      if (deadline.interrupted) return this.#interrupted()
      this.#acts++
      const { undoes } = cell.step
      await bus.durable({ type: "act started", action, ...(undoes && { undoes }), ...cell.at })
      let result: Again | undefined
      try {
        result = await slots.hold(async () => {
          const answer = await cell.step[action]!(this.#context(deadline))
          if (answer === undefined) await cell.step.claim?.(this.#context(deadline))
          return answer ?? undefined
        })
      } catch (error) {
        return this.#failed(action, error, deadline)
      }
      this.#failure = undefined
      if (result !== undefined) return this.#goBack(action, result, deadline)
      this.#acted = true
      this.#begun = false
      await bus.durable({ type: "act ended", action, ok: true, ...cell.at })
      return watcher.until(cell, deadline)
    })
  }

  /** The act threw. What it meant to make may be there all the same; an error that may pass is tried again. */
  async #failed(action: Action, error: unknown, deadline: Deadline): Promise<Ending | Look> {
    const { bus, watcher } = this.#shop
    const cell = this.#cell
    const reason = error instanceof Error ? error.message : String(error)
    if (deadline.interrupted) return this.#interrupted()
    const look = deadline.passed ? undefined : await watcher.patiently(cell, deadline)
    const there = look?.is === "done" || look?.is === "under way"
    // A begun act stays begun in the journal until what it made is marked as ours.
    if (there && action !== "again") {
      this.#begun = true
      bus.emit({
        type: "note",
        text: `the command failed (${reason}), but what it makes is there`,
        ...cell.at,
      })
      return look
    }
    await bus.durable({ type: "act ended", action, ok: false, reason, ...cell.at })
    this.#begun = false
    if (deadline.passed) return this.#late(deadline, look?.is === "cannot look" ? look.reason : reason, error)
    if (look !== undefined && isTransient(error) && this.#acts < MOST_ACTS) {
      this.#failure = error
      bus.emit({ type: "note", text: `${reason}: tried again`, ...cell.at })
      await pause(500 * 2 ** this.#acts, deadline.signal)
      if (deadline.passed) return this.#late(deadline, reason, error)
      return watcher.patiently(cell, deadline)
    }
    return endingOfError(cell, error)
  }

  /** The act asks for another step of this lane first: obeyed once. */
  async #goBack(action: Action, result: Again, deadline: Deadline): Promise<Ending | Look> {
    const { bus, watcher, source } = this.#shop
    const cell = this.#cell
    await bus.durable({ type: "act ended", action, ok: false, reason: result.reason, ...cell.at })
    this.#begun = false
    const earlier = source.graph.find(result.again, cell.site)
    if (this.#obeyed || earlier === undefined) return ending("failed", result.reason, { root: cell.key })
    this.#obeyed = true
    bus.emit({ type: "note", text: `${result.reason}: ${result.again} again`, ...cell.at })
    const ended = await new Execution(this.#shop, earlier).run()
    if (!ended.ok) return { ...ended, root: ended.root ?? earlier.key }
    this.#acts = 0
    return watcher.patiently(cell, deadline)
  }

  /** A session expired in the middle: on a terminal the person logs in again, elsewhere the step is blocked. */
  async #signIn(look: CannotLook, deadline: Deadline): Promise<Ending | Look> {
    const { options, source, watcher } = this.#shop
    const cell = this.#cell
    const session = options.notebook.steps.find((step) => step.session)
    if (!options.interactive || this.#signedIn || session === undefined) return endingOfBlocked(cell, look)
    this.#signedIn = true
    for (const site of [cell.site, source.graph.peer(cell)]) {
      const login = site === undefined ? undefined : source.graph.find(session.id, site)
      if (login === undefined || login === cell) continue
      const ended = await new Execution(this.#shop, login).run()
      if (!ended.ok) return ended
    }
    return watcher.patiently(cell, deadline)
  }

  /** A killed run's act had its effect: what it made is ours, and its end is written. */
  async #takeUp(deadline: Deadline): Promise<void> {
    const { slots, source } = this.#shop
    if (source.making(this.#cell)) await slots.hold(() => this.#cell.step.claim?.(this.#context(deadline)))
    await this.#shop.bus.durable({
      type: "act ended",
      action: "act",
      ok: true,
      reason: "found at resume",
      ...this.#cell.at,
    })
    this.#begun = false
    this.#acted = true
  }

  /** A person edited what was run: what came of it need not be what the values ask. */
  #edited(): boolean {
    return (
      this.#acted && this.#failure === undefined && this.#shop.options.edits?.has(this.#cell.key) === true
    )
  }

  /** It stays as it was edited, without a checkpoint: the next run looks, and asks for what the values say. */
  async #finishEdited(reason: string, deadline: Deadline): Promise<Ending> {
    const { bus, options } = this.#shop
    if (!options.quiet) await showCell(this.#shop, this.#cell, deadline)
    const text = `made as you edited it, which is not what your values ask: ${reason}; the next run sets it back, so change the input to keep it`
    bus.emit({ type: "note", text, ...this.#cell.at })
    return ending("acted", `as edited: ${reason}`)
  }

  async #finish(reason: string, adopted: boolean, deadline: Deadline): Promise<Ending> {
    const { options, bus } = this.#shop
    const cell = this.#cell
    if (!options.quiet) await showCell(this.#shop, cell, deadline)
    const { fingerprint, made } = remember(
      options.notebook,
      options.federation,
      options.state.journal.memory,
      cell,
    )
    await bus.durable({
      type: "checkpoint",
      fingerprint,
      made,
      reason,
      ...(adopted && { adopted }),
      ...cell.at,
    })
    return ending(this.#acted || this.#left ? "acted" : "done", reason, adopted ? { adopted } : {})
  }

  #context(deadline: Deadline) {
    const { options, source, bus } = this.#shop
    const { step, site, key } = this.#cell
    const edits = options.edits?.get(key)
    const { emit } = bus
    const tools = options.toolbox.open({ step, site, signal: deadline.signal, emit, ...(edits && { edits }) })
    return contextOf(source, this.#cell, tools, deadline.signal, bus.emit)
  }

  #unchanged(reason: string): Ending {
    return ending("failed", `the command ended well, yet: ${reason}`, {
      root: this.#cell.key,
      code: "unchanged",
    })
  }

  /** `error`: what the last act threw. */
  #late(deadline: Deadline, reason: string, error?: unknown): Ending {
    return ending("failed", `not done after ${deadline.seconds} s: ${reason}`, {
      root: this.#cell.key,
      code: "timeout",
      ...(error instanceof RunbookError && error.why !== undefined && { why: error.why }),
      fix: "once the cause is gone, run the same command again: it goes on from here; --timeout waits longer",
    })
  }

  #interrupted(): Ending {
    return ending("interrupted", "interrupted; the same command goes on from here", { root: this.#cell.key })
  }
}
