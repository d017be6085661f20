/** The stand-in `oc` and `skupper`: programs of their own, ordinary clients of whatever API server a kubeconfig names. */
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const NAMES = ["oc", "skupper"] as const

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/**
 * Writes the commands into a folder: scripts that run these programs with the Node that runs now. Compiled code is
 * kept beside them, since a run starts dozens.
 * @param folder made when missing; its path may hold spaces and quotes
 */
export const writeCommands = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const kind = import.meta.url.endsWith(".ts") ? "ts" : "js"
  await Promise.all(
    NAMES.map(async (name) => {
      const program = fileURLToPath(new URL(`./${name}.${kind}`, import.meta.url))
      // Node 22 warns of running TypeScript, and the warning would be taken for the command's own words.
      const node = `${quoted(process.execPath)} --disable-warning=ExperimentalWarning ${quoted(program)}`
      const cache = quoted(join(folder, ".cache"))
      const script = `#!/bin/sh\nNODE_COMPILE_CACHE=${cache} exec ${node} "$@"\n`
      await writeFile(join(folder, name), script, { mode: 0o755 })
    }),
  )
}
