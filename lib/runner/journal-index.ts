/**
 * What a large journal says up to some line, beside it, so that `status` and `plan` read only what follows. It is never the truth: one
 * that does not fit the journal is not used, and whoever writes reads the journal itself.
 */
import { createHash } from "node:crypto"
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs"
import { open, rename, rm } from "node:fs/promises"
import { draftOf } from "../notebook/draft-name.ts"
import type { MemorySnapshot } from "./journal-memory.ts"

export interface Indexed {
  /** Bytes and lines of the journal that it sums up. */
  readonly good: number
  readonly lines: number
  readonly memory: MemorySnapshot
}

/** Of the program's own format: another version of it reads the journal. */
const FORMAT = 1
/** So much of the journal before the place is compared. */
const COMPARED = 64 * 1024

const pathOf = (journal: string): string => journal.replace(/\.jsonl$/, ".index")

/** The end of what is summed up: a journal that was cut, compacted or replaced ends otherwise there. */
function endBefore(journal: string, good: number): string {
  const length = Math.min(good, COMPARED)
  const end = Buffer.alloc(length)
  const descriptor = openSync(journal, "r")
  try {
    readSync(descriptor, end, 0, length, good - length)
  } finally {
    closeSync(descriptor)
  }
  return createHash("sha256").update(end).digest("hex")
}

/** Nothing where there is none that fits the journal. */
export function readIndex(journal: string): Indexed | undefined {
  try {
    const found = JSON.parse(readFileSync(pathOf(journal), "utf8")) as Indexed & { v: number; end: string }
    if (found.v !== FORMAT || statSync(journal).size < found.good) return undefined
    return endBefore(journal, found.good) === found.end ? found : undefined
  } catch {
    return undefined // the journal has it all
  }
}

/** Called with the journal at rest, by whoever holds the folder's lock. A failure costs the next reader time, and nothing else. */
export async function writeIndex(journal: string, index: Indexed): Promise<void> {
  const draft = draftOf(pathOf(journal))
  try {
    const file = await open(draft, "wx", 0o600)
    const text = JSON.stringify({ v: FORMAT, end: endBefore(journal, index.good), ...index })
    await file.writeFile(text).finally(() => file.close())
    await rename(draft, pathOf(journal))
  } catch {
    await rm(draft, { force: true }).catch(() => undefined)
  }
}
