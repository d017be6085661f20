import { providedText, type Recorded } from "../runner/events.ts"
import type { Execution, RanCommand } from "./types.ts"

/** The same while it is read: lists grow, fields are set. */
type Open<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Open<Item>[] : T[K] }

/** An event that happened at a place. */
export type Placed = Extract<Recorded, { step: string }>

/** Events of an execution that does more than check. */
const EXECUTED: ReadonlySet<Placed["type"]> = new Set([
  "action started",
  "action ended",
  "manual",
  "step ended",
])

/** What one run does at one place, from its lines in order; usually one execution. */
export class Reading {
  readonly #run: number
  #now: Open<Execution> | undefined
  /** A later step went back to this one: it has neither a start nor an end of its own. */
  #implied = false

  constructor(run: number) {
    this.#run = run
  }

  /** @returns the execution that this line starts; the lines that follow fill it */
  take(line: Placed): Execution | undefined {
    const implied = line.type !== "step started"
    const opened = implied && this.#now !== undefined ? undefined : this.#open(line.t, implied)
    this.#fill(this.#now!, line)
    return opened
  }

  #fill(now: Open<Execution>, line: Placed): void {
    const { t } = line
    const command = now.commands.at(-1)
    if (this.#implied) now.ended = t
    if (EXECUTED.has(line.type)) delete now.onlyChecked
    switch (line.type) {
      case "checked":
        now.before ??= { t, result: line.result }
        now.after = { t, result: line.result }
        break
      case "action started":
        now.actions.push({ t, action: line.action })
        break
      case "manual":
        now.actions.push({ t, action: line.action, manual: true })
        break
      case "action ended": {
        const end = { ended: t, ok: line.ok, ...(line.reason && { reason: line.reason }) }
        const open = now.actions.findLast(({ ended, manual }) => ended === undefined && !manual)
        // The start of an action that a killed run left open is in that run.
        if (open === undefined) now.actions.push({ t, action: line.action, ...end })
        else Object.assign(open, end)
        break
      }
      case "command":
        now.commands.push({ t, line: line.line, ...(line.cwd && { cwd: line.cwd }), output: [] })
        break
      case "output":
        if (command !== undefined) addOutput(command, line.stream, line.text)
        break
      case "command ended":
        if (command !== undefined) endCommand(command, line)
        break
      case "written":
        now.written.push({ t, what: line.what, ...(line.sha256 && { sha256: line.sha256 }) })
        break
      case "waiting":
        if (now.waits.at(-1)?.reason !== line.reason) now.waits.push({ t, reason: line.reason })
        break
      case "note":
        now.notes.push({ t, text: line.text })
        break
      case "value":
        now.notes.push({ t, text: providedText(line) })
        break
      case "shown":
        now.shown.push({ t, line: line.line, text: line.text, differs: [...line.differs] })
        break
      case "step ended":
        Object.assign(now, { ended: t, outcome: line.outcome })
        this.#now = undefined
        break
    }
  }

  #open(t: string, implied: boolean): Open<Execution> {
    this.#implied = implied
    const lists = { actions: [], commands: [], written: [], waits: [], notes: [], shown: [] }
    this.#now = { run: this.#run, started: t, ...(implied && { onlyChecked: true }), ...lists }
    return this.#now
  }
}

/** The end of a line goes where the line started, also when output of the other stream came in between. */
function addOutput({ output }: Open<RanCommand>, stream: "stdout" | "stderr", text: string): void {
  const mine = output.findLast((one) => one.stream === stream)
  if (mine !== undefined && mine === output.at(-1)) {
    mine.text += text
    return
  }
  const isOpen = mine !== undefined && !mine.text.endsWith("\n")
  const end = isOpen ? text.indexOf("\n") + 1 || text.length : 0
  if (isOpen) mine.text += text.slice(0, end)
  if (end < text.length) output.push({ stream, text: text.slice(end) })
}

function endCommand(
  command: Open<RanCommand>,
  { exitCode, seconds }: { exitCode: number; seconds: number },
): void {
  for (const one of command.output) if (!one.text.endsWith("\n")) one.text += "\n"
  Object.assign(command, { exitCode, seconds })
}
