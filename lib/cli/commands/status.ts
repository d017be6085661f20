import { remember } from "../../runner/checkpoints.ts"
import { buildGraph, type Cell } from "../../runner/graph.ts"
import type { Memory } from "../../runner/journal.ts"
import { holderOf } from "../../runner/lock.ts"
import { selector } from "../../runner/selection.ts"
import { statusTable } from "../../terminal/status-table.ts"
import { type Call, textOptions } from "../call.ts"
import { lookAt, printPlan } from "../look-at.ts"
import { openFederation, selectionOf } from "../open-federation.ts"

/** `status`: how each step ended, from the journal; with `--live` by looking anew. */
export async function status(call: Call): Promise<number> {
  const { notebook, flags, io } = call
  const live = flags.has("live")
  const opened = await openFederation(call, { complete: live })
  if (live) {
    await printPlan(call, opened, await lookAt(call, opened))
    return 0
  }
  const { memory, folder, federation } = opened
  if (memory?.lastRun === undefined) {
    io.stdout.write(`Nothing was run yet: there is no journal in ${folder}\n`)
    return 0
  }
  const cells = new Map(buildGraph(notebook, federation).cells.map((cell) => [cell.key, cell]))
  const text = statusTable(selected(call, memory, cells), {
    ...(await textOptions(call)),
    steps: notebook.steps.map(({ id }) => id),
    holder: holderOf(folder),
    stale: (place) => {
      const cell = cells.get(place)
      return cell === undefined ? [] : remember(notebook, federation, memory, cell).stale
    },
  })
  io.stdout.write(call.redactor.text(text))
  return 0
}

/** Without a selection everything, also places that only the journal still knows. */
function selected(call: Call, memory: Memory, cells: ReadonlyMap<string, Cell>): Memory {
  const selection = selectionOf(call)
  if (Object.values(selection).every((part) => part === undefined || part.length === 0)) return memory
  const meant = selector(call.notebook, selection)
  const isMeant = (place: string): boolean => {
    const cell = cells.get(place)
    return cell !== undefined && meant(cell)
  }
  const only = <T>(places: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...places].filter(([place]) => isMeant(place)))
  return {
    ...memory,
    ended: only(memory.ended),
    checkpoints: only(memory.checkpoints),
    begun: new Set([...memory.begun].filter(isMeant)),
  }
}
