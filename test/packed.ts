/** The program as its users have it: built, packed and installed, once for all test files of a run. */
import { execFile } from "node:child_process"
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { installedPackage } from "./bench/package.ts"

const ROOT = fileURLToPath(new URL("../", import.meta.url))
/** What a build does not read. */
const NOT_COPIED = [".git", "node_modules", "dist"]

/** Builds in a copy of this checkout, which others may build or test at the same time. */
async function build(copy: string): Promise<void> {
  cpSync(ROOT, copy, { recursive: true, filter: (path) => !NOT_COPIED.includes(relative(ROOT, path)) })
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"))
  await promisify(execFile)(process.execPath, [join(copy, "build.ts")])
}

/**
 * Whichever file asks first builds it, the others wait for it.
 * @returns the folder where it is installed, and the command in it
 */
export async function packedProgram(): Promise<{ folder: string; bin: string }> {
  // Of this run of tests alone: test/temporary-folder.ts makes it and takes it away.
  const folder = join(tmpdir(), "packed")
  const done = join(folder, ".done")
  while (!existsSync(done)) {
    try {
      mkdirSync(folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
      await delay(50)
      continue
    }
    try {
      const copy = join(folder, "checkout")
      await build(copy)
      installedPackage(folder, copy)
      writeFileSync(done, "")
    } catch (error) {
      rmSync(folder, { recursive: true })
      throw error
    }
  }
  return { folder, bin: join(folder, "node_modules/flower-runbook/runbooks/flower-runbook.js") }
}
