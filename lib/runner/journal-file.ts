import { randomUUID } from "node:crypto"
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, truncateSync, writeSync } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { join } from "node:path"
import { RunbookError } from "../notebook/errors.ts"
import { EXIT } from "../notebook/exit-codes.ts"
import { shellWord } from "../notebook/shell-word.ts"
import type { Event, Recorded } from "./events.ts"
import { type Journal, type Memory, MemoryReader } from "./journal-memory.ts"

const FILE = "journal.jsonl"
/** The version of the lines that are written; a journal of another version is refused, never overwritten. */
const VERSION = 2

interface Content {
  memory: MemoryReader
  /** Bytes up to the end of the last whole line. */
  good: number
  torn: number
}

/** Reads a folder's journal without changing anything; nothing where there is none. */
export function readMemory(folder: string): Memory | undefined {
  return read(join(folder, FILE))?.memory
}

/**
 * All lines of a folder's journal, in order; nothing where there is none.
 * @throws RunbookError naming file and line when the file is damaged or of another version
 */
export function readLines(folder: string): Recorded[] {
  const lines: Recorded[] = []
  read(join(folder, FILE), (line) => lines.push(line))
  return lines
}

/**
 * Reads the journal. A torn tail (a batch that did not reach the disk whole) is ignored.
 * @throws RunbookError naming file and line when the file is damaged elsewhere or of another version.
 */
function read(file: string, each?: (line: Recorded) => void): Content | undefined {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw new RunbookError(`The journal ${file} cannot be read`, {
      why: (error as Error).message,
      exitCode: EXIT.usage,
    })
  }
  const memory = new MemoryReader()
  let good = 0
  let number = 0
  let bad: number | undefined
  while (good < bytes.length || bad !== undefined) {
    const from: number = bad ?? good
    if (from >= bytes.length) break
    const end = bytes.indexOf(10, from)
    const line = end === -1 ? undefined : parse(bytes.toString("utf8", from, end))
    number++
    if (line === undefined) {
      if (end === -1) break
      bad = end + 1
      continue
    }
    if (bad !== undefined) throw damaged(file, number - 1)
    if (line.v !== VERSION) {
      const newer = line.v > VERSION
      throw new RunbookError(
        `The journal ${file} has format version ${line.v}, and this program reads version ${VERSION} only`,
        {
          why: `${newer ? "a newer" : "an earlier"} version of the program wrote it`,
          fix: newer
            ? "use the newer program, or another folder (--state DIR)"
            : "move it away: what exists on the clusters is checked and adopted again",
          ...(!newer && { next: `mv ${shellWord(file)} ${shellWord(`${file}.v${line.v}`)}` }),
          exitCode: EXIT.usage,
        },
      )
    }
    memory.take(line)
    each?.(line)
    good = end + 1
  }
  return { memory, good, torn: bytes.length - good }
}

function damaged(file: string, line: number): RunbookError {
  return new RunbookError(`The journal ${file} is damaged at line ${line}`, {
    why: "that line is not JSON, and whole lines follow it, so it is not a torn end",
    fix: "repair that file or move it away; with an empty journal, what exists on the clusters is checked and adopted again",
    next: `mv ${shellWord(file)} ${shellWord(`${file}.damaged`)}`,
    exitCode: EXIT.usage,
  })
}

function parse(text: string): (Recorded & { v: number }) | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (value === null || typeof value !== "object" || typeof (value as Recorded).type !== "string")
      return undefined
    return typeof (value as Recorded).v === "number" ? (value as Recorded) : undefined
  } catch {
    return undefined
  }
}

/**
 * Opens the journal for writing: one write and datasync in flight, lines that come meanwhile go into the next (measured:
 * one sync per line blocks the event loop). Cuts a torn tail.
 * @param fresh move an earlier journal aside and start a new one
 */
export async function openJournal(
  folder: string,
  fresh: boolean,
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
  const content = read(file)
  if (content !== undefined && content.torn > 0) {
    truncateSync(file, content.good)
    warnings.push(`the end of ${file} was torn (${content.torn} bytes that were never acknowledged): cut`)
  }
  const handle = await open(file, "a", 0o600)
  if (content === undefined) syncFolder(folder)
  const writer = new JournalWriter(handle, content?.memory ?? new MemoryReader())
  return { journal: writer, warnings, close: () => writer.close() }
}

/** A journal that writes nothing to disk (plan, where the folder may not exist). */
export function idleJournal(memory: Memory | undefined): Journal {
  const run = randomUUID()
  return {
    memory: memory ?? new MemoryReader(),
    run,
    append: (event) => ({ recorded: stamp(event, run), durable: Promise.resolve() }),
    flushSync() {},
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
  #handle: FileHandle
  #pending = ""
  #next: PromiseWithResolvers<void> | undefined
  #busy: Promise<void> | undefined
  #inFlight = ""

  constructor(handle: FileHandle, memory: MemoryReader) {
    this.#handle = handle
    this.memory = memory
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
      this.#inFlight = this.#pending
      this.#pending = ""
      this.#next = undefined
      try {
        await this.#handle.appendFile(this.#inFlight)
        await this.#handle.datasync()
        batch.resolve()
      } catch (error) {
        batch.reject(
          new RunbookError("The journal cannot be written", {
            why: (error as Error).message,
            fix: "free space on the disk, then run the same command again: it resumes where it stopped",
          }),
        )
      }
      this.#inFlight = ""
    }
    this.#busy = undefined
  }

  flushSync(): void {
    // What is in flight is written again only if the kernel has not taken it; a line twice does no harm.
    if (this.#pending !== "") writeSync(this.#handle.fd, this.#pending)
    this.#pending = ""
    this.#next?.resolve()
    this.#next = undefined
    fsyncSync(this.#handle.fd)
  }

  async close(): Promise<void> {
    await this.#busy
    await this.#handle.close()
  }
}

function newBatch(): PromiseWithResolvers<void> {
  const batch = Promise.withResolvers<void>()
  // Who awaits a line gets its error; a line that nobody awaits must not end the process.
  batch.promise.catch(() => {})
  return batch
}
