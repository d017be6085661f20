/** Streams and environment of a call of the command line in this process. */
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PassThrough, Writable } from "node:stream"
import { stripVTControlCharacters } from "node:util"
import type { Io } from "../../lib/cli/io.ts"

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
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
  /** Both streams with every escape code. */
  raw(): string
  /** Answers each question once it stands on the screen, in this order. */
  answer(...answers: [question: RegExp, keys: string][]): void
}

export type More = { env?: Record<string, string>; terminal?: boolean }

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
  return {
    io: all,
    stdout: () => stripVTControlCharacters(stdout.text),
    stderr: () => stderr.text,
    raw: () => stdout.text + stderr.text,
    answer,
  }
}
