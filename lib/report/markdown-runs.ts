/** The runs, what went wrong in them, what was approved, and which inputs changed. */
import { count, duration } from "../notebook/format.ts"
import { second, short } from "./markdown-step.ts"
import { atMost, code, codeCell, inline, table } from "./markdown-text.ts"
import { howApproved, personOf, runRows, wrongEnds } from "./run-rows.ts"
import { openEnd, ungiven } from "./signs.ts"
import type { Report, ReportRun } from "./types.ts"

const MOST_ROWS = 40
const MOST_LINES = 12
const MOST_WRONG = 3

/** A table of the runs; a walk's cells that succeeded are one row. */
export function runLines(walk: Report): string[] {
  const { runs } = walk
  const rows = runRows(walk).map(({ runs: mine, numbers, command, cells, seconds, code: exit, running }) => {
    const [first, last] = [mine[0]!, mine.at(-1)!]
    return [
      numbers,
      second(first.started),
      inline(personOf(first.by)),
      codeCell(command),
      inline(cells) || "–",
      exit === undefined ? openEnd(running) : String(exit),
      last.seconds === undefined ? "" : duration(seconds),
      mine.flatMap(wrongCell).join("; "),
    ]
  })
  const anyWrong = rows.some((row) => row.at(-1) !== "")
  const heads = ["run", "started", "who", "command", "cells", "exit code", "took", "what went wrong"]
  const shown = (row: readonly string[]) => (anyWrong ? row : row.slice(0, -1))
  const warnings = runs.flatMap(({ number, warnings }) =>
    warnings.map((text) => `- warning in run ${number}: ${inline(text)}`),
  )
  return [
    ...table(shown(heads), rows.slice(-MOST_ROWS).map(shown)),
    ...(rows.length > MOST_ROWS
      ? ["", `${count(rows.length - MOST_ROWS, "earlier run")}: \`report --format json\`.`]
      : []),
    ...(warnings.length === 0 ? [] : ["", ...atMost(warnings, MOST_LINES, (more) => `- and ${more} more`)]),
  ]
}

const wrongCell = (run: ReportRun): readonly string[] =>
  atMost(wrongEnds(run).map(short), MOST_WRONG, (more) => `and ${more} more`)

/** Changes outside a site, and who approved them. */
export function approvalLines({ runs }: Report): string[] {
  const all = runs.flatMap(({ approvals, by }) =>
    approvals.map((approval) => ({ ...approval, who: personOf(by) })),
  )
  const lines = [
    ...Map.groupBy(
      all,
      ({ what, how, who }) =>
        `- ${inline(what)}: approved${who === "" ? "" : ` by ${inline(who)}`} ${howApproved(how)}`,
    ),
  ].map(([line, [first]]) => `${line}, ${second(first!.t)}`)
  return [...atMost(lines, MOST_LINES, (more) => `- and ${more} more`)]
}

/** Inputs whose values changed between runs, with when and by whom. */
export function changeLines({ changes, notebook }: Report): string[] {
  const lines = changes.map(({ t, by, site, name, from, to }) => {
    const [before, after] = [from, to].map((value) =>
      value === undefined ? ungiven(notebook, name) : code(value),
    )
    const where = site === undefined ? "" : ` at ${site}`
    const who = by === undefined ? "" : `, by ${inline(personOf(by))}`
    return `- ${name}${where}: ${before} → ${after}, ${second(t)}${who}`
  })
  return [...atMost(lines, MOST_LINES, (more) => `- and ${more} more`)]
}
