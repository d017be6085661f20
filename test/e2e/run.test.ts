/** From nothing to a verified federation, unattended; and then nothing is left to do. */
import { mkdirSync, renameSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Ended, linesOf, place, startWorld, type World, writes } from "./harness.ts"

describe("an unattended run of one SuperLink and two SuperNodes", () => {
  let world: World
  let file: string
  let first: Ended
  beforeAll(async () => {
    world = await startWorld({ supernodes: 2 })
    file = world.practice.federationFile
    first = await world.call(["run", "--federation", file, "--yes"])
  }, 300_000)
  afterAll(() => world?.close())

  /** One more run: its actions, and what it wrote to the clusters. */
  const again = async (argv: readonly string[], folder?: string) => {
    const requests = world.requests()
    const { code, stderr } = await world.call(argv)
    expect(requests().length).toBeGreaterThan(0)
    const journal = world.journal(folder)
    const run = journal.at(-1)?.run
    const actions = linesOf(journal, "action started").filter((line) => line.run === run)
    return { code, stderr, actions: actions.map(place), writes: writes(requests()) }
  }

  test("ends verified, each step done at each site", () => {
    expect(first).toMatchObject({ code: 0, signal: null, stderr: "" })
    const ended = linesOf(world.journal(), "step ended")
    expect(ended.filter(({ outcome }) => !outcome.ok)).toEqual([])
    // 1 here, 6 of the SuperLink, 10 of each SuperNode, 1 over all.
    expect(ended).toHaveLength(1 + 6 + 2 * 10 + 1)
    expect(linesOf(world.journal(), "run ended").at(-1)).toMatchObject({ code: 0 })
  })

  test("prints no escape codes off a terminal and names the next command", () => {
    expect(first.stdout).not.toMatch(/\u001b/)
    expect(first.stdout).toMatch(/flower-runbook status/)
  })

  test("a second run applies nothing", async () => {
    const second = await again(["run", "--federation", file, "--yes"])
    expect(second).toMatchObject({ code: 0, actions: [], writes: [] })
  })

  test("a run without the file uses what the folder remembers", async () => {
    const second = await again(["run", "--yes"])
    expect(second).toMatchObject({ code: 0, actions: [], writes: [] })
  })

  test("with an empty journal a run applies nothing", async () => {
    renameSync(join(world.state, "journal.jsonl"), join(world.folder, "journal.aside"))
    const third = await again(["run", "--federation", file, "--yes"])
    expect(third).toMatchObject({ code: 0, actions: [], writes: [] })
  })

  test("another person, with their own folder, only logs in", async () => {
    const folder = join(world.folder, "another person")
    mkdirSync(folder, { mode: 0o700 })
    const other = await again(["run", "--federation", file, "--state", folder, "--yes"], folder)
    expect(other).toMatchObject({ code: 0, writes: [] })
    for (const step of other.actions) expect(step).toMatch(/\/(?:login|project)$/)
    expect(other.actions).toContain("superlink/login")
  })

  test("plan and status find nothing to do", async () => {
    expect(await world.call(["plan", "--exit-code"])).toMatchObject({ code: 0, stderr: "" })
    expect(await world.call(["status"])).toMatchObject({ code: 0, stderr: "" })
    expect(await world.call(["status", "--live"])).toMatchObject({ code: 0, stderr: "" })
  })
})
