import { mkdirSync } from "node:fs"
import { join, resolve } from "node:path"
import type { History } from "./compaction.ts"
import { removeDrafts } from "./drafts.ts"
import { idleJournal, openJournal } from "./journal-file.ts"
import type { Journal } from "./journal-memory.ts"
import { beginsJournal, readMemory } from "./journal-reading.ts"
import { takeLock } from "./lock.ts"
import { assertParts, isEarly, ownFolder, PARTS } from "./own-folder.ts"
import type { State } from "./state.ts"

export interface OpenOptions {
  /** The command as typed (redacted): shown to another run that finds the lock. */
  readonly command: string
  /** Start a new journal; an earlier one is kept beside it. */
  readonly fresh?: boolean
  /** What is kept of earlier runs, once the journal is much larger than that. */
  readonly history?: History
}

/** A federation's folder that is made, or one that is ours. @throws UsageError otherwise, before anything is written */
export function stateFolder(folder: string): string {
  const root = ownFolder(folder, (found, names) => isEarly(names) || beginsJournal(found))
  assertParts(root)
  return root
}

/**
 * Makes the folder, or checks that it is ours, takes its lock and opens its journal for writing.
 * @throws RunbookError: exit code 3 where another run holds it, 2 where the journal cannot be used
 */
export async function openState(folder: string, options: OpenOptions): Promise<State> {
  const root = stateFolder(folder)
  for (const part of PARTS) mkdirSync(join(root, part), { recursive: true, mode: 0o700 })
  const release = takeLock(root, options.command)
  try {
    removeDrafts(root, ["", ...PARTS])
    const { journal, warnings, close } = await openJournal(
      root,
      options.fresh ?? false,
      undefined,
      options.history,
    )
    return stateOf(root, journal, warnings, async () => {
      await close()
      release()
    })
  } catch (error) {
    release()
    throw error
  }
}

/** The same folder, only to read: no lock, nothing is created or written. */
export function readState(folder: string): State {
  const root = resolve(folder)
  return stateOf(root, idleJournal(root, readMemory(root)), [], async () => {})
}

function stateOf(
  folder: string,
  journal: Journal,
  warnings: readonly string[],
  close: () => Promise<void>,
): State {
  return {
    folder,
    journal,
    warnings,
    kubeconfig: (site) => join(folder, "kubeconfigs", site),
    privateFile: (site, name) => join(folder, "private", `${site}.${name}`),
    close,
  }
}
