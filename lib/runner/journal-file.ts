import { randomUUID } from "node:crypto"
import { closeSync, fsyncSync, openSync, renameSync, truncateSync } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { dirname, join } from "node:path"
import { INDEXED_JOURNAL_BYTES } from "../limits.ts"
import { RunbookError } from "../notebook/errors.ts"
import { compacted, type History } from "./compaction.ts"
import type { Event, Recorded } from "./events.ts"
import { writeIndex } from "./journal-index.ts"
import { type Journal, type Memory, MemoryReader } from "./journal-memory.ts"
import { type Content, FILE, readJournal, VERSION } from "./journal-reading.ts"

/** The parts of a file that a journal needs. */
type JournalFile = Pick<FileHandle, "appendFile" | "datasync" | "truncate" | "close">

/**
 * Opens the journal for writing: one write and datasync in flight, lines that come meanwhile go into the next (measured:
 * one sync per line blocks the event loop). Cuts a torn tail.
 * @param fresh move an earlier journal aside and start a new one
 * @param openFile opens it for appending
 */
export async function openJournal(
  folder: string,
  fresh: boolean,
  openFile: (path: string) => Promise<JournalFile> = (path) => open(path, "a", 0o600),
  history?: History,
): Promise<{ journal: Journal; warnings: string[]; close(): Promise<void> }> {
  const file = join(folder, FILE)
  const warnings: string[] = []
  if (fresh) {
    const aside = join(folder, `journal-${new Date().toISOString().replace(/[:.]/g, "-")}.jsonl`)
    try {
      renameSync(file, aside)
      warnings.push(`a new journal is started; the earlier one is kept as ${aside}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
    }
  }
  const found = readJournal(file)
  const content = found && (await compacted(file, found, history))
  if (content !== undefined && content.torn > 0) {
    truncateSync(file, content.good)
    warnings.push(`the end of ${file} was torn (${content.torn} bytes that were never acknowledged): cut`)
  }
  const handle = await openFile(file)
  if (content === undefined) syncFolder(folder)
  const writer = new JournalWriter(file, handle, content)
  return { journal: writer, warnings, close: () => writer.close() }
}

/** A journal that writes nothing to disk (plan, where the folder may not exist). */
export function idleJournal(folder: string, memory: Memory | undefined): Journal {
  const run = randomUUID()
  return {
    memory: memory ?? new MemoryReader(folder),
    run,
    append: (event) => ({ recorded: stamp(event, run), durable: Promise.resolve() }),
  }
}

const stamp = (event: Event, run: string): Recorded => ({
  v: VERSION,
  t: new Date().toISOString(),
  run,
  ...event,
})

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r")
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

class JournalWriter implements Journal {
  readonly memory: MemoryReader
  readonly run = randomUUID()
  readonly #path: string
  readonly #file: JournalFile
  /** Bytes of the lines that were acknowledged. */
  #good: number
  #lines: number
  #pending = ""
  #next: PromiseWithResolvers<void> | undefined
  #busy: Promise<void> | undefined
  /** Why nothing more is written: after a gap, what follows would say what is not so. */
  #broken: RunbookError | undefined

  constructor(path: string, file: JournalFile, content: Content | undefined) {
    this.#path = path
    this.#file = file
    this.memory = content?.memory ?? new MemoryReader(dirname(path))
    this.#good = content?.good ?? 0
    this.#lines = content?.lines ?? 0
  }

  append(event: Event): { recorded: Recorded; durable: Promise<void> } {
    const recorded = stamp(event, this.run)
    this.memory.take(recorded)
    this.#pending += `${JSON.stringify(recorded)}\n`
    this.#next ??= newBatch()
    const { promise } = this.#next
    this.#busy ??= this.#drain()
    return { recorded, durable: promise }
  }

  async #drain(): Promise<void> {
    // Let what happens in this tick join the first batch.
    await Promise.resolve()
    while (this.#pending !== "") {
      const batch = this.#next!
      const lines = this.#pending
      this.#pending = ""
      this.#next = undefined
      try {
        if (this.#broken !== undefined) throw this.#broken
        await this.#file.appendFile(lines)
        await this.#file.datasync()
        this.#good += Buffer.byteLength(lines)
        this.#lines += lines.split("\n").length - 1
        batch.resolve()
      } catch (error) {
        this.#broken ??= await this.#cut(error as Error)
        batch.reject(this.#broken)
      }
    }
    this.#busy = undefined
  }

  /** Half a batch may stand in the file: it ends again with the last line that was acknowledged. */
  async #cut(error: Error): Promise<RunbookError> {
    // Where this fails too, the next run finds a torn end and cuts it.
    await this.#file.truncate(this.#good).catch(() => {})
    return new RunbookError(`The journal ${this.#path} cannot be written`, {
      why: error.message,
      fix: "free space on the disk, then run the same command again: it resumes where it stopped",
    })
  }

  async close(): Promise<void> {
    await this.#busy
    await this.#file.close()
    if (this.#broken !== undefined || this.#good < INDEXED_JOURNAL_BYTES) return
    const memory = this.memory.snapshot()
    await writeIndex(this.#path, { good: this.#good, lines: this.#lines, memory })
  }
}

function newBatch(): PromiseWithResolvers<void> {
  const batch = Promise.withResolvers<void>()
  // Who awaits a line gets its error; a line that nobody awaits must not end the process.
  batch.promise.catch(() => {})
  return batch
}
