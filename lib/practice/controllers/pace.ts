/** How long the played controllers take. The order of what happens is the same at every pace. */
import type { Delays } from "../types/practice.ts"

/** Milliseconds for something that really takes `real`; at most a second where practice is `short`. */
export type Pace = (real: number, short: number) => number

export const paceOf =
  (delays: Delays): Pace =>
  (real, short) =>
    delays === "real" ? real : delays === "short" ? Math.min(short, 1000) : 0

/** Holds a key in a state for a while before it may go on. */
export class Patience {
  #since = new Map<string, { state: string; at: number }>()

  /** Milliseconds left until the key has been in this state for so long; 0: it may go on. */
  left(key: string, state: string, milliseconds: number): number {
    if (milliseconds <= 0) return 0
    const known = this.#since.get(key)
    if (known?.state !== state) {
      this.#since.set(key, { state, at: performance.now() })
      return milliseconds
    }
    return Math.max(0, Math.ceil(known.at + milliseconds - performance.now()))
  }

  forget(key: string): void {
    this.#since.delete(key)
  }
}
