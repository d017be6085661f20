/** Neither an image's code nor a request ends practice: in a process of its own, where nobody else catches an error. */
import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, test } from "vitest"

const PRACTICE = fileURLToPath(new URL("practice-with-faulty-code.ts", import.meta.url))

test("practice goes on whatever its containers and callers do", async () => {
  const folder = await mkdtemp(join(tmpdir(), "faulty-code-"))
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [PRACTICE, folder])
    expect(stdout.trim().split("\n")).toEqual([
      "at-once: 1 Error: fails at once",
      "in-timer: 1 Error: fails in a timer",
      "in-promise: 1 Error: fails in a promise",
      "in-dial: 1 Error: fails in dial",
      "in-end: deleted",
      "large: deleted",
      "lives",
    ])
    expect(stderr).not.toContain("TimeoutOverflowWarning")
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
