/** Hostile texts in a journal, as a cluster or a command has said them, in every output that is made from it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { FORMATS } from "../../lib/cli/commands-table.ts"
import type { Recorded } from "../../lib/runner/events.ts"
import { createView } from "../../lib/terminal/index.ts"
import { io } from "../cli/screen.ts"
import { callGuide } from "./guide.ts"
import { PWNED } from "./hostile-values.ts"

/** Fields of an event whose text comes from outside. */
const SAID = new Set([
  "reason",
  "why",
  "fix",
  "next",
  "text",
  "line",
  "what",
  "user",
  "found",
  "wanted",
  "field",
  "server",
])

/** The journal with a hostile text behind each text from outside, in turn. */
export function hostileJournal(lines: readonly string[], values: readonly string[]): string[] {
  let turn = 0
  const infected = (value: unknown, key = ""): unknown => {
    if (typeof value === "string") {
      if (!SAID.has(key)) return value
      const more = values[turn++ % values.length]!
      return turn % 3 === 0 ? more + value : value + more
    }
    if (Array.isArray(value)) return value.map((one) => infected(one, key))
    if (value === null || typeof value !== "object") return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, infected(one, name)]))
  }
  return lines.map((line) => JSON.stringify(infected(JSON.parse(line))))
}

const HIDDEN =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

/** What of an output a terminal, a browser or a parser would obey. */
function wrongIn(kind: string, text: string): string | undefined {
  const hidden = HIDDEN.exec(text)
  if (hidden !== null) {
    const at = JSON.stringify(text.slice(Math.max(0, hidden.index - 60), hidden.index + 20))
    return `${kind} contains U+${hidden[0].codePointAt(0)!.toString(16).padStart(4, "0")}: ${at}`
  }
  if (["json", "ipynb", "status --json"].includes(kind)) JSON.parse(text)
  if (kind === "html" && /<(?:script|img src=x|svg onload)/i.test(text.replace(/<svg [a-z]+="/g, ""))) {
    return "html contains markup of a cluster"
  }
  if (kind === "html" && new RegExp(`href="javascript:${PWNED}`, "i").test(text))
    return "html links to a script"
  return undefined
}

/** @param journal the lines of a run that was finished */
export async function tryOutputs(
  folder: string,
  journal: readonly string[],
  values: readonly string[],
): Promise<string | undefined> {
  rmSync(folder, { recursive: true, force: true })
  const state = join(folder, "state")
  mkdirSync(state, { recursive: true, mode: 0o700 })
  const lines = hostileJournal(journal, values)
  writeFileSync(join(state, "journal.jsonl"), `${lines.join("\n")}\n`, { mode: 0o600 })
  for (const argv of CALLS) {
    const { code, raw, stderr } = await callGuide(folder, [...argv, "--state", "state"])
    const kind = argv[2] ?? argv.join(" ")
    if (code !== 0) return `${argv.join(" ")} ended with ${code}: ${stderr}`
    const wrong = wrongIn(kind, raw)
    if (wrong !== undefined) return wrong
  }
  for (const kind of ["plain", "json"] as const) {
    const wrong = wrongIn(`events, ${kind}`, await shownEvents(folder, kind, lines))
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const CALLS: readonly (readonly string[])[] = [
  ["status"],
  ["values"],
  ["show", "verify-federation"],
  ["show", "link-status"],
  ...FORMATS.map((format) => ["report", "--format", format]),
]

/** The events as `run` prints them. */
async function shownEvents(
  folder: string,
  kind: "plain" | "json",
  lines: readonly string[],
): Promise<string> {
  const screen = io(folder)
  const { stdout, stderr } = screen.io
  const view = await createView({ kind, stdout, stderr, show: true, titles: (id) => id })
  for (const line of lines) view.listener(JSON.parse(line) as Recorded)
  view.close()
  return screen.raw()
}

/** How long a whole run may take, in milliseconds: it is no case, and the machine may have other things to do. */
const PREPARING = 300_000

/** The journal of a run on practice clusters. */
export async function finishedJournal(folder: string): Promise<string[]> {
  const run = ["run", "--practice", "--delays", "none", "--yes", "--state", "state"]
  const { code, stderr } = await callGuide(folder, run, {}, PREPARING)
  if (code !== 0) throw new Error(`the run on practice clusters ended with ${code}: ${stderr}`)
  return readFileSync(join(folder, "state", "journal.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
}
