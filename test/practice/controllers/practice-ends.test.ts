/** However practice ends, no program outlives it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"
import { marked } from "./marked.ts"

const PRACTICE = fileURLToPath(new URL("practice-with-program.ts", import.meta.url))
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "practice-ends-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const start = async () => {
  const practice = spawn(process.execPath, [PRACTICE, folder], { stdio: ["ignore", "pipe", "inherit"] })
  const exit = once(practice, "exit")
  const [id] = (await once(createInterface(practice.stdout), "line")) as [string]
  // The program and its two children, with what each of these waits for.
  expect(marked(id).length).toBeGreaterThanOrEqual(4)
  return { practice, exit, id }
}

test("killed with -9: everything goes at once", async () => {
  const { practice, exit, id } = await start()
  practice.kill("SIGKILL")
  await exit
  await expect.poll(() => marked(id), { timeout: 5000, interval: 10 }).toEqual([])
})

test("closed: SIGTERM first, and practice waits for its end", async () => {
  const { practice, exit, id } = await start()
  practice.kill("SIGTERM")
  expect(await exit).toEqual([0, null])
  expect(readFileSync(join(folder, "bye"), "utf8")).toBe("bye\n")
  expect(marked(id)).toEqual([])
})
