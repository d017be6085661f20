/**
 * The runs of a simulated SuperLink: no app runs, but a run is created, begins, lasts as long as it was asked to, and finishes in the log, as
 * a real one does (texts of 1.34 to 1.42). They end with their SuperLink's process.
 */
import { randomBytes } from "node:crypto"

interface Run {
  readonly id: string
  status: string
  readonly timer: NodeJS.Timeout
}

export class PracticeRuns {
  readonly #log: (line: string) => void
  readonly #runs: Run[] = []
  /** @param log a line into the SuperLink's log */
  constructor(log: (line: string) => void) {
    this.#log = log
  }

  /** The part of the Control API that is about runs; undefined for another call. */
  call(verb: string | undefined, [word = ""]: readonly string[]): object | undefined {
    if (verb === "run") return { success: true, "run-id": this.#start(Number(word)) }
    if (verb === "stop") {
      const run = this.#runs.find(({ id }) => id === word)
      if (run !== undefined) this.#end(run, "finished:stopped")
      return { success: run !== undefined }
    }
    if (verb !== "runs") return undefined
    this.#log("ControlServicer.ListRuns")
    return { success: true, runs: this.#runs.map(({ id, status }) => ({ "run-id": id, status })) }
  }

  #start(seconds: number): string {
    const id = randomBytes(8).readBigUInt64BE().toString()
    this.#log(`Created run ${id} in federation none/default`)
    this.#log(`Started task 1 of run ${id}`)
    const timer = setTimeout(() => {
      this.#log(`Finished task 1 of run ${id}`)
      this.#end(run, "finished:completed")
    }, seconds * 1000)
    const run: Run = { id, status: "running", timer: timer.unref() }
    this.#runs.push(run)
    return id
  }

  #end(run: Run, status: string): void {
    clearTimeout(run.timer)
    run.status = status
  }
}
