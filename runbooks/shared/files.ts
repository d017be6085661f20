import { mkdir, open, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"

/**
 * Writes a file whole (temporary file, fsync, rename): only its owner can read it (0600, its folder 0700).
 * @returns its path
 */
export async function writePrivate(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    const file = await open(temporary, "w", 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return path
}

/** Where a step keeps the manifest that it applies at a site: `manifests/supernode-1-supernode.yaml`. */
export const manifestFile = (folder: string, name: string): string =>
  join(folder, "manifests", `${name}.yaml`)
