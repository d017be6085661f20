import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { writeWhole } from "../../cluster/whole-file.ts"
import { RunbookError } from "../../notebook/errors.ts"
import type { Call } from "../call.ts"

/**
 * Opens a text in `$VISUAL`, `$EDITOR` or vi, which has the terminal meanwhile.
 * @param path the file to edit (0600)
 * @throws RunbookError if the editor cannot be started, or fails
 */
export async function editText(call: Call, path: string, text: string): Promise<string> {
  const { env } = call.io
  const editor = env.VISUAL || env.EDITOR || "vi"
  await writeWhole(path, text)
  // A shell splits it (`code --wait`). Ctrl-C belongs to the editor while it is open.
  const child = spawn("/bin/sh", ["-c", `${editor} "$1"`, "sh", path], {
    stdio: "inherit",
    env: env as NodeJS.ProcessEnv,
  })
  const [code, signal] = await call.interruptible(
    () => once(child, "exit") as Promise<[number | null, string | null]>,
  )
  if (code !== 0) {
    const how = signal === null ? `ended with exit code ${code}` : `was stopped by ${signal}`
    throw new RunbookError(`The editor ${editor} ${how}; nothing was changed`, {
      fix:
        code === 127 || code === 126
          ? "set EDITOR to an installed editor"
          : "save and close the editor without an error",
    })
  }
  return readFileSync(path, "utf8")
}
