/** Whoever keeps a clock that stands while it waits for its turn. */
interface Queueing {
  queue(turn: Promise<void>): Promise<void>
}

interface Turn {
  readonly clock?: Queueing | undefined
  /** Its turn comes before that of all who are not first. */
  readonly first?: boolean | undefined
}

/** At most `size` holders at once: those who are first, and then the others, first come first served. */
export class Semaphore {
  #free: number
  readonly #first: (() => void)[] = []
  readonly #others: (() => void)[] = []
  constructor(size: number) {
    this.#free = Math.max(1, size)
  }

  /** @param work gets whether it had to wait for its turn */
  async hold<T>(work: (waited: boolean) => T | Promise<T>, { clock, first }: Turn = {}): Promise<T> {
    const waited = this.#free === 0
    if (!waited) this.#free--
    else {
      const turn = new Promise<void>((resolve) => (first ? this.#first : this.#others).push(resolve))
      await (clock?.queue(turn) ?? turn)
    }
    try {
      return await work(waited)
    } finally {
      const next = this.#first.shift() ?? this.#others.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}

/** One at a time per key; without a key there is no wait. */
export class KeyedMutex {
  #queues = new Map<string, Semaphore>()

  hold<T>(key: string | undefined, work: (waited: boolean) => T | Promise<T>, clock?: Queueing): Promise<T> {
    if (key === undefined) return Promise.resolve().then(() => work(false))
    let queue = this.#queues.get(key)
    if (queue === undefined) {
      queue = new Semaphore(1)
      this.#queues.set(key, queue)
    }
    return queue.hold(work, { clock })
  }
}
