import { UNWATCHED_PAUSE_MS } from "../limits.ts"

/** Something whose state is known and whose changes are counted: a watched query, a followed log. */
export interface Versioned {
  readonly version: number
}

/**
 * What was read since the last wait, and whether it may have changed since: the memory behind an observation. No
 * wake-up is lost: what changed between the read and the wait counts.
 */
export class Changes {
  #read = new Map<Versioned, number>()
  #unwatched = false
  #pause = UNWATCHED_PAUSE_MS.first
  #recheck: (() => void) | undefined

  /** The present state of a source was read. */
  reading(source: Versioned): void {
    // The oldest reading of a round is the one that decides: a later one may contradict it.
    if (!this.#read.has(source)) this.#read.set(source, source.version)
  }

  /** Something was read whose changes are not reported: the next wait ends after a pause. */
  unwatched(): void {
    this.#unwatched = true
    this.#recheck?.()
  }

  /** A source's version went up. */
  moved(): void {
    this.#recheck?.()
  }

  /** As `Observed.changed`. */
  async changed(signal: AbortSignal): Promise<void> {
    if (!(await this.#wait(signal))) return
    this.#read.clear()
    this.#unwatched = false
  }

  /** False when the signal ended the wait: what was read is still remembered then. */
  #wait(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined
      const end = (woken: boolean, pause: number): void => {
        clearTimeout(timer)
        signal.removeEventListener("abort", check)
        this.#recheck = undefined
        this.#pause = pause
        resolve(woken)
      }
      const check = (): void => {
        const moved = [...this.#read].some(([source, version]) => source.version !== version)
        if (signal.aborted) end(false, this.#pause)
        else if (moved) end(true, UNWATCHED_PAUSE_MS.first)
        else if (timer === undefined && (this.#unwatched || this.#read.size === 0)) {
          // Nothing was read, or something that cannot be watched: checked again after a pause.
          timer = setTimeout(
            () => end(true, Math.min(this.#pause * 1.5, UNWATCHED_PAUSE_MS.longest)),
            this.#pause,
          )
        }
      }
      this.#recheck = check
      signal.addEventListener("abort", check)
      check()
    })
  }
}
