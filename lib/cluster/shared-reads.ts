/**
 * What the checks of one site have read of its cluster, for the checks that follow: most of them read the same few objects. Only
 * for checks: what acts reads for itself, and what waits has a watch.
 */
import { SHARED_READS_MS } from "../limits.ts"
import type { ClusterReader } from "./types.ts"

/** Reads whose answer depends on nothing but their arguments and the cluster. */
const SHARED = ["get", "list", "serves", "allowed"] as const
/** What changes all the time: shared by those who ask while it is read. */
const WHILE_READ = ["log"] as const

type Name = (typeof SHARED)[number] | (typeof WHILE_READ)[number]

export class SharedReads {
  #answers = new Map<string, { at: number; answer: Promise<unknown> }>()

  /** Something was changed there, or may have been: everything is read again. */
  forget(): void {
    this.#answers.clear()
  }

  reader(plain: ClusterReader): Partial<ClusterReader> {
    const shared =
      (name: Name, lasts: boolean) =>
      (...args: unknown[]) =>
        this.#read(JSON.stringify([name, ...args]), lasts, () =>
          (plain[name] as (...args: unknown[]) => Promise<unknown>)(...args),
        )
    return Object.fromEntries([
      ...SHARED.map((name) => [name, shared(name, true)]),
      ...WHILE_READ.map((name) => [name, shared(name, false)]),
    ])
  }

  async #read(key: string, lasts: boolean, read: () => Promise<unknown>): Promise<unknown> {
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
    const forget = () => {
      if (this.#answers.get(key) === entry) this.#answers.delete(key)
    }
    entry.answer.then(lasts ? undefined : forget, forget)
    return entry.answer
  }
}
