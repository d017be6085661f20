/** The runs as a table tells them: a walk has a run for each of its cells, and is one row. */
import { EXIT } from "../notebook/exit-codes.ts"
import type { By } from "../runner/events.ts"
import { namesOf, runSeconds } from "./signs.ts"
import type { Report, ReportRun, WrongEnd } from "./types.ts"

export interface RunRow {
  /** In their order; more than one: cells of one walk. */
  readonly runs: readonly ReportRun[]
  /** `3`, or `3–14` of a walk. */
  readonly numbers: string
  readonly command: string
  /** What was carried out: `login`, `14 cells: prerequisites … verify`. */
  readonly cells: string
  readonly seconds: number
  /** Nothing: its end was not seen. */
  readonly code?: number
}

/** Cells of a walk that ended well stand together; what went wrong has a row of its own. */
export function runRows({ runs }: Pick<Report, "runs">): RunRow[] {
  const rows: ReportRun[][] = []
  for (const run of runs) {
    const before = rows.at(-1)
    if (before !== undefined && goesOn(before.at(-1)!, run)) before.push(run)
    else rows.push([run])
  }
  return rows.map(rowOf)
}

/** The same person, the same day, one cell after the other. */
const goesOn = (before: ReportRun, run: ReportRun): boolean =>
  [before, run].every(({ command, code }) => code === 0 && WALK.test(command)) &&
  typed(before) === typed(run) &&
  personOf(before.by) === personOf(run.by) &&
  before.started.slice(0, 10) === run.started.slice(0, 10)

/** Its command is the program's alone, or `walk`. */
const WALK = /^\S+?(?: walk)?(?=$|: | -)/
/** A walk's command is followed by what it carried out: `: login at supernode-1`. */
const CARRIED_OUT = /: (?:the rest|[\w-]+(?:, [\w-]+)*)(?: at [\w-]+(?:, [\w-]+)*)?$/

const typed = ({ command }: ReportRun): string =>
  WALK.test(command) ? command.replace(CARRIED_OUT, "") : command

function rowOf(runs: readonly ReportRun[]): RunRow {
  const [first, last] = [runs[0]!, runs.at(-1)!]
  return {
    runs,
    numbers: runs.length === 1 ? String(first.number) : `${first.number}–${last.number}`,
    command: typed(first),
    cells: cellsOf([...new Set(runs.flatMap(({ cells }) => cells))]),
    seconds: runs.reduce((sum, run) => sum + runSeconds(run), 0),
    ...(last.code !== undefined && { code: last.code }),
  }
}

const cellsOf = (steps: readonly string[]): string =>
  steps.length > 2 ? `${steps.length} cells: ${steps[0]} … ${steps.at(-1)}` : steps.join(", ")

/** `alice@ward`; nothing in journals of earlier versions. */
export const personOf = (by: By | undefined): string => (by === undefined ? "" : `${by.user}@${by.host}`)

/** What did not end well in a run, a line a reason: `login at supernode-1 and supernode-2: …`. */
export function wrongEnds(run: ReportRun): string[] {
  if (run.wrong.length === 0) return run.code === EXIT.interrupted ? ["interrupted by Ctrl-C"] : []
  const same = Map.groupBy(run.wrong, (one) => `${one.step} ${one.kind} ${wordsOf(one, run)}`)
  return [...same.values()].map((mine) => {
    const sites = mine.flatMap(({ site }) => site ?? [])
    const where = sites.length === 0 ? "" : ` at ${namesOf(sites)}`
    return `${mine[0]!.step}${where}: ${wordsOf(mine[0]!, run)}`
  })
}

const wordsOf = ({ kind, reason }: WrongEnd, { code }: ReportRun): string =>
  kind === "interrupted" && code === EXIT.interrupted ? "interrupted by Ctrl-C" : reason

/** `run 3`, `runs 3–7 and 9`. */
export function runsNamed(numbers: readonly number[]): string {
  const stretches: [from: number, to: number][] = []
  for (const number of new Set(numbers)) {
    const last = stretches.at(-1)
    if (last !== undefined && last[1] === number - 1) last[1] = number
    else stretches.push([number, number])
  }
  const words = stretches.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`))
  return `${new Set(numbers).size === 1 ? "run" : "runs"} ${namesOf(words)}`
}
