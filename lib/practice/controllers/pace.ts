/** How long the simulated controllers take. The order of what happens is the same at every pace. */
import type { Delays } from "../types/practice.ts"

/** What takes how long, in milliseconds: on a real cluster, and where practice is `short`. */
export const DURATIONS = {
  /** A Subscription until its InstallPlan. */
  subscription: [5000, 120],
  /** An approved InstallPlan until the operator's definitions exist. */
  installPlan: [8000, 120],
  /** Each phase of a ClusterServiceVersion. */
  csvPhase: [2000, 80],
  /** A Service until its load balancer has an address. */
  loadBalancer: [30_000, 300],
  /** A claim until its volume is made. */
  volume: [4000, 100],
  /** A Route until it is admitted. */
  route: [1000, 150],
  /** A running router until its Site is ready. */
  site: [1000, 50],
  /** A Site whose router a fault withholds, until that is tried again. */
  heldSite: [5000, 250],
} as const

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
