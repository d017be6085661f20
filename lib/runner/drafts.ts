import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { isAlive } from "./processes.ts"

/** Drafts of files that are written whole: the file's name, the writer's pid, sometimes a random word. */
const DRAFT = /\.(\d+)(\.[0-9a-z]+)?$/

/**
 * Removes the drafts that killed writers left behind: they may hold tokens. Called by whoever holds the folder's lock.
 * @param parts its subfolders with files that are written whole
 */
export function removeDrafts(folder: string, parts: readonly string[]): void {
  for (const part of parts) {
    for (const name of readdirSync(join(folder, part), { encoding: "utf8" })) {
      const pid = DRAFT.exec(name)?.[1]
      if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, part, name), { force: true })
    }
  }
}
