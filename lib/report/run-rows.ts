/** The rows of a table of runs: a walk has one run per cell, and is one row. */
import { EXIT } from "../notebook/exit-codes.ts"
import type { By } from "../runner/events.ts"
import { namesOf, runSeconds } from "./signs.ts"
import type { Report, ReportRun, WrongEnd } from "./types.ts"

export interface RunRow {
  /** In order; more than one: cells of one walk. */
  readonly runs: readonly ReportRun[]
  /** `3`, or `3–14` of a walk. */
  readonly numbers: string
  readonly command: string
  /** The steps that ran: `login`, `14 cells: prerequisites … verify`. */
  readonly cells: string
  readonly seconds: number
  /** Undefined: it was interrupted, or is running. */
  readonly code?: number
  readonly running?: boolean
}

/** Cells of a walk that succeeded share a row; a run in which something went wrong has its own. */
export function runRows({ runs, running }: Pick<Report, "runs" | "running">): RunRow[] {
  const rows: ReportRun[][] = []
  for (const run of runs) {
    const before = rows.at(-1)
    if (before !== undefined && continues(before.at(-1)!, run)) before.push(run)
    else rows.push([run])
  }
  return rows.map((mine) => ({
    ...rowOf(mine),
    ...(running === true && mine.at(-1) === runs.at(-1) && { running }),
  }))
}

/** The same person on the same day, one cell after the other. */
const continues = (before: ReportRun, run: ReportRun): boolean =>
  [before, run].every(({ command, code }) => code === 0 && WALK.test(command)) &&
  typed(before) === typed(run) &&
  personOf(before.by) === personOf(run.by) &&
  before.started.slice(0, 10) === run.started.slice(0, 10)

/** Its command is the program's alone, or `walk`. */
const WALK = /^\S+?(?: walk)?(?=$|: | -)/
/** A walk's command is followed by the steps that it ran: `: login at supernode-1`. */
const RAN = /: (?:the rest|[\w-]+(?:, [\w-]+)*)(?: at [\w-]+(?:, [\w-]+)*)?$/

const typed = ({ command }: ReportRun): string => (WALK.test(command) ? command.replace(RAN, "") : command)

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

/** `alice@ward`; empty where the journal does not say. */
export const personOf = (by: By | undefined): string => (by === undefined ? "" : `${by.user}@${by.host}`)

/** What did not succeed in a run, one line per reason: `login at supernode-1 and supernode-2: …`. */
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

const HOW: Readonly<Record<string, string>> = {
  flag: "with --yes or the plan",
  asked: "when asked",
  named: "by naming the step",
}

/** How a change outside a site was approved. */
export const howApproved = (how: string): string => HOW[how] ?? how

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
