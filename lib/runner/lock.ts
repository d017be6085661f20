import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { RunbookError } from "../notebook/errors.ts"
import { EXIT } from "../notebook/exit-codes.ts"
import { isAlive, processOf } from "./processes.ts"

interface Owner {
  pid: number
  host: string
  since: string
  command: string
  /** Start time of the process, where the system provides it: a reused pid is not the owner. */
  started?: string
}

/**
 * Takes the folder's lock; the lock of a dead owner is taken over.
 * @returns a function that releases it
 * @throws RunbookError with exit code 3 naming the live owner
 */
export function takeLock(folder: string, command: string): () => void {
  const file = join(folder, "lock")
  const own: Owner = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    command,
    started: processOf(process.pid).started,
  }
  const text = `${JSON.stringify(own)}\n`
  const draft = join(folder, `lock.${process.pid}`)
  writeFileSync(draft, text, { mode: 0o600 })
  try {
    // A link exists whole or not at all; three tries, because others may take over at the same moment.
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        linkSync(draft, file)
        return () => release(file, text)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
      }
      takeFromDead(file)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  throw held(file, readOwner(file)?.owner)
}

/** The pid of the run that holds a folder now, as far as this machine knows. */
export function holderOf(folder: string): number | undefined {
  const owner = readOwner(join(folder, "lock"))?.owner
  return alive(owner) ? owner!.pid : undefined
}

function release(file: string, text: string): void {
  if (readOwner(file)?.text === text) rmSync(file, { force: true })
}

function takeFromDead(file: string): void {
  const found = readOwner(file)
  if (found === undefined) return
  if (alive(found.owner)) throw held(file, found.owner)
  const aside = `${file}.dead.${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return
    throw error
  }
  // Another process may have put a live lock there between reading and renaming: put it back.
  if (readFileSync(aside, "utf8") !== found.text) {
    try {
      linkSync(aside, file)
    } catch {}
  }
  rmSync(aside, { force: true })
}

function readOwner(file: string): { owner: Owner | undefined; text: string } | undefined {
  try {
    const text = readFileSync(file, "utf8")
    try {
      return { owner: JSON.parse(text) as Owner, text }
    } catch {
      return { owner: undefined, text }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

function alive(owner: Owner | undefined): boolean {
  if (owner === undefined) return false
  // The process of another machine cannot be checked: it counts as alive.
  if (owner.host !== hostname()) return true
  if (!isAlive(owner.pid)) return false
  const { started } = processOf(owner.pid)
  return owner.started === undefined || started === undefined || started === owner.started
}

function held(file: string, owner: Owner | undefined): RunbookError {
  return new RunbookError(
    owner === undefined
      ? `Another run holds ${file}`
      : `Another run holds this federation: pid ${owner.pid} on ${owner.host}, since ${owner.since}`,
    {
      ...(owner && { why: `that run is: ${owner.command}` }),
      fix:
        owner !== undefined && owner.host !== hostname()
          ? `wait until it ends; if that machine is gone, remove ${file}`
          : "wait until it ends, or stop it; this run changed nothing",
      exitCode: EXIT.locked,
    },
  )
}
