import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { UsageError } from "../../notebook/errors.ts"

/** @throws UsageError for a folder that is not empty, and for a path that is not a folder */
export function refuseFull(folder: string, program: string): void {
  const next = `${program} new my-notebook`
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "ENOENT") return
    if (code === "ENOTDIR") throw new UsageError(`${folder} is a file`, { fix: "name a folder", next })
    throw error
  }
  if (names.length === 0) return
  throw new UsageError(`${folder} is not empty`, {
    why: `it contains ${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}; nothing was written`,
    fix: "name a new or an empty folder",
    next,
  })
}

/** Writes a folder completely or not at all: it is written beside the folder and then renamed. */
export function writeFolder(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(dirname(folder), { recursive: true })
  const draft = join(dirname(folder), `.${basename(folder)}.${process.pid}`)
  try {
    mkdirSync(draft)
    for (const [name, text] of files) writeFileSync(join(draft, name), text)
    // An empty folder is kept, not replaced: it may be the working folder of a shell.
    if (existsSync(folder)) moveInto(folder, draft, [...files.keys()])
    else renameSync(draft, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

function moveInto(folder: string, draft: string, names: readonly string[]): void {
  try {
    for (const name of names) renameSync(join(draft, name), join(folder, name))
  } catch (error) {
    for (const name of names) rmSync(join(folder, name), { force: true })
    throw error
  }
}
