/**
 * What the checks of one site have read of its cluster, for the checks that follow: most of them read the same few objects. Only
 * for checks: what acts reads for itself, and what waits has a watch.
 */
import { SHARED_READS_MS } from "../limits.ts"
import type { ClusterReader } from "./types.ts"

/** Reads whose answer depends on nothing but their arguments and the cluster. */
const SHARED = ["get", "list", "serves", "allowed"] as const

export class SharedReads {
  #answers = new Map<string, { at: number; answer: Promise<unknown> }>()

  /** Something was changed there, or may have been: everything is read again. */
  forget(): void {
    this.#answers.clear()
  }

  reader(plain: ClusterReader): Partial<ClusterReader> {
    const shared =
      (name: (typeof SHARED)[number]) =>
      (...args: unknown[]) =>
        this.#read(JSON.stringify([name, ...args]), () =>
          (plain[name] as (...args: unknown[]) => Promise<unknown>)(...args),
        )
    return Object.fromEntries(SHARED.map((name) => [name, shared(name)]))
  }

  async #read(key: string, read: () => Promise<unknown>): Promise<unknown> {
    const known = this.#answers.get(key)
    if (known !== undefined && performance.now() - known.at < SHARED_READS_MS) {
      // Whoever asked first may have been interrupted, or had no session: that is not the answer for the others.
      const answer = await known.answer.then(
        (value) => ({ value }),
        () => undefined,
      )
      if (answer !== undefined) return answer.value
    }
    const entry = { at: performance.now(), answer: read() }
    this.#answers.set(key, entry)
    entry.answer.catch(() => {
      if (this.#answers.get(key) === entry) this.#answers.delete(key)
    })
    return entry.answer
  }
}
