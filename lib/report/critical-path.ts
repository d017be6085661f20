/** The longest path through a run: backwards from the step that ended last, each time to the one that it waited for. */

import { between, duration } from "../notebook/format.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { linkRoles } from "../notebook/roles.ts"
import { readsEverySite } from "../notebook/value.ts"
import { whereOf } from "./signs.ts"
import type { Execution, Report, ReportCell } from "./types.ts"

/** An execution with the place where it was. */
export interface Bar {
  readonly cell: ReportCell
  readonly site?: string
  readonly execution: Execution
  /** Its end, or the last time that its run wrote. */
  readonly end: string
}

/** Nothing happened there: it was skipped, or checked in no time. */
export const wasSkipped = ({ execution, end }: Bar): boolean =>
  execution.outcome?.kind === "skipped" || (execution.onlyChecked === true && end === execution.started)

/** All executions of a walk, in the order in which they started. */
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

/** The critical path of a run, in the order of time; it passes through skipped steps without naming them. */
export function criticalPath(walk: Report, bars: readonly Bar[], run: number): Bar[] {
  const mine = bars.filter(({ execution }) => execution.run === run)
  const path: Bar[] = []
  let now = latest(mine.filter((bar) => !wasSkipped(bar)))
  while (now !== undefined) {
    path.unshift(now)
    const { started } = now.execution
    // Skipped steps take no time: of two at one moment, each would precede the other.
    now = latest(
      mine.filter((bar) => bar.end <= started && !path.includes(bar) && precedes(walk, bar, path[0]!)),
    )
  }
  return path.filter((bar) => !wasSkipped(bar))
}

/** Of those that ended at the same time, the one that started first, because it took longer. */
const latest = (bars: readonly Bar[]): Bar | undefined =>
  bars.reduce<Bar | undefined>(
    (last, bar) => (last === undefined || bar.end > last.end ? bar : last),
    undefined,
  )

/** Whether a bar had to end before the other could start: it is earlier in the lane, a step that the other needs, or a `here` step. */
function precedes({ notebook, sites }: Report, bar: Bar, after: Bar): boolean {
  if (bar.site === after.site || laneOf(notebook, bar) === "here") return true
  const step = notebook.steps.find(({ id }) => id === after.cell.step)
  if (step?.needs?.includes(bar.cell.step) !== true) return false
  if (after.site === undefined) return true
  // As in the runner: at the same site, at both ends of a link, or wherever the step runs.
  const own = bar.cell.places.some(({ site }) => site === after.site)
  const role = sites.find(({ name }) => name === bar.site)?.role
  const needed = notebook.steps.find(({ id }) => id === bar.cell.step)
  if (needed !== undefined && readsEverySite(step, needed)) return true
  return !own || (step.on === "link" && role !== undefined && role === linkRoles(notebook.roles)?.to)
}

export const secondsOf = ({ execution, end }: Bar): number => Math.max(0, between(execution.started, end))

/** The lane of a bar: a site's, `here` or `federation`. */
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
