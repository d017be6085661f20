import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { UsageError } from "../notebook/errors.ts"
import { removeDrafts } from "./drafts.ts"
import { idleJournal, openJournal, readMemory } from "./journal-file.ts"
import type { Journal } from "./journal-memory.ts"
import { takeLock } from "./lock.ts"
import type { State } from "./state.ts"

const PARTS = ["", "kubeconfigs", "private", "manifests"]

export interface OpenOptions {
  /** The command as typed (redacted): shown to another run that finds the lock. */
  readonly command: string
  /** Start a new journal; an earlier one is kept beside it. */
  readonly fresh?: boolean
}

/**
 * Creates a folder (0700) if it does not exist.
 * @throws UsageError where a file of that name exists, or the system refuses it
 */
export function makeFolder(folder: string): string {
  const root = resolve(folder)
  if (existsSync(root) && !statSync(root).isDirectory()) {
    throw new UsageError(`${root} is a file, not a folder`, {
      fix: "name a folder, or a path where one can be created",
    })
  }
  try {
    makeEach(root)
  } catch (error) {
    throw new UsageError(`the folder ${root} cannot be created`, {
      why: (error as Error).message,
      fix: "name a folder that you can write to",
    })
  }
  return root
}

/** Folder by folder: Node's own `recursive` never ends where the system says ENOENT below an existing folder (/proc). */
function makeEach(folder: string): void {
  if (existsSync(folder)) return
  makeEach(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
  }
}

/**
 * Creates the folder (0700) if it does not exist, takes its lock and opens its journal for writing.
 * @throws RunbookError: exit code 3 where another run holds it, 2 where the journal cannot be used
 */
export async function openState(folder: string, options: OpenOptions): Promise<State> {
  const root = makeFolder(folder)
  for (const part of PARTS) {
    mkdirSync(join(root, part), { recursive: true, mode: 0o700 })
  }
  chmodSync(root, 0o700)
  const release = takeLock(root, options.command)
  try {
    removeDrafts(root, PARTS)
    const { journal, warnings, close } = await openJournal(root, options.fresh ?? false)
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
  return stateOf(root, idleJournal(readMemory(root)), [], async () => {})
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
