/** Every function that a run awaits ends with the step's limit, also one that nothing can wake: the end is journaled and told, and nothing created is forgotten. */
import { expect, test } from "vitest"
import { notebook } from "../../lib/notebook/notebook.ts"
import type { StepDefinition } from "../../lib/notebook/step.ts"
import { type Context, federationOf, folder, kinds, plain, roles, runIn, World } from "./world.ts"

const never = () => new Promise<never>(() => {})
const book = (more: Partial<StepDefinition<Context>>) =>
  notebook({ name: "test", title: "", roles, inputs: {}, steps: [plain("open", "hub", more)] })
const TIMEOUT = { timeout: 1 }

test.concurrent.each(["check", "apply", "takeOwnership"] as const)("%s", async (name) => {
  const result = await runIn(new World(), book({ [name]: never }), federationOf(0), TIMEOUT)
  expect(kinds(result)).toEqual({ "hub/open": "failed" })
  expect(result.outcomes[0]!.outcome.reason).toMatch(/^timed out after 1 s: /)
  expect(result.events.at(-1)).toMatchObject({ type: "run ended", code: 1 })
})

test.concurrent("the ownership of what an interrupted run has created", async () => {
  const world = new World()
  const at = folder()
  const stop = new AbortController()
  const apply = (c: Context) => {
    c.world.set("hub/open", "yes")
    stop.abort(130)
    return never()
  }
  await runIn(world, book({ apply }), federationOf(0), { folder: at, signal: stop.signal })
  const result = await runIn(world, book({ takeOwnership: never }), federationOf(0), {
    folder: at,
    ...TIMEOUT,
  })
  expect(kinds(result)).toEqual({ "hub/open": "failed" })
  // Once it settles, what was created is still known as the federation's own.
  const owned: string[] = []
  const takeOwnership = (c: Context) => void owned.push(c.site.name)
  const third = await runIn(world, book({ takeOwnership }), federationOf(0), { folder: at })
  expect([kinds(third)["hub/open"], owned]).toEqual(["applied", ["hub"]])
})

test.concurrent("the Lease of the federation", async () => {
  const world = new World()
  const leased = { ...book({}), lease: { role: "hub", namespace: "x" } }
  const toolbox = { ...world.toolbox(), hold: () => ({ take: never, release: async () => {} }) }
  const result = await runIn(world, leased, federationOf(0), { toolbox, ...TIMEOUT })
  expect(kinds(result)).toEqual({ "hub/open": "failed" })
  expect(world.applied).toEqual([])
})

test.concurrent("an apply that has created its object when the limit ends it: the next run knows it as its own", async () => {
  const world = new World()
  const at = folder()
  const apply = (c: Context) => {
    c.world.set("hub/open", "yes")
    return never()
  }
  const periods: Context["applyPeriod"][] = []
  const takeOwnership = (c: Context) => void periods.push(c.applyPeriod)
  // The run goes on at another site for some seconds.
  const other = plain("slow", "leaf", { check: () => ({ state: "progressing", reason: "slow" }), timeout: 8 })
  const both = book({ apply, takeOwnership, timeout: 1 })
  const steps = { ...both, steps: [...both.steps, other] }
  const first = await runIn(world, steps, federationOf(1), { folder: at })
  expect([kinds(first)["hub/open"], periods]).toEqual(["failed", []])
  const ended = first.events.find(({ type }) => type === "action ended")!
  expect(Date.parse(first.events.at(-1)!.t) - Date.parse(ended.t)).toBeGreaterThan(1_000)
  const second = await runIn(world, book({ takeOwnership }), federationOf(0), { folder: at })
  expect(kinds(second)["hub/open"]).toBe("applied")
  // What somebody else has created since then is not claimed.
  expect(periods.map((period) => Date.parse(period!.to))).toEqual([Date.parse(ended.t)])
})
