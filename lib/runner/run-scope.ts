import { maxActions, maxRequests } from "../limits.ts"
import { type Bus, createBus } from "./bus.ts"
import type { ContextSource } from "./context.ts"
import { type Outcome, placeName } from "./events.ts"
import { buildGraph, type Cell } from "./graph.ts"
import { stepCommand } from "./next-command.ts"
import { selector } from "./selection.ts"
import { KeyedMutex, Semaphore } from "./semaphore.ts"
import type { Hold } from "./toolbox.ts"
import type { RunOptions } from "./types.ts"
import { Values } from "./values.ts"
import { Watcher } from "./watcher.ts"

/** What the cells of one run share. */
export interface RunScope {
  readonly options: RunOptions
  readonly source: ContextSource
  readonly bus: Bus
  readonly watcher: Watcher
  readonly slots: Semaphore
  readonly mutex: KeyedMutex
  readonly selected: (cell: Cell) => boolean
  /** Nothing in a plan. */
  readonly hold: Hold | undefined
}

/**
 * Creates what the cells of one run or plan share.
 * @param keep whether values that steps provide are kept for later runs
 */
export function openRunScope(
  options: RunOptions,
  outcome: (key: string) => Outcome | undefined,
  keep = false,
): RunScope & { bus: Bus } {
  const { notebook, federation, state, redactor } = options
  options.toolbox.begin?.()
  const bus = createBus(state.journal, redactor, options.listeners)
  const graph = buildGraph(notebook, federation)
  const most = notebook.withoutCommands?.(federation.values) === true ? maxRequests() : maxActions()
  const selected = selector(notebook, options.selection)
  const slots = new Semaphore(options.parallel ?? most)
  const source: ContextSource = {
    notebook: notebook.name,
    federation,
    folder: state.folder,
    graph,
    interactive: options.interactive,
    rerun: (cell) => options.rerun === true && selected(cell),
    interrupted: (cell) => state.journal.memory.interrupted.has(cell.key),
    interruptedApply: (cell) => state.journal.memory.interruptedApplies.get(cell.key),
    created: state.journal.memory.created,
    outcome: (step, site) => outcome(placeName({ step, site })),
    secret: (value) => redactor.add(value),
    hash: (text) => redactor.hash(text),
    values: new Values({
      notebook,
      federation,
      state,
      redactor,
      keep,
      outcome: (at) => outcome(placeName(at)),
      command: (at, flags) => stepCommand(options, at, flags),
    }),
  }
  return {
    options,
    source,
    bus,
    slots,
    mutex: new KeyedMutex(),
    watcher: new Watcher(options.toolbox, bus, slots, source),
    selected,
    hold: keep ? options.toolbox.hold?.(bus.emit) : undefined,
  }
}
