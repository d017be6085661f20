/** Files that a person or another program has named: only regular files are read, and only so much of them. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs"
import { devNull } from "node:os"
import { resolve } from "node:path"
import { LONGEST_FILE_BYTES } from "./limits.ts"

/** A file's kind as a person says it. */
export function kindOf(info: Stats): string {
  if (info.isSymbolicLink()) return "a link"
  if (info.isDirectory()) return "a folder"
  if (info.isFIFO()) return "a named pipe"
  if (info.isSocket()) return "a socket"
  return info.isFile() ? "a file" : "a device"
}

/** Why something is not read as a file; nothing where it is. Errors of the system, such as ENOENT, are thrown. */
export function notReadable(path: string, most = LONGEST_FILE_BYTES): string | undefined {
  return objection(statSync(path), most)
}

function objection(info: Stats, most: number): string | undefined {
  if (!info.isFile()) return `it is ${kindOf(info)}, not a file`
  return info.size > most ? tooLong(most) : undefined
}

/**
 * Reads a file at once. A pipe would be waited for, a device may never end, and merely opening one can do something: they are refused
 * before. Synchronous on purpose: whatever blocks in Node's thread pool keeps a program from ending.
 * @throws Error whose message says why in a few words; those of the system keep their `code`
 */
export function readRegularFile(path: string, most = LONGEST_FILE_BYTES): Buffer {
  // Common in place of "no kubeconfig": reading it ends at once.
  if (resolve(path) === devNull) return Buffer.alloc(0)
  const before = notReadable(path, most)
  if (before !== undefined) throw new Error(before)
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const info = fstatSync(descriptor)
    const now = objection(info, most)
    if (now !== undefined) throw new Error(now)
    return readUpTo(descriptor, Math.max(info.size + 1, PIECE), most)
  } finally {
    closeSync(descriptor)
  }
}

/** The same as text. */
export const readRegularText = (path: string, most = LONGEST_FILE_BYTES): string =>
  readRegularFile(path, most).toString("utf8")

/** Files of /proc have no size, so that they are read in pieces. */
const PIECE = 64 * 1024

function readUpTo(descriptor: number, piece: number, most: number): Buffer {
  const pieces: Buffer[] = []
  for (let length = 0; ; ) {
    const buffer = Buffer.allocUnsafe(piece)
    const read = readSync(descriptor, buffer, 0, piece, null)
    if (read === 0) return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
    length += read
    if (length > most) throw new Error(tooLong(most))
    pieces.push(buffer.subarray(0, read))
  }
}

const tooLong = (most: number): string =>
  `it is larger than ${most >= 1024 * 1024 ? `${most / 1024 / 1024} MB` : `${most / 1024} kB`}`
