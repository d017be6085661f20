import { mkdir, open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { draftOf } from "../notebook/draft-name.ts"

/**
 * Writes a whole file that only its owner can read (0600, its folder 0700): readers see the old or the new content, also
 * after a crash.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = draftOf(path)
  try {
    const file = await open(draft, "wx", 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
