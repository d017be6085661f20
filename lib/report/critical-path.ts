/** The way through a run that took the longest: backwards from what ended last, each time to what it waited for. */

import { between, duration } from "../notebook/format.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { whereOf } from "./signs.ts"
import type { Execution, Report, ReportCell } from "./types.ts"

/** An execution with the place where it was. */
export interface Bar {
  readonly cell: ReportCell
  readonly site?: string
  readonly execution: Execution
  /** Its end, or how far its run came. */
  readonly end: string
}

/** Nothing happened there: it was only passed over. */
export const isPassed = ({ execution, end }: Bar): boolean =>
  execution.outcome?.kind === "skipped" || (execution.onlyChecked === true && end === execution.started)

/** All executions of a walk, in the order in which they began. */
export function barsOf(walk: Report): Bar[] {
  const last = new Map(walk.runs.map((run) => [run.number, run.ended ?? run.last]))
  return [...walk.cells, ...walk.others]
    .flatMap((cell) =>
      cell.places.flatMap(({ site, executions }) =>
        executions.map((execution) => ({
          cell,
          ...(site !== undefined && { site }),
          execution,
          end: execution.ended ?? last.get(execution.run) ?? execution.started,
        })),
      ),
    )
    .sort((a, b) => a.execution.started.localeCompare(b.execution.started))
}

/** The critical path of a run, in the order of time; it goes through what was passed over, without naming it. */
export function criticalPath(walk: Report, bars: readonly Bar[], run: number): Bar[] {
  const mine = bars.filter(({ execution }) => execution.run === run)
  const path: Bar[] = []
  let now = latest(mine.filter((bar) => !isPassed(bar)))
  while (now !== undefined) {
    path.unshift(now)
    const { started } = now.execution
    // What was passed over takes no time: of two at one moment each would precede the other.
    now = latest(
      mine.filter((bar) => bar.end <= started && !path.includes(bar) && precedes(walk, bar, path[0]!)),
    )
  }
  return path.filter((bar) => !isPassed(bar))
}

/** Of those that ended at once, the one that began first: it took longer. */
const latest = (bars: readonly Bar[]): Bar | undefined =>
  bars.reduce<Bar | undefined>(
    (last, bar) => (last === undefined || bar.end > last.end ? bar : last),
    undefined,
  )

/** Whether a bar had to end before the other could begin: before it in its lane, what it needs, or a step done here. */
function precedes({ notebook, sites }: Report, bar: Bar, after: Bar): boolean {
  if (bar.site === after.site || laneOf(notebook, bar) === "here") return true
  const step = notebook.steps.find(({ id }) => id === after.cell.step)
  if (step?.needs?.includes(bar.cell.step) !== true) return false
  if (after.site === undefined) return true
  // As the runner has it: at the own site, at both ends of a link, or wherever the step is done.
  const own = bar.cell.places.some(({ site }) => site === after.site)
  const role = sites.find(({ name }) => name === bar.site)?.role
  return !own || (step.on === "link" && role !== undefined && notebook.roles[role] === "one")
}

export const secondsOf = ({ execution, end }: Bar): number => Math.max(0, between(execution.started, end))

/** The lane of a bar: a site's, `here` or `federation`.*/
export const laneOf = (notebook: Notebook, bar: Bar): string => whereOf(notebook, bar.cell.step, bar.site)

/** `here: prerequisites 0.3 s → superlink: login 0.9 s, project 0.7 s → …` */
export function pathWords(notebook: Notebook, path: readonly Bar[]): string {
  const stretches: { lane: string; steps: string[] }[] = []
  for (const bar of path) {
    const lane = laneOf(notebook, bar)
    if (stretches.at(-1)?.lane !== lane) stretches.push({ lane, steps: [] })
    stretches.at(-1)!.steps.push(`${bar.cell.step} ${duration(secondsOf(bar))}`)
  }
  return stretches.map(({ lane, steps }) => `${lane}: ${steps.join(", ")}`).join(" → ")
}
