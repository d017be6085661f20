/** `plan` only reads: before anything, midway and after. */
import { createHash } from "node:crypto"
import { lstatSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { linesOf, place, startWorld, type World, writes } from "./harness.ts"

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
})
afterAll(() => world?.close())

/** Everything in a folder: modes, times, contents. Nothing if there is no folder. */
function picture(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .sort()
      .map((name) => {
        const path = join(folder, name)
        const { mode, mtimeNs, size } = lstatSync(path, { bigint: true })
        const content = lstatSync(path).isFile()
          ? createHash("sha256").update(readFileSync(path)).digest("hex")
          : ""
        return [name, mode.toString(8), mtimeNs, size, content].join(" ")
      })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []
    throw error
  }
}

/** Plans, and checks that this changes nothing. */
async function plan(...more: string[]) {
  const requests = world.requests()
  const before = picture(join(world.folder, "state"))
  const ended = await world.call([
    "plan",
    "--exit-code",
    "--federation",
    world.practice.federationFile,
    ...more,
  ])
  expect(writes(requests())).toEqual([])
  expect(picture(join(world.folder, "state"))).toEqual(before)
  expect(ended.stderr).toBe("")
  return { ...ended, requests: requests().length }
}

test("plan changes neither clusters nor folder, and shows what a run would do", {
  timeout: 300_000,
}, async () => {
  const before = await plan()
  expect(before.code).toBe(5)
  expect(before.stdout).toMatch(/login +apply /)
  expect(before.stdout).toMatch(/site-create +wait/)
  expect(picture(join(world.folder, "state"))).toEqual([])

  const file = ["--federation", world.practice.federationFile]
  expect(await world.call(["run", ...file, "--to", "install-operator", "--yes"])).toMatchObject({ code: 0 })
  const midway = await plan()
  expect(midway.code).toBe(5)
  expect(midway.requests).toBeGreaterThan(0)
  expect(midway.stdout).toMatch(/install-operator +ok/)
  expect(midway.stdout).toMatch(/site-create +apply /)

  expect(await world.call(["run", ...file, "--yes"])).toMatchObject({ code: 0 })
  const after = await plan()
  expect(after.code).toBe(0)
  expect(after.stdout).not.toMatch(/ (?:apply|update|delete|wait) /)

  // Another version of Flower: exactly what runs Flower, and what proves it.
  const changed = await plan("--flower-version", "1.36.0")
  expect(changed.code).toBe(5)
  expect(staleSteps(changed.stdout)).toEqual(["deploy-superlink", "deploy-supernode", "verify"])
  expect(await world.call(["run", ...file, "--flower-version", "1.36.0", "--yes"])).toMatchObject({ code: 0 })
  const lines = world.journal()
  const actions = linesOf(lines, "action started").filter(({ run }) => run === lines.at(-1)!.run)
  expect(actions.map(place)).toEqual(["superlink/deploy-superlink", "supernode-1/deploy-supernode"])
  const rolled = await plan("--flower-version", "1.36.0")
  expect({ code: rolled.code, stale: staleSteps(rolled.stdout) }).toEqual({ code: 0, stale: [] })
})

/** The steps of a plan that have a line `stale: …` under them. */
function staleSteps(text: string): string[] {
  let step = ""
  return text.split("\n").flatMap((line) => {
    step = /^ {2}\S {2}(\S+)/.exec(line)?.[1] ?? step
    return line.trim() === "stale: flower-version 1.34.0 → 1.36.0" ? [step] : []
  })
}
