import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PassThrough, Writable } from "node:stream"
import { stripVTControlCharacters } from "node:util"
import { afterAll } from "vitest"
import type { Call } from "../../lib/cli/call.ts"
import { COMMANDS } from "../../lib/cli/commands-table.ts"
import type { Io } from "../../lib/cli/io.ts"
import { main } from "../../lib/cli/main.ts"
import { Out } from "../../lib/cli/out.ts"
import { parseCommand } from "../../lib/cli/parse.ts"
import type { Notebook } from "../../lib/notebook/notebook.ts"
import { Redactor } from "../../lib/notebook/secrets.ts"
import { mirrors } from "../example/notebook.ts"

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const rooms: string[] = []
afterAll(() => {
  for (const folder of rooms) rmSync(folder, { recursive: true, force: true })
})

/** A folder of its own with the state folder in it; it goes after the tests of the file. */
export function room(): string {
  const folder = mkdtempSync(join(tmpdir(), "cli-"))
  rooms.push(folder)
  return folder
}

class Screen extends Writable {
  text = ""
  columns = 100
  rows = 30
  isTTY = false
  /** Like the process's own stdout it cannot be ended: each prompt tries to. */
  override end(): this {
    return this
  }
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString()
    done()
    this.emit("written")
  }
}

export interface World {
  readonly io: Io
  stdout(): string
  stderr(): string
  /** Answers each question once it stands on the screen, in this order. */
  answer(...answers: [question: RegExp, keys: string][]): void
}

type More = { env?: Record<string, string>; terminal?: boolean }

/** Streams and environment of one call: a folder, PATH, and nothing of who runs the tests. */
export function io(cwd: string, more: More = {}): World {
  const stdout = new Screen()
  const stderr = new Screen()
  const stdin = Object.assign(new PassThrough(), { isTTY: more.terminal === true })
  stdout.isTTY = more.terminal === true
  const all = {
    stdin,
    stdout,
    stderr,
    env: {
      PATH: process.env.PATH,
      TMPDIR: tmpdir(),
      HOME: cwd,
      XDG_STATE_HOME: join(cwd, "state"),
      ...more.env,
    },
    cwd,
    program: "mirror-pages",
    version: "1.2.3",
  } as unknown as Io
  const answer = (...answers: [RegExp, string][]): void => {
    let seen = 0
    stdout.on("written", () => {
      const text = stripVTControlCharacters(stdout.text.slice(seen))
      if (answers[0] === undefined || !answers[0][0].test(text)) return
      seen = stdout.text.length
      const [, keys] = answers.shift()!
      // The prompt listens once it is drawn.
      setImmediate(() => stdin.write(keys))
    })
  }
  return { io: all, stdout: () => stripVTControlCharacters(stdout.text), stderr: () => stderr.text, answer }
}

/** Runs the command line and returns once it is done. */
export async function call(
  cwd: string,
  argv: readonly string[],
  more: More & { notebook?: Notebook } = {},
): Promise<Result> {
  const screen = io(cwd, more)
  const code = await main(more.notebook ?? mirrors, argv, screen.io)
  return { code, stdout: screen.stdout(), stderr: screen.stderr() }
}

/** A call of the walk as the command line hands it on. */
export function walkCall({ io }: World, argv: readonly string[] = [], notebook: Notebook = mirrors): Call {
  const command = COMMANDS.find(({ name }) => name === "walk")!
  const { signal } = new AbortController()
  const redactor = new Redactor()
  return {
    notebook,
    flags: parseCommand(notebook, command, argv, io.cwd, io.program).flags,
    argument: undefined,
    steps: [],
    sessionStep: undefined,
    io,
    out: new Out(io, redactor),
    interaction: { ask: true },
    signal,
    interruptible: (work) => work(signal),
    redactor,
    command: [io.program, "walk", ...argv].join(" "),
  }
}
