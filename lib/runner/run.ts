import { codeOfAbort, EXIT } from "../notebook/exit-codes.ts"
import { type Outcome, type OutcomeKind, placeName } from "./events.ts"
import { runLanes } from "./run-lanes.ts"
import { openRunScope } from "./run-scope.ts"
import { assertSameFederation, sitesOf } from "./same-federation.ts"
import { Scheduler } from "./scheduler.ts"
import { thisMachine } from "./this-machine.ts"
import type { RunOptions, RunResult } from "./types.ts"

/**
 * Runs a notebook on a federation: every selected step in every lane, resuming from what exists.
 * @throws UsageError when the folder belongs to another federation; everything else is an outcome
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { notebook, federation, state, signal } = options
  const started = performance.now()
  assertSameFederation(notebook, federation, state.journal.memory, state.folder)
  const scope = openRunScope(options, (key) => scheduler.outcomes.get(key), true)
  const scheduler: Scheduler = new Scheduler(scope)
  const { graph } = scope.source
  const lanes = [graph.here, ...graph.lanes, graph.federation]
  try {
    await scope.bus.durable({
      type: "run started",
      version: options.version,
      notebook: notebook.name,
      federation: federation.name,
      command: options.command,
      ...(options.practice && { practice: true as const }),
      by: thisMachine(),
      ...sitesOf(notebook, federation, state),
      lanes: lanes.flatMap((lane) => {
        const steps = lane.cells.filter(scope.selected).map((cell) => cell.step.id)
        return steps.length === 0 ? [] : [{ name: lane.name, steps }]
      }),
    })
    for (const text of state.warnings) scope.bus.emit({ type: "warning", text })
    await runLanes(lanes, scope.selected, scheduler, options.renderer)
    const outcomes = graph.cells.flatMap((cell) => {
      const outcome = scope.selected(cell) ? scheduler.outcomes.get(placeName(cell.at)) : undefined
      return outcome === undefined ? [] : [{ ...cell.at, outcome }]
    })
    await scope.hold?.release(notebook.steps.some((step) => step.delete !== undefined))
    const code = exitCode(outcomes, signal)
    const seconds = (performance.now() - started) / 1000
    await scope.bus.durable({ type: "run ended", code, counts: count(outcomes), seconds })
    return { code, outcomes }
  } finally {
    await scope.hold?.release(false)
  }
}

function exitCode(outcomes: RunResult["outcomes"], signal: AbortSignal): number {
  if (signal.aborted) return codeOfAbort(signal)
  // Another run holds the federation, on its cluster: as if it held the lock of this folder.
  if (outcomes.some(({ outcome }) => outcome.code === "held")) return EXIT.locked
  const open = outcomes.filter(({ outcome }) => !outcome.ok)
  if (open.length === 0) return EXIT.done
  return open.every(({ outcome }) => outcome.code === "party") ? EXIT.waiting : EXIT.failed
}

function count(outcomes: readonly { outcome: Outcome }[]): Partial<Record<OutcomeKind, number>> {
  const counts: Partial<Record<OutcomeKind, number>> = {}
  for (const { outcome } of outcomes) counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1
  return counts
}
