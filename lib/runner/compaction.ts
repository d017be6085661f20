/**
 * Drops the lines of early runs from a journal that has become much larger than what it must keep. What the program itself needs
 * of them, its memory, is summed up in a first line; reports lose the runs. Called by whoever holds the folder's lock.
 */
import { createReadStream, createWriteStream } from "node:fs"
import { open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { pipeline } from "node:stream/promises"
import { HISTORY, SMALL_JOURNAL_BYTES } from "../limits.ts"
import { draftOf } from "../notebook/draft-name.ts"
import { sha256 } from "../notebook/fingerprint.ts"
import { type Content, readJournal, SUMMED_UP } from "./journal-reading.ts"

/** How many runs are kept for reports, and for how many days; the last run always is. */
export interface History {
  readonly runs?: number
  readonly days?: number
  /** A smaller journal stays as it is. */
  readonly small?: number
}

const DAY_MS = 86_400_000

/** The journal's content, after it was made smaller where that was due. */
export async function compacted(file: string, content: Content, history: History = {}): Promise<Content> {
  const { good, runs } = content
  const { runs: most = HISTORY.runs, days = HISTORY.days, small = SMALL_JOURNAL_BYTES } = history
  const oldest = Date.now() - days * DAY_MS
  const kept = runs.findIndex(
    ({ t }, at) => at === runs.length - 1 || (at >= runs.length - most && Date.parse(t) >= oldest),
  )
  const from = runs[kept]?.from ?? 0
  // Half of it at least: copying what stays must be worth it.
  if (content.torn > 0 || good <= small || from < good / 2) return content
  const before = readJournal(file, undefined, from)!
  const draft = draftOf(file)
  try {
    const memory = before.memory.snapshot()
    const sum = sha256(JSON.stringify(memory))
    const line = { v: SUMMED_UP, t: new Date().toISOString(), type: "summed up", sum, memory }
    const start = await open(draft, "wx", 0o600)
    await start.writeFile(`${JSON.stringify(line)}\n`)
    await start.close()
    await pipeline(
      createReadStream(file, { start: from, end: good - 1 }),
      createWriteStream(draft, { flags: "a", mode: 0o600 }),
    )
    const whole = await open(draft, "r+")
    await whole.sync()
    await whole.close()
    const after = readJournal(draft)!
    // What it says must be what it said: otherwise the journal stays as it is.
    if (JSON.stringify(after.memory.snapshot()) !== JSON.stringify(content.memory.snapshot())) return content
    await rename(draft, file)
    const folder = await open(dirname(file), "r")
    await folder.sync().finally(() => folder.close())
    return after
  } finally {
    await rm(draft, { force: true })
  }
}
