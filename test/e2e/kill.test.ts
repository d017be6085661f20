/** kill -9 after every awaited line of the journal, and resume: the same end, nothing done twice. */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { linesOf, startWorld, type World } from "./harness.ts"
import { created, killChain, repeatedActs } from "./kill-chain.ts"

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
})
afterAll(() => world?.close())

test("killed after every awaited line, a run ends as if it had not been", { timeout: 300_000 }, async () => {
  const requests = world.requests()
  const { ended, killed } = await killChain(world, [
    "run",
    "--federation",
    world.practice.federationFile,
    "--yes",
  ])

  expect(ended).toMatchObject({ code: 0, signal: null })
  expect(new Set(killed).size).toBe(killed.length)
  for (const line of [
    "run started",
    "consent creates project",
    "act started act superlink/site-create",
    "act ended act superlink/site-create",
    "checkpoint superlink/site-create",
    "act started act supernode-1/token-redeem",
    "checkpoint verify-federation",
    "run ended",
  ]) {
    expect(killed.filter((key) => key.startsWith(line))).not.toEqual([])
  }
  expect(repeatedActs(world.journal())).toEqual([])

  const counts = created(requests())
  expect(Object.keys(counts).length).toBeGreaterThan(8)
  expect(Object.entries(counts).filter(([, count]) => count !== 1)).toEqual([])

  // Nothing of the killed runs is left in the folder.
  expect(readdirSync(world.state).sort()).toEqual(["journal.jsonl", "kubeconfigs", "reports", "tokens"])
  expect(readdirSync(join(world.state, "tokens"))).toEqual([])
  expect(linesOf(world.journal(), "run ended").at(-1)).toMatchObject({ code: 0 })
})
