import { once } from "node:events"
import { GRACE_MS, pause } from "../limits.ts"
import { stillWaiting } from "../notebook/errors.ts"

/** How long what is ended may take to end: commands get a SIGKILL within that time. */
const ENDING_MS = 2 * GRACE_MS

/**
 * Work that has to end some time after its signal: what neither settles nor keeps the process alive would otherwise end the
 * program without a word.
 */
export async function endedBy<T>(signal: AbortSignal, work: T | Promise<T>): Promise<T> {
  const over = new AbortController()
  const limit = async (): Promise<never> => {
    if (!signal.aborted) await once(signal, "abort", { signal: over.signal })
    await pause(ENDING_MS, over.signal)
    throw stillWaiting(signal, "it did not end")
  }
  try {
    return await Promise.race([work, limit()])
  } finally {
    over.abort()
  }
}

/** A step's deadline: its signal aborts with the run's signal or when its seconds are over. */
export class Deadline {
  readonly seconds: number
  readonly signal: AbortSignal
  readonly #over: AbortController
  readonly #run: AbortSignal
  #timer: NodeJS.Timeout | undefined
  /** Milliseconds that are left while the clock stands. */
  #left: number
  #startedAt = 0
  #queued = 0

  constructor(seconds: number, run: AbortSignal) {
    this.seconds = seconds
    this.#left = seconds * 1000
    this.#run = run
    this.#over = new AbortController()
    this.signal = AbortSignal.any([run, this.#over.signal])
    this.#start()
  }

  /** The clock stands while the step waits for its turn; a deadline that has passed stays passed. */
  async queue(turn: Promise<void>): Promise<void> {
    this.clear()
    const since = performance.now()
    this.#left -= since - this.#startedAt
    try {
      await turn
    } finally {
      this.#queued += performance.now() - since
      this.#start()
    }
  }

  /** Seconds that the step has waited for its turn. */
  get queued(): number {
    return this.#queued / 1000
  }

  /** Another clock of the same run. */
  another(seconds: number): Deadline {
    return new Deadline(seconds, this.#run)
  }

  get interrupted(): boolean {
    return this.#run.aborted
  }

  /** The seconds are over (and the run was not interrupted). */
  get passed(): boolean {
    return !this.interrupted && this.#over.signal.aborted
  }

  /** Stops the clock. */
  clear(): void {
    clearTimeout(this.#timer)
  }

  #start(): void {
    this.#startedAt = performance.now()
    this.#timer = setTimeout(() => this.#over.abort(), Math.min(Math.max(0, this.#left), 2 ** 31 - 1))
  }
}
