/** One process of a control plane. */
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, existsSync, openSync, readFileSync } from "node:fs"
import { createServer } from "node:net"
import { setTimeout as delay } from "node:timers/promises"
import { binaryOf, type Part } from "./build.ts"

/** How long a part may take until it answers, in milliseconds: seconds on an idle machine, half a minute on a busy one. */
const PATIENCE = 120_000

/** What a part is given to end by itself, in milliseconds. */
const GRACE = 3_000

// A test process that is killed takes its control planes along, where the system can see to it.
const GUARD = existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "KILL"] : []

const running = new Set<ChildProcess>()
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL")
})

/** A port of 127.0.0.1 that nobody uses. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

export class RunningPart {
  readonly #child: ChildProcess
  readonly #part: Part
  readonly #log: string
  readonly ended: Promise<void>

  /** @param log the file that its output goes to */
  constructor(part: Part, args: readonly string[], log: string) {
    const file = openSync(log, "a", 0o600)
    this.#part = part
    this.#log = log
    const [command, ...rest] = [...GUARD, binaryOf(part), ...args]
    this.#child = spawn(command!, rest, { stdio: ["ignore", file, file] })
    closeSync(file)
    running.add(this.#child)
    this.ended = new Promise((resolve) =>
      this.#child.once("exit", () => {
        running.delete(this.#child)
        resolve()
      }),
    )
  }

  /** Settles once `ready` says so. @throws Error with the end of its log where it ends before, or takes too long */
  async until(ready: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + PATIENCE
    while (!(await ready().catch(() => false))) {
      if (this.#child.exitCode !== null || Date.now() > end)
        throw new Error(`${this.#part} is not ready:\n${readFileSync(this.#log, "utf8").slice(-3000)}`)
      await delay(50)
    }
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.#child.kill(signal)
    // An API server waits up to a minute for those who watch.
    const enough = setTimeout(() => this.#child.kill("SIGKILL"), GRACE)
    await this.ended
    clearTimeout(enough)
  }

  pause(): void {
    this.#child.kill("SIGSTOP")
  }

  resume(): void {
    this.#child.kill("SIGCONT")
  }
}
