/** Practice clusters on disk: a file from which they come back, ports, authorities, tokens and objects alike. */
import { writeWhole } from "../cluster/whole-file.ts"
import { LONGEST_OWN_FILE_BYTES } from "../limits.ts"
import { UsageError } from "../notebook/errors.ts"
import { readRegularText } from "../regular-file.ts"
import type { Snapshot } from "./types/apiserver.ts"

export interface Kept {
  version: 1
  federation: string
  clusters: Snapshot[]
}

/** At most so often is the file written while clusters change. */
const RHYTHM = 2_000

/**
 * The clusters kept in a file; nothing where there is no file yet.
 * @throws UsageError for a file that is not one of ours, which is left as it is
 */
export const readKept = async (path: string): Promise<Kept | undefined> => {
  const fix = "give another file with --keep, or remove this one to start again"
  let text: string
  try {
    text = readRegularText(path, LONGEST_OWN_FILE_BYTES)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw new UsageError(`The kept practice clusters in ${path} cannot be read`, {
      why: (error as Error).message,
      fix,
    })
  }
  let kept: Kept
  try {
    kept = JSON.parse(text) as Kept
  } catch {
    throw new UsageError(`${path} does not hold practice clusters`, { why: "it is not JSON", fix })
  }
  if (kept?.version !== 1 || !Array.isArray(kept.clusters)) {
    const why =
      typeof kept?.version === "number"
        ? `it has version ${kept.version}, known is 1`
        : "it is something else"
    throw new UsageError(`${path} does not hold practice clusters that this program knows`, { why, fix })
  }
  return kept
}

export interface Keeper {
  /** Something changed. After `close` it is not written: the file may belong to others by then. */
  touch(): void
  /** Writes what is there now, and stops. */
  close(): Promise<void>
}

/** Saves clusters soon after they change, so that a crash loses seconds at most. */
export function startKeeper(path: string, take: () => Kept): Keeper {
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let writing: Promise<void> = Promise.resolve()
  const save = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    writing = writing.then(() => writeWhole(path, JSON.stringify(take())))
    return writing
  }
  return {
    touch() {
      if (closed) return
      timer ??= setTimeout(() => {
        save().catch((error: Error) =>
          process.emitWarning(`the practice clusters are not saved: ${error.message}`),
        )
      }, RHYTHM)
    },
    async close() {
      closed = true
      writing = writing.catch(() => undefined)
      await save()
    },
  }
}
