import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { writeWhole } from "../../cluster/whole-file.ts"
import { RunbookError } from "../../notebook/errors.ts"
import type { Call } from "../call.ts"

/**
 * Lets the person edit a text in `$VISUAL`, `$EDITOR` or vi, which has the terminal meanwhile.
 * @param path the file to edit (0600)
 * @throws RunbookError where the editor cannot be started, or did not end well
 */
export async function editText(call: Call, path: string, text: string): Promise<string> {
  const { env } = call.io
  const editor = env.VISUAL || env.EDITOR || "vi"
  await writeWhole(path, text)
  // As a shell splits it (`code --wait`), and the terminal's Ctrl-C is the editor's.
  const child = spawn("/bin/sh", ["-c", `${editor} "$1"`, "sh", path], {
    stdio: "inherit",
    env: env as NodeJS.ProcessEnv,
  })
  const [code, signal] = await call.interruptible(
    () => once(child, "exit") as Promise<[number | null, string | null]>,
  )
  if (code !== 0) {
    const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
    throw new RunbookError(`the editor ${editor} ${how}: nothing was taken`, {
      fix:
        code === 127 || code === 126
          ? "name one that is here in EDITOR"
          : "save and close it without an error",
    })
  }
  return readFileSync(path, "utf8")
}
