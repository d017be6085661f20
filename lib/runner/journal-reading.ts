import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"
import { dirname, join } from "node:path"
import { RunbookError } from "../notebook/errors.ts"
import { EXIT } from "../notebook/exit-codes.ts"
import { sha256 } from "../notebook/fingerprint.ts"
import { shellWord } from "../notebook/shell-word.ts"
import { kindOf } from "../regular-file.ts"
import { wrongEvent } from "./event-shape.ts"
import type { Recorded } from "./events.ts"
import { type Indexed, readIndex } from "./journal-index.ts"
import { type Memory, MemoryReader, type MemorySnapshot } from "./journal-memory.ts"

export const FILE = "journal.jsonl"
/** The version of the lines that are written; a journal of another version is refused, never overwritten. */
export const VERSION = 2
/**
 * The version of a first line that sums up runs which are no longer in the journal (`compaction.ts`). Programs that do not know
 * such lines refuse the file, in place of forgetting what it says.
 */
export const SUMMED_UP = 3
/** How every line that is written begins. */
const BEGINNING = `{"v":${VERSION},`
/** No line that is written is longer, in bytes: texts of clusters are limited (`bus.ts`). */
const LONGEST_LINE = 64 * 1024 * 1024
const CHUNK = 1024 * 1024

export interface Content {
  memory: MemoryReader
  /** Bytes up to the end of the last whole line. */
  good: number
  /** How many lines these are. */
  lines: number
  torn: number
  /** Where the lines of each run begin, and when it started. */
  runs: { from: number; t: string }[]
}

/** Reads a folder's journal without changing anything; nothing where there is none. */
export function readMemory(folder: string): Memory | undefined {
  const file = join(folder, FILE)
  const known = readIndex(file)
  return readJournal(file, undefined, undefined, known)?.memory
}

/**
 * All lines of a folder's journal, in order; nothing where there is none.
 * @throws RunbookError naming file and line when the file is damaged or of another version
 */
export function readLines(folder: string): Recorded[] {
  const lines: Recorded[] = []
  readJournal(join(folder, FILE), (line) => lines.push(line))
  return lines
}

/** Whether a folder has a journal of this program, whatever follows its beginning. */
export function beginsJournal(folder: string): boolean {
  const file = openFile(join(folder, FILE))
  if (file === undefined) return false
  try {
    const first = Buffer.alloc(64)
    return /^\{"v":\d+,/.test(first.toString("latin1", 0, readSync(file, first, 0, first.length, 0)))
  } finally {
    closeSync(file)
  }
}

/**
 * Reads the journal. A torn tail (a batch that did not reach the disk whole) is ignored.
 * @throws RunbookError naming file and line when the file is damaged elsewhere, of another version or something else
 */
export function readJournal(
  file: string,
  each?: (line: Recorded) => void,
  until = Number.POSITIVE_INFINITY,
  known?: Indexed,
): Content | undefined {
  const descriptor = openFile(file)
  if (descriptor === undefined) return undefined
  const memory = new MemoryReader(dirname(file))
  let good = known?.good ?? 0
  let size = good
  let number = known?.lines ?? 0
  if (known !== undefined) memory.restore(known.memory)
  let bad: number | undefined
  const runs: Content["runs"] = []
  try {
    for (const { text, whole, bytes } of linesOf(file, descriptor, good)) {
      if (size >= until) break
      size += bytes
      number++
      const line = parsed(text)
      // Half a line, or a block that never reached the disk: a torn end, unless a whole line follows.
      if (!whole || line === undefined) {
        if (good === 0 && !isOurs(text)) throw damaged(file, number, "that line is not JSON")
        bad ??= number
        continue
      }
      const wrong = wrongEvent(line.value)
      if (bad !== undefined)
        throw damaged(file, bad, "that line is not JSON, and whole lines follow it, so it is not a torn end")
      const event = line.value as Recorded & { readonly v: number }
      const summedUp = number === 1 ? summaryOf(file, line.value) : undefined
      if (summedUp !== undefined) {
        memory.restore(summedUp)
        good = size
        continue
      }
      if (typeof event?.v === "number" && event.v !== VERSION) throw otherVersion(file, event.v)
      if (wrong !== undefined) throw damaged(file, number, wrong)
      if (event.type === "run started") runs.push({ from: good, t: event.t })
      memory.take(event)
      each?.(event)
      good = size
    }
  } finally {
    closeSync(descriptor)
  }
  return { memory, good, lines: number, torn: size - good, runs }
}

/** Its content is taken as it is: a line of which anything was changed is refused. */
function summaryOf(file: string, value: unknown): MemorySnapshot | undefined {
  const line = value as { v?: unknown; type?: unknown; sum?: unknown; memory?: unknown } | null
  if (line?.v !== SUMMED_UP || line.type !== "summed up") return undefined
  if (line.sum !== sha256(JSON.stringify(line.memory) ?? ""))
    throw damaged(file, 1, "it sums up earlier runs, and its content is not what was written")
  return line.memory as MemorySnapshot
}

/** The beginning of a line of ours, or of nothing but the zeros of a block that was never written. */
const isOurs = (text: string): boolean =>
  /^\0*$/.test(text) || text.startsWith(BEGINNING) || BEGINNING.startsWith(text)

/** Opens a regular file; nothing where there is none. A pipe or a device would never answer. */
function openFile(file: string): number | undefined {
  let descriptor: number
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === "ENOENT" || code === "ENOTDIR") return undefined
    throw unreadable(file, code === "ENXIO" ? "it is a socket, not a file" : message)
  }
  const info = fstatSync(descriptor)
  if (info.isFile()) return descriptor
  closeSync(descriptor)
  throw unreadable(file, `it is ${kindOf(info)}, not a file`)
}

interface Line {
  readonly text: string
  /** It ends with a line feed. */
  readonly whole: boolean
  /** With its line feed. */
  readonly bytes: number
}

/** The lines of a file, read in pieces: a file of any size takes no more memory than its longest line. */
function* linesOf(file: string, descriptor: number, from: number): Generator<Line> {
  const chunk = Buffer.alloc(CHUNK)
  let rest: Buffer[] = []
  let length = 0
  let number = 1
  let position = from
  const line = (): Buffer => (rest.length === 1 ? rest[0]! : Buffer.concat(rest))
  for (;;) {
    let read: number
    try {
      read = readSync(descriptor, chunk, 0, CHUNK, position)
      position += read
    } catch (error) {
      throw unreadable(file, (error as Error).message)
    }
    if (read === 0) break
    let from = 0
    for (let end = chunk.indexOf(10, from); end !== -1 && end < read; end = chunk.indexOf(10, from)) {
      rest.push(chunk.subarray(from, end))
      length += end - from
      yield { text: line().toString("utf8"), whole: true, bytes: length + 1 }
      rest = []
      length = 0
      from = end + 1
      number++
    }
    rest.push(Buffer.from(chunk.subarray(from, read)))
    length += read - from
    if (length > LONGEST_LINE)
      throw damaged(file, number, `that line is longer than ${LONGEST_LINE / 1024 / 1024} MB`)
  }
  if (length > 0) yield { text: line().toString("utf8"), whole: false, bytes: length }
}

/** In an object, because a line may be `null`; nothing where it is not JSON. */
function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

const unreadable = (file: string, why: string): RunbookError =>
  new RunbookError(`The journal ${file} cannot be read`, {
    why,
    fix: "move it away, or use another folder (--state DIR)",
    exitCode: EXIT.usage,
  })

function damaged(file: string, line: number, why: string): RunbookError {
  return new RunbookError(`The journal ${file} is damaged at line ${line}`, {
    why,
    fix: "repair that file or move it away; with an empty journal, what exists on the clusters is checked and adopted again",
    next: `mv ${shellWord(file)} ${shellWord(`${file}.damaged`)}`,
    exitCode: EXIT.usage,
  })
}

function otherVersion(file: string, version: number): RunbookError {
  const newer = version > VERSION
  return new RunbookError(
    `The journal ${file} has format version ${version}, and this program reads version ${VERSION} only`,
    {
      why: `${newer ? "a newer" : "an earlier"} version of the program wrote it`,
      fix: newer
        ? "use the newer program, or another folder (--state DIR)"
        : "move it away: what exists on the clusters is checked and adopted again",
      ...(!newer && { next: `mv ${shellWord(file)} ${shellWord(`${file}.v${version}`)}` }),
      exitCode: EXIT.usage,
    },
  )
}
