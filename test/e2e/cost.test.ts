/** What runs cost the clusters and this machine: requests and processes, by the request logs of practice clusters. */
import { readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parse, stringify } from "yaml"
import type { Report } from "../../lib/report/types.ts"
import { linesOf, type Request, startWorld, type World, writing } from "./harness.ts"

describe("a federation of one SuperLink and two SuperNodes", () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld({ supernodes: 2 })
  }, 60_000)
  afterAll(() => world?.close())

  const cost = async (argv: readonly string[]) => {
    const requests = world.requests()
    const { code, stderr } = await world.call(argv)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    const run = world.journal().at(-1)?.run
    const lines = world.journal().filter((line) => line.run === run)
    const own = requests().filter(({ agent }) => agent === "flower-runbook")
    const bySite = Map.groupBy(own, ({ cluster }) => cluster)
    return { bySite, shown: linesOf(lines, "shown"), commands: linesOf(lines, "command") }
  }
  const most = (bySite: ReadonlyMap<string, readonly Request[]>) =>
    Math.max(...[...bySite.values()].map((all) => all.length - writing(all).length))

  test("a run with nothing to do starts no process per site and asks for each thing once", {
    timeout: 300_000,
  }, async () => {
    const first = await cost(["run", "--federation", world.practice.federationFile, "--yes"])
    const again = await cost(["run", "--yes"])
    // The version of a command of this machine: no site is asked.
    expect(again.commands.filter(({ site }) => site !== undefined)).toEqual([])
    expect(again.shown.filter(({ site, line }) => site !== undefined && line !== "")).toEqual([])
    expect(most(again.bySite)).toBeLessThanOrEqual(40)
    for (const requests of again.bySite.values()) {
      const reads = requests.map(({ path }) => path).filter((path) => !/\/log\?|\/portforward\?/.test(path))
      expect(reads.length - new Set(reads).size).toBeLessThan(6)
    }

    const { stdout } = await world.call(["report", "--format", "json"])
    const places = (JSON.parse(stdout) as Report).cells.flatMap((cell) => cell.places)
    const kept = places.flatMap(({ executions }) => executions.at(-1)?.shown ?? [])
    expect(kept).toHaveLength(first.shown.length)

    const shown = await cost(["run", "--yes", "--show"])
    expect(shown.shown).toHaveLength(first.shown.length)
  })
})

test("growing and shrinking writes to the clusters concerned alone", { timeout: 300_000 }, async () => {
  const world = await startWorld({ supernodes: 2 })
  try {
    const whole = world.practice.federationFile
    const { supernodes, ...rest } = parse(readFileSync(whole, "utf8")) as { supernodes: object[] }
    const small = join(dirname(whole), "small.yaml")
    writeFileSync(small, stringify({ ...rest, supernodes: supernodes.slice(0, 1) }))
    const run = async (file: string) => {
      const requests = world.requests()
      const { code, stderr } = await world.call(["run", "--federation", file, "--yes"])
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      return Map.groupBy(writing(requests()), ({ cluster }) => cluster)
    }
    expect([...(await run(small)).keys()].sort()).toEqual(["superlink", "supernode-1"])
    const grown = await run(whole)
    expect([...grown.keys()].sort()).toEqual(["superlink", "supernode-2"])
    const kinds = grown.get("superlink")!.map(({ path }) => /\/(\w+)(?:\/[^/?]+)?(?:\?.*)?$/.exec(path)?.[1])
    expect([...new Set(kinds)].filter((kind) => kind !== "leases")).toEqual(["accessgrants"])
    expect([...(await run(small)).keys()]).toEqual([])
  } finally {
    await world.close()
  }
})
