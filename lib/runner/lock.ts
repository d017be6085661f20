import { createHash } from "node:crypto"
import { closeSync, constants, fstatSync, linkSync, openSync, readSync, rmSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { draftOf } from "../notebook/draft-name.ts"
import { RunbookError } from "../notebook/errors.ts"
import { EXIT } from "../notebook/exit-codes.ts"
import { isDead, type ProcessId, processIn, thisProcess } from "./processes.ts"

interface Owner extends ProcessId {
  readonly since: string
  readonly command: string
}

interface Found {
  /** Nothing where the file says something else: no process of ours is behind it. */
  readonly owner: Owner | undefined
  readonly text: string
}

/** Others may take over at the same moment. */
const TRIES = 16
/** No lock is longer, in bytes. */
const LONGEST = 64 * 1024

/**
 * Takes the folder's lock; the lock of a dead owner is taken over.
 * @returns a function that releases it
 * @throws RunbookError with exit code 3 naming the live owner
 */
export function takeLock(folder: string, command: string): () => void {
  const file = join(folder, "lock")
  const text = `${JSON.stringify({ ...thisProcess(), since: new Date().toISOString(), command })}\n`
  const draft = draftOf(file)
  writeFileSync(draft, text, { mode: 0o600, flag: "wx" })
  try {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (linked(draft, file)) return () => release(file, text)
      removeDead(file, draft)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  throw held(file, readOwner(file)?.owner)
}

/** The pid of the run that holds a folder now, as far as this machine knows. */
export function holderOf(folder: string): number | undefined {
  const owner = readOwner(join(folder, "lock"))?.owner
  return owner !== undefined && !isDead(owner) ? owner.pid : undefined
}

function release(file: string, text: string): void {
  if (readOwner(file)?.text === text) rmSync(file, { force: true })
}

/** A link exists whole or not at all, and only for the first who makes it. */
function linked(draft: string, file: string): boolean {
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  }
}

/**
 * Removes a lock whose owner has ended. Only one process may remove a lock with a given text: who has made the claim named after
 * that text. Otherwise a slow one would remove the lock of whoever took over meanwhile. A claim whose owner has ended is removed
 * in the same way.
 */
function removeDead(file: string, draft: string): void {
  const found = readOwner(file)
  if (found === undefined) return
  if (found.owner !== undefined && !isDead(found.owner)) throw held(file, found.owner)
  const hash = createHash("sha256").update(found.text).digest("hex").slice(0, 16)
  const claim = `${file}.dead-${hash}`
  if (!linked(draft, claim)) {
    removeDead(claim, draft)
    return
  }
  try {
    if (readOwner(file)?.text === found.text) rmSync(file, { force: true })
  } finally {
    rmSync(claim, { force: true })
  }
}

/** Nothing where there is no file, or none that could be read without waiting. */
function readOwner(file: string): Found | undefined {
  let descriptor: number
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  } catch (error) {
    if (["ENOENT", "ELOOP", "ENXIO"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined
    throw error
  }
  try {
    if (!fstatSync(descriptor).isFile()) return undefined
    const bytes = Buffer.alloc(LONGEST)
    const text = bytes.toString("utf8", 0, readSync(descriptor, bytes, 0, LONGEST, 0))
    return { owner: ownerIn(text), text }
  } finally {
    closeSync(descriptor)
  }
}

function ownerIn(text: string): Owner | undefined {
  try {
    const value = JSON.parse(text) as Record<string, unknown>
    const process = processIn(value)
    if (process === undefined) return undefined
    return { ...process, since: String(value.since ?? ""), command: String(value.command ?? "") }
  } catch {
    return undefined
  }
}

function held(file: string, owner: Owner | undefined): RunbookError {
  const elsewhere = owner !== undefined && (owner.host !== hostname() || owner.space !== thisProcess().space)
  return new RunbookError(
    owner === undefined
      ? `Another run holds ${file}`
      : `Another run holds this federation: pid ${owner.pid} on ${owner.host}, since ${owner.since}`,
    {
      ...(owner && { why: `that run is: ${owner.command}` }),
      fix: elsewhere
        ? `wait until it ends; if that machine or container is gone, remove ${file}`
        : "wait until it ends, or stop it; this run changed nothing",
      exitCode: EXIT.locked,
    },
  )
}
