import { lstatSync, readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { writerOf } from "../notebook/draft-name.ts"
import { isAlive } from "./processes.ts"

/**
 * Removes the drafts that killed writers left behind: they may hold tokens. Called by whoever holds the folder's lock, for a
 * folder that is ours (`own-folder.ts`).
 * @param parts its subfolders with files that are written whole
 */
export function removeDrafts(folder: string, parts: readonly string[]): void {
  for (const part of parts) {
    for (const name of readdirSync(join(folder, part), { encoding: "utf8" })) {
      const pid = writerOf(name)
      const path = join(folder, part, name)
      if (pid !== undefined && !isAlive(pid) && lstatSync(path).isFile()) rmSync(path, { force: true })
    }
  }
}

/**
 * Removes the folders of killed processes: their names begin with the pid and a dash, then `rest`. Anything else stays.
 * @param rest what follows the pid, as a regular expression
 */
export function removeKilled(folder: string, rest: string): void {
  const ours = new RegExp(`^(\\d+)-${rest}$`)
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const pid = ours.exec(entry.name)?.[1]
    if (pid !== undefined && entry.isDirectory() && !isAlive(Number(pid)))
      rmSync(join(folder, entry.name), { recursive: true, force: true })
  }
}
