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
  /** The reads at the SuperLink's cluster, and the most at one of the others. */
  const reads = (bySite: ReadonlyMap<string, readonly Request[]>) => {
    const { superlink, ...others } = Object.fromEntries(
      [...bySite].map(([cluster, all]) => [cluster, all.length - writing(all).length]),
    )
    return { superlink: superlink!, supernode: Math.max(...Object.values(others)) }
  }

  test("a run with nothing to do starts no process per site and asks for each thing once", {
    timeout: 300_000,
  }, async () => {
    const first = await cost(["run", "--federation", world.practice.federationFile, "--yes"])
    const again = await cost(["run", "--yes"])
    // The version of a command of this machine: no site is asked.
    expect(again.commands.filter(({ site }) => site !== undefined)).toEqual([])
    expect(again.shown.filter(({ site, line }) => site !== undefined && line !== "")).toEqual([])
    // What they wait for decides how often the checks of a first run are repeated: so much was never reached.
    expect(reads(first.bySite).supernode).toBeLessThanOrEqual(110)
    expect(reads(again.bySite).supernode).toBeLessThanOrEqual(14)
    // Beside its own steps, those of the links and of the federation read there.
    expect(reads(again.bySite).superlink).toBeLessThanOrEqual(24)
    for (const requests of again.bySite.values()) {
      const paths = requests.map(({ path }) => path).filter((path) => !/\/log\?|\/portforward\?/.test(path))
      expect(paths.length - new Set(paths).size).toBeLessThan(6)
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
