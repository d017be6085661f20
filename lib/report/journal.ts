import { placeName, type Recorded } from "../runner/events.ts"
import { type Placed, Reading } from "./reading.ts"
import type { Execution, ReportPlace, ReportRun, WrongEnd } from "./types.ts"

/** The content of a journal, by run and by place name (`supernode-1/site-create`). */
export interface Journaled {
  readonly runs: readonly ReportRun[]
  /** Ids of steps that ran, in the order in which they first occur. */
  readonly steps: ReadonlySet<string>
  readonly executions: ReadonlyMap<string, readonly Execution[]>
  /** What a teardown deleted and no run has created again since. */
  readonly undone: ReadonlyMap<string, NonNullable<ReportPlace["undone"]>>
}

interface OpenRun {
  run: ReportRun
  approvals: { t: string; what: string; how: string }[]
  warnings: string[]
  /** The ids of the steps that ran, by place name. */
  executed: Map<string, string>
  /** By place name: where one is tried again, its last end counts. */
  wrong: Map<string, WrongEnd & { root?: string }>
  readings: Map<string, Reading>
}

/** Reads the lines of a journal, of several runs and of killed ones too. */
export function readJournal(lines: readonly Recorded[]): Journaled {
  const runs: OpenRun[] = []
  /** By id: where one starts twice (lines of a journal were copied), what follows is the second's. */
  const byId = new Map<string, OpenRun>()
  const steps = new Set<string>()
  const executions = new Map<string, Execution[]>()
  const undone = new Map<string, NonNullable<ReportPlace["undone"]>>()

  const place = (line: Placed, { run, readings, executed, wrong }: OpenRun): void => {
    const name = placeName(line)
    if (line.type === "step started") executed.set(name, line.step)
    if (line.type === "step ended") {
      const { step, site, outcome } = line
      const { kind, ok, reason, root } = outcome
      if (kind === "skipped") executed.delete(name)
      wrong.delete(name)
      if (!ok)
        wrong.set(name, { step, ...(site !== undefined && { site }), kind, reason, ...(root && { root }) })
    }
    steps.add(line.step)
    const reading = readings.get(name) ?? new Reading(run.number)
    if (!readings.has(name)) readings.set(name, reading)
    const opened = reading.take(line)
    const mine = executions.get(name) ?? []
    if (opened !== undefined) executions.set(name, mine)
    if (opened !== undefined) mine.push(opened)
    if (line.type === "checkpoint") undone.delete(name)
    if (line.type !== "action started") return
    for (const step of line.undoes ?? []) {
      const at = line.site === undefined ? { step } : { step, site: line.site }
      undone.set(placeName(at), { t: line.t, step: line.step })
    }
  }

  for (const line of lines) {
    if (line.type === "run started") {
      const approvals: OpenRun["approvals"] = []
      const warnings: string[] = []
      const { t, command, version, by } = line
      const run = {
        number: runs.length + 1,
        started: t,
        last: t,
        command,
        version,
        ...(by && { by }),
        approvals,
        warnings,
        cells: [],
        wrong: [],
      }
      const open = { run, approvals, warnings, executed: new Map(), wrong: new Map(), readings: new Map() }
      runs.push(open)
      byId.set(line.run, open)
      continue
    }
    const open = byId.get(line.run)
    // Lines outside runs are answers to questions in between.
    if (open === undefined) continue
    open.run = { ...open.run, last: line.t }
    switch (line.type) {
      case "approval":
        open.approvals.push({ t: line.t, what: line.what, how: line.how })
        break
      case "warning":
        open.warnings.push(line.text)
        break
      case "run ended": {
        const { code, counts, seconds } = line
        open.run = { ...open.run, ended: line.t, code, counts, seconds }
        break
      }
      case "answered":
      case "message":
        break
      default:
        place(line, open)
    }
  }
  const kept = new Map([...executions].map(([name, all]) => [name, keptOutputs(all)]))
  return { runs: [...runs.values()].map(closed), steps, executions: kept, undone }
}

/** A run that changed nothing at a place did not ask for its output again: what was shown there before still holds. */
function keptOutputs(executions: readonly Execution[]): Execution[] {
  let shown: Execution["shown"] = []
  return executions.map((one) => {
    if (one.shown.length > 0) shown = one.shown
    else if (one.actions.length > 0) shown = []
    return one.outcome?.kind === "unchanged" && one.shown.length === 0 && shown.length > 0
      ? { ...one, shown }
      : one
  })
}

function closed({ run, executed, wrong: ends }: OpenRun): ReportRun {
  const wrong = [...ends.values()]
  const roots = new Set(wrong.filter(({ kind }) => kind !== "skipped").map(placeName))
  return {
    ...run,
    cells: [...new Set(executed.values())],
    wrong: wrong
      .filter(({ kind, root }) => kind !== "skipped" || root === undefined || !roots.has(root))
      .map(({ root: _, ...end }) => end),
  }
}
