/** The stand-in `oc` and `skupper`: programs of their own, ordinary clients of whatever API server a kubeconfig names. */
import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { shellWord } from "../../notebook/shell-word.ts"
import { commandScript } from "./client-script.ts"
import { serverFile } from "./server-file.ts"

/** The stand-ins, and what to call each with first. */
export const STAND_INS = { oc: "get projects", skupper: "version" } as const

/**
 * Writes the commands into a folder: scripts that ask the practice process (`server.ts`), and run these programs with the
 * Node that runs now where there is none. Compiled code is kept beside them.
 * @param folder made when missing; its path may hold spaces and quotes
 */
export async function writeCommands(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const kind = import.meta.url.endsWith(".ts") ? "ts" : "js"
  await Promise.all(
    Object.keys(STAND_INS).map(async (name) => {
      const program = fileURLToPath(new URL(`./${name}.${kind}`, import.meta.url))
      // Node 22 warns of running TypeScript, and the warning would be taken for the command's own words.
      const alone = `${shellWord(process.execPath)} --disable-warning=ExperimentalWarning ${shellWord(program)}`
      const script = commandScript({ name, alone, cache: join(folder, ".cache"), server: serverFile(folder) })
      await writeFile(join(folder, name), script, { mode: 0o755 })
    }),
  )
}
