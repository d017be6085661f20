import { remember } from "./checkpoints.ts"
import type { Deadline } from "./deadline.ts"
import type { Action } from "./events.ts"
import type { Cell } from "./graph.ts"
import type { Memory } from "./journal-memory.ts"
import { type OutcomeDraft, outcomeDraft } from "./outcomes.ts"
import type { RunScope } from "./run-scope.ts"
import { showCell } from "./show.ts"

const ENDED = { apply: "applied", update: "updated", delete: "deleted", rerun: "applied" } as const

interface Finished {
  readonly reason: string
  readonly adopted: boolean
  /** What led to it; undefined where nothing was changed. */
  readonly action: Action | undefined
}

/** The cell is *ready*: shows its output and writes its checkpoint. A step that has not provided its values fails. */
export async function finishCell(
  scope: RunScope,
  cell: Cell,
  { reason, adopted, action }: Finished,
  deadline: Deadline,
): Promise<OutcomeDraft> {
  const { options, bus, source } = scope
  const lacking = source.values.unprovided(cell)
  if (lacking !== undefined) return lacking
  const { memory } = options.state.journal
  const { fingerprint, inputs } = remember(options.notebook, options.federation, memory, cell)
  const stays = action === undefined && !options.show && wasShown(memory, cell.key) && cell.site !== undefined
  const kept = stays && memory.checkpoints.get(cell.key)?.fingerprint === fingerprint
  if (!options.quiet && !kept && !onRequest(scope, cell)) await showCell(scope, cell, deadline)
  const more = adopted ? { adopted } : {}
  await bus.durable({ type: "checkpoint", fingerprint, inputs, reason, ...more, ...cell.at })
  return outcomeDraft(action === undefined ? "unchanged" : ENDED[action], reason, more)
}

/** The output of its commands is in the journal: nothing has changed, so it need not cost a process for each again. */
const wasShown = ({ shown }: Pick<Memory, "shown">, key: string): boolean => {
  const lines = shown.get(key) ?? []
  return lines.length > 0 && lines.every(({ line }) => line !== "")
}

/** Without commands, no process is started for each site either to show what they would. */
const onRequest = ({ options: { notebook, federation, show } }: RunScope, { site }: Cell): boolean =>
  !show && site !== undefined && notebook.withoutCommands?.(federation.values) === true

/** The cell stays as the user edited it, without a checkpoint: the next run checks it and applies the inputs again. */
export async function finishEditedCell(
  scope: RunScope,
  cell: Cell,
  reason: string,
  deadline: Deadline,
): Promise<OutcomeDraft> {
  if (!scope.options.quiet) await showCell(scope, cell, deadline)
  const text = `applied as you edited it, which differs from your inputs: ${reason}; the next run reverts it, so change the input to keep it`
  scope.bus.emit({ type: "note", text, ...cell.at })
  return outcomeDraft("applied", `as edited: ${reason}`)
}
