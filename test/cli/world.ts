import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PassThrough, Writable } from "node:stream"
import type { Io } from "../../lib/cli/io.ts"
import { main } from "../../lib/cli/main.ts"
import type { Notebook } from "../../lib/notebook/notebook.ts"
import { mirrors } from "../example/notebook.ts"

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A folder of its own with the state folder in it. */
export const room = (): string => mkdtempSync(join(tmpdir(), "cli-"))

class Screen extends Writable {
  text = ""
  columns = 100
  isTTY = false
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}

/** Runs the command line off a terminal, in a folder, with nothing else in the environment than PATH. */
export async function call(
  cwd: string,
  argv: readonly string[],
  more: { env?: Record<string, string>; notebook?: Notebook; terminal?: boolean } = {},
): Promise<Result> {
  const stdout = new Screen()
  const stderr = new Screen()
  const stdin = Object.assign(new PassThrough(), { isTTY: more.terminal === true })
  stdout.isTTY = more.terminal === true
  const io = {
    stdin,
    stdout,
    stderr,
    env: { PATH: process.env.PATH, HOME: cwd, XDG_STATE_HOME: join(cwd, "state"), ...more.env },
    cwd,
    program: "mirror-pages",
    version: "1.2.3",
  } as unknown as Io
  const code = await main(more.notebook ?? mirrors, argv, io)
  return { code, stdout: stdout.text, stderr: stderr.text }
}
