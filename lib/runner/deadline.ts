/** A step's deadline: its signal aborts with the run's signal or when its seconds are over. */
export class Deadline {
  readonly seconds: number
  readonly signal: AbortSignal
  readonly #over: AbortController
  readonly #run: AbortSignal
  #timer: NodeJS.Timeout | undefined

  constructor(seconds: number, run: AbortSignal) {
    this.seconds = seconds
    this.#run = run
    this.#over = new AbortController()
    this.signal = AbortSignal.any([run, this.#over.signal])
    this.start()
  }

  /** Restarts the clock; a deadline that has passed stays passed. */
  start(): void {
    this.clear()
    this.#timer = setTimeout(() => this.#over.abort(), Math.min(this.seconds * 1000, 2 ** 31 - 1))
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
}
