import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs"
import { draftOf } from "../notebook/draft-name.ts"
import { RunbookError } from "../notebook/errors.ts"
import { readRegularText } from "../regular-file.ts"

/** A secret value as its private file holds it. The journal knows only the revision, which is new with each content. */
export interface Secret {
  readonly revision: string
  readonly content: string
}

/** Reads a secret; nothing where the file does not exist or holds something else. */
export function readSecret(path: string): Secret | undefined {
  let text: string
  try {
    text = readRegularText(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw new RunbookError(`The private file ${path} cannot be read`, { why: (error as Error).message })
  }
  try {
    const { revision, content } = JSON.parse(text) as Record<string, unknown>
    return typeof revision === "string" && typeof content === "string" ? { revision, content } : undefined
  } catch {
    return undefined
  }
}

/** Writes a secret whole (0600); it is on disk on return. */
export const writeSecret = (path: string, secret: Secret): void => writePrivate(path, JSON.stringify(secret))

/** Writes a private file whole (0600); it is on disk on return. */
export function writePrivate(path: string, text: string): void {
  const draft = draftOf(path)
  try {
    const file = openSync(draft, "wx", 0o600)
    try {
      writeSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw new RunbookError(`The private file ${path} cannot be written`, { why: (error as Error).message })
  }
}
