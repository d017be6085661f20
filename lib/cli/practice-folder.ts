import { lstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readRegularText } from "../regular-file.ts"
import { stateFolder } from "../runner/open-state.ts"
import { ownFolder } from "../runner/own-folder.ts"
import { isDead, processIn, thisProcess } from "../runner/processes.ts"

/** What the folder of practice clusters has in it. */
const PRACTICE = /^(?:kubeconfigs|ca|tokens|commands|pods|federation\.yaml(?:\.draft-.*)?)$/
/** Says which process a temporary folder belongs to. */
const OWNER = ".owner"

/** The folder of practice clusters whose state is kept (`--state`). @throws UsageError if one of the two is not ours */
export const keptFolder = (state: string): string =>
  ownFolder(join(stateFolder(state), "practice"), (_, names) => names.every((name) => PRACTICE.test(name)))

/** A folder that is deleted with the clusters. The path is printed unquoted, so it contains no space. */
export function temporaryFolder(name: string): string {
  const base = /^[\w@%+=:,./-]+$/.test(tmpdir()) ? tmpdir() : "/tmp"
  const prefix = `${name}-practice-`
  removeLeftOvers(base, prefix)
  const folder = mkdtempSync(join(base, `${prefix}${process.pid}-`))
  writeFileSync(join(folder, OWNER), JSON.stringify(thisProcess()), { mode: 0o600 })
  return folder
}

/**
 * Practice clusters that were killed leave their folder behind, including tokens. It is removed only where its owner can be
 * shown to have ended: a container that shares the folder for temporary files counts its processes on its own.
 */
function removeLeftOvers(base: string, prefix: string): void {
  for (const name of readdirSync(base)) {
    if (!name.startsWith(prefix) || !/^\d+-[A-Za-z0-9]{6}$/.test(name.slice(prefix.length))) continue
    const folder = join(base, name)
    try {
      if (isLeftOver(folder)) rmSync(folder, { recursive: true, force: true })
    } catch {
      // Somebody else removes it, or it says something else.
    }
  }
}

function isLeftOver(folder: string): boolean {
  const info = lstatSync(folder)
  const user = process.getuid?.()
  if (!info.isDirectory() || (user !== undefined && info.uid !== user)) return false
  const file = join(folder, OWNER)
  if (!lstatSync(file).isFile()) return false
  const owner = processIn(JSON.parse(readRegularText(file)))
  return owner !== undefined && isDead(owner)
}
