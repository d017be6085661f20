/** `flower-runbook` as its user runs it, built and installed: a child with a home, a state folder and a PATH of its own. */
import { spawn } from "node:child_process"
import { mkdirSync, readFileSync, symlinkSync, watch } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Recorded } from "../../lib/runner/events.ts"
import { checkJson } from "../json-lines.ts"
import { checkNext } from "../next-lines.ts"
import { packedProgram } from "../packed.ts"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
export const { bin: BIN } = await packedProgram()

/** How a child ended. `code` is null if a signal ended it. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Child {
  readonly pid: number
  readonly ended: Promise<Ended>
  /** The output on stdout once it matches; fails if the child ends before. */
  printed(wanted: RegExp): Promise<string>
  kill(signal: NodeJS.Signals): void
}

export interface CallOptions {
  /** In place of the command line: a script of runbooks/. */
  readonly script?: string
  readonly env?: Readonly<Record<string, string>>
  /** For Node itself. */
  readonly node?: readonly string[]
  /** It leads a process group of its own, as in an interactive shell. */
  readonly group?: boolean
}

export interface Programs {
  /** The folder of the federation, unless a flag names another. */
  readonly state: string
  /** A folder of the test's own. */
  readonly folder: string
  /** Runs to its end. `--federation FILE` is not added: a call is what a person types. */
  call(argv: readonly string[], options?: CallOptions): Promise<Ended>
  start(argv: readonly string[], options?: CallOptions): Child
  /** The lines of a journal; none if there is none. */
  journal(folder?: string): Recorded[]
  /** Settles once the journal contains such a line. */
  line(wanted: (line: Recorded) => boolean): Promise<void>
}

/**
 * Creates a folder with what a step may need beside the commands of the federation file; no oc, no skupper, no browser.
 * @returns its path
 */
export function barePath(folder: string): string {
  const bin = join(folder, "bin")
  mkdirSync(bin)
  for (const name of ["bash", "sh"]) symlinkSync(`/bin/${name}`, join(bin, name))
  return bin
}

/**
 * @param folder the home of the children
 * @param bin their whole PATH
 * @param federation names their state's folder
 */
export function startPrograms(folder: string, bin: string, federation: string): Programs & { kill(): void } {
  const running = new Set<Child>()
  const state = join(folder, "state", "flower-runbook", federation)

  const start: Programs["start"] = (argv, { script, env = {}, node = [], group = false } = {}) => {
    const program = script === undefined ? BIN : join(ROOT, script)
    const child = spawn(process.execPath, [...node, program, ...argv], {
      cwd: folder,
      env: {
        PATH: bin,
        HOME: folder,
        XDG_STATE_HOME: join(folder, "state"),
        // The files name the stand-ins of practice.
        FLOWER_RUNBOOK_TRUST_FILE: "true",
        // Where Node keeps compiled code, among other things: with the tests' own.
        TMPDIR: tmpdir(),
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: group,
    })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject)
      child.once("close", (code, signal) => {
        running.delete(started)
        try {
          // A program that was killed may have written half a line.
          if (signal === null) {
            checkJson(argv, stdout)
            if (script === undefined && !argv.includes("--json")) checkNext(`${stdout}\n${stderr}`, folder)
          }
        } catch (error) {
          reject(error)
        }
        resolve({ code, signal, stdout, stderr })
      })
    })
    const printed: Child["printed"] = (wanted) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (wanted.test(stdout)) resolve(stdout)
        }
        check()
        child.stdout.on("data", check)
        void ended.then(
          () => reject(new Error(`it ended without printing ${wanted}:\n${stdout}${stderr}`)),
          reject,
        )
      })
    const started: Child = {
      pid: child.pid!,
      ended,
      printed,
      kill: (signal) => void child.kill(signal),
    }
    running.add(started)
    return started
  }

  const journal = (where = state): Recorded[] => {
    try {
      const text = readFileSync(join(where, "journal.jsonl"), "utf8")
      // The last piece is empty, or a line that is being written.
      const lines = text.split("\n").slice(0, -1)
      return lines.map((line) => JSON.parse(line) as Recorded)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return []
      throw error
    }
  }

  return {
    state,
    folder,
    start,
    call: (argv, more) => start(argv, more).ended,
    journal,
    line: (wanted) =>
      new Promise((resolve) => {
        mkdirSync(state, { recursive: true, mode: 0o700 })
        const watcher = watch(state, () => {
          if (!journal().some(wanted)) return
          watcher.close()
          resolve()
        })
      }),
    kill() {
      for (const child of running) child.kill("SIGKILL")
    },
  }
}
