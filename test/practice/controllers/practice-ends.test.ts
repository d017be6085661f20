/** However practice ends, no program outlives it. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { marked } from "./marked.ts"

const PRACTICE = fileURLToPath(new URL("practice-with-program.ts", import.meta.url))
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "practice-ends-"))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A test that fails leaves no practice behind, which would keep the test's process running. */
const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL")
})

const start = async () => {
  const practice = spawn(process.execPath, [PRACTICE, folder], { stdio: ["ignore", "pipe", "inherit"] })
  started.push(practice)
  const exit = once(practice, "exit")
  const early = exit.then(([code, signal]) => {
    throw new Error(`practice ended before its program ran: ${code ?? signal}`)
  })
  const line = once(createInterface(practice.stdout), "line")
  const [id] = (await Promise.race([line, early])) as [string]
  early.catch(() => undefined)
  // The program and its two children, with what each of these waits for; the program goes on before they do.
  await expect.poll(() => marked(id).length).toBeGreaterThanOrEqual(4)
  return { practice, exit, id }
}

test("killed with -9: everything goes at once", async () => {
  const { practice, exit, id } = await start()
  practice.kill("SIGKILL")
  await exit
  await expect.poll(() => marked(id), { interval: 10 }).toEqual([])
})

test("closed: SIGTERM first, and practice waits for its end", async () => {
  const { practice, exit, id } = await start()
  practice.kill("SIGTERM")
  expect(await exit).toEqual([0, null])
  expect(readFileSync(join(folder, "bye"), "utf8")).toBe("bye\n")
  expect(marked(id)).toEqual([])
})
