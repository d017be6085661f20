/** What is left of real Flower when the program is gone: nothing. */
import { mkdtempSync, readdirSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { startPrograms } from "../../e2e/programs.ts"
import { CACHE, cannot, processesIn } from "./world.ts"

describe.skipIf(cannot !== undefined)("run --practice --flower", () => {
  const started = async () => {
    const folder = mkdtempSync(join(tmpdir(), "flower-kill-"))
    const programs = startPrograms(folder, "/usr/bin:/bin", "practice")
    const env = { ...CACHE, TMPDIR: folder }
    const run = programs.start(
      ["run", "--practice", "--flower", "--yes", "--proof", "run", "--supernodes", "1", "--delays", "none"],
      { env },
    )
    return { folder, run, clean: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }) }
  }

  test("killed with -9: no process of Flower's is left", async () => {
    const { folder, run, clean } = await started()
    await run.printed(/deploy-supernode\s+applied/)
    expect(processesIn(folder).length).toBeGreaterThan(2)
    run.kill("SIGKILL")
    await run.ended
    await expect.poll(() => processesIn(folder), { timeout: 15_000 }).toEqual([])
    await clean()
  })

  test("stopped with Ctrl-C: neither processes nor files", async () => {
    const { folder, run, clean } = await started()
    await run.printed(/deploy-supernode\s+applied/)
    run.kill("SIGINT")
    expect((await run.ended).code).toBe(130)
    expect(processesIn(folder)).toEqual([])
    expect(readdirSync(folder).filter((name) => name.includes("practice"))).toEqual([])
    await clean()
  })
})
