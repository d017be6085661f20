/** At most `size` holders at once, first come first served. */
export class Semaphore {
  #free: number
  #waiting: (() => void)[] = []
  constructor(size: number) {
    this.#free = Math.max(1, size)
  }

  async hold<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}

/** One at a time per key; without a key there is no wait. */
export class KeyedMutex {
  #queues = new Map<string, Semaphore>()

  hold<T>(key: string | undefined, work: () => T | Promise<T>): Promise<T> {
    if (key === undefined) return Promise.resolve().then(work)
    let queue = this.#queues.get(key)
    if (queue === undefined) {
      queue = new Semaphore(1)
      this.#queues.set(key, queue)
    }
    return queue.hold(work)
  }
}
