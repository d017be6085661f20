/** kill -9 after every awaited line of the journal, and resume: the same result, nothing done twice. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { endState } from "./end-state.ts"
import { linesOf, startWorld, type World } from "./harness.ts"
import { created, killChain, repeatedActions } from "./kill-chain.ts"

const run = (world: World) => ["run", "--federation", world.practice.federationFile, "--yes"]
/** Without the folder: it may contain the draft of a killed process. */
const onClusters = async (world: World) =>
  (await endState(world)).filter((line) => /^(?:superlink|supernode-1)\//.test(line))

let killed: World
let undisturbed: World
beforeAll(async () => {
  killed = await startWorld({ supernodes: 1 })
  undisturbed = await startWorld({ supernodes: 1 })
})
afterAll(async () => {
  await killed?.close()
  await undisturbed?.close()
})

test("killed after every awaited line, a run ends as if it had not been", { timeout: 600_000 }, async () => {
  const requests = killed.requests()
  const { ended, lines } = await killChain(killed, run(killed))
  expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" })
  expect(linesOf(killed.journal(), "run ended").at(-1)).toMatchObject({ code: 0 })

  // Every kind of line was reached, and no line twice.
  expect(new Set(lines).size).toBe(lines.length)
  for (const line of [
    "run started",
    "approval creates project",
    "action started apply superlink/site-create",
    "action ended apply superlink/site-create",
    "checkpoint superlink/site-create",
    "action started apply supernode-1/token-redeem",
    "checkpoint verify-federation",
    "run ended",
  ]) {
    expect(lines.filter((key) => key.startsWith(line))).not.toEqual([])
  }

  expect(repeatedActions(killed.journal())).toEqual([])
  const counts = Object.entries(created(requests()))
  expect(counts.length).toBeGreaterThan(8)
  expect(counts.filter(([, count]) => count !== 1)).toEqual([])

  expect(await undisturbed.call(run(undisturbed))).toMatchObject({ code: 0 })
  expect(await onClusters(killed)).toEqual(await onClusters(undisturbed))
})
