import type { Federation } from "../notebook/federation.ts"
import { changes, type FingerprintInputs, fingerprint, fingerprintInputs } from "../notebook/fingerprint.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { buildGraph, type Cell } from "./graph.ts"
import type { Checkpoint, Memory } from "./journal-memory.ts"
import { valueInputs } from "./value-sources.ts"

/** What the journal remembers of a cell, compared with the present inputs. */
export interface Remembered {
  readonly fingerprint: string
  readonly inputs: FingerprintInputs
  readonly checkpoint: Checkpoint | undefined
  /** Why the checkpoint is stale; empty where it is not, or there is none. */
  readonly stale: readonly string[]
}

export function remember(
  notebook: Notebook,
  federation: Federation,
  memory: Pick<Memory, "checkpoints" | "values" | "keyed">,
  cell: Cell,
): Remembered {
  const inputs = {
    ...fingerprintInputs(notebook, cell.step, federation, cell.site, memory.keyed),
    ...valueInputs(notebook, federation, cell, memory.values),
  }
  const print = fingerprint(cell.step, inputs)
  const checkpoint = memory.checkpoints.get(cell.key)
  const stale =
    checkpoint === undefined || checkpoint.fingerprint === print ? [] : changes(checkpoint.inputs, inputs)
  return { fingerprint: print, inputs, checkpoint, stale }
}

/** By place name: why the checkpoint there is stale; empty where it is not, or there is none. */
export function staleness(
  notebook: Notebook,
  federation: Federation,
  memory: Memory,
): (place: string) => readonly string[] {
  const cells = new Map(buildGraph(notebook, federation).cells.map((cell) => [cell.key, cell]))
  return (place) => {
    const cell = cells.get(place)
    return cell === undefined ? [] : remember(notebook, federation, memory, cell).stale
  }
}
