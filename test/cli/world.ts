import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import type { Call } from "../../lib/cli/call.ts"
import { COMMANDS } from "../../lib/cli/commands-table.ts"
import { main } from "../../lib/cli/main.ts"
import { Out } from "../../lib/cli/out.ts"
import { parseCommand } from "../../lib/cli/parse.ts"
import type { Notebook } from "../../lib/notebook/notebook.ts"
import { Redactor } from "../../lib/notebook/secrets.ts"
import { mirrors } from "../example/notebook.ts"
import { checkJson } from "../json-lines.ts"
import { io, type More, type Result, type World } from "./screen.ts"

export { io, type Result, type World } from "./screen.ts"

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

/** Runs the command line and returns once it is done. */
export async function call(
  cwd: string,
  argv: readonly string[],
  more: More & { notebook?: Notebook } = {},
): Promise<Result> {
  const screen = io(cwd, more)
  const code = await main(more.notebook ?? mirrors, argv, screen.io)
  checkJson(argv, screen.stdout())
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
