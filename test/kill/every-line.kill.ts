/**
 * kill -9 after every line of the journal of a run of one SuperLink and two SuperNodes, each time on new clusters, and
 * one run more: the end is that of a run that was left alone. Takes long: `npm run test:kill`.
 */
import { expect, test } from "vitest"
import { endState } from "../e2e/end-state.ts"
import { startWorld, type World } from "../e2e/harness.ts"
import { created, repeatedActions } from "../e2e/kill-chain.ts"
import { allEnded } from "../e2e/processes.ts"

const PRELOAD = new URL("./after-line.ts", import.meta.url).href
const run = (world: World) => ["run", "--federation", world.practice.federationFile, "--yes"]

async function withWorld<T>(use: (world: World) => Promise<T>): Promise<T> {
  const world = await startWorld({ supernodes: 2 })
  try {
    return await use(world)
  } finally {
    await world.close()
  }
}

// Left alone once: how many lines there are, how it ends, what it makes.
const { lines, undisturbed, made } = await withWorld(async (world) => {
  const requests = world.requests()
  expect(await world.call(run(world))).toMatchObject({ code: 0, stderr: "" })
  return {
    lines: world.journal().length,
    undisturbed: await endState(world),
    made: created(requests()),
  }
})

test.each(Array.from({ length: lines }, (_, index) => index + 1))("killed after line %i", async (line) => {
  await withWorld(async (world) => {
    const requests = world.requests()
    const env = { E2E_LINE: String(line) }
    const killed = await world.call(run(world), { env, node: ["--import", PRELOAD] })
    // A run writes a few lines more or less: waits are told as they come.
    if (line < lines * 0.9) expect(killed.signal).toBe("SIGKILL")
    if (killed.signal === "SIGKILL") expect(world.journal()).toHaveLength(line)
    await allEnded(world)
    expect(await world.call(run(world))).toMatchObject({ code: 0, stderr: "" })
    expect(await endState(world)).toEqual(undisturbed)
    expect(repeatedActions(world.journal())).toEqual([])
    expect(created(requests())).toEqual(made)
  })
})
