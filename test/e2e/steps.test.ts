/** Each step alone, in the guide's order, by its name and as the script that it is. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { linesOf, place, startWorld, type World } from "./harness.ts"

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
})
afterAll(() => world?.close())

/** Step, sites it is done at, and the script whose only step it is. */
const STEPS: readonly { id: string; at: readonly string[]; script?: string; yes?: true }[] = [
  { id: "prerequisites", at: [], script: "prerequisites" },
  { id: "login", at: ["superlink", "supernode-1"], script: "login" },
  { id: "project", at: ["superlink", "supernode-1"], script: "project", yes: true },
  { id: "deploy-superlink", at: ["superlink"], script: "deploy-superlink" },
  { id: "install-operator", at: ["superlink", "supernode-1"], script: "install-operator", yes: true },
  { id: "site-create", at: ["superlink", "supernode-1"], script: "site-create" },
  { id: "token-issue", at: ["supernode-1"] },
  { id: "token-redeem", at: ["supernode-1"] },
  { id: "link-status", at: ["supernode-1"], script: "link-status" },
  { id: "connector", at: ["superlink"], script: "connector" },
  { id: "listener", at: ["supernode-1"], script: "listener" },
  { id: "deploy-supernode", at: ["supernode-1"], script: "deploy-supernode" },
  { id: "verify", at: ["supernode-1"], script: "verify" },
  { id: "verify-federation", at: [], script: "verify" },
]

test("step by step to a verified federation", { timeout: 120_000 }, async () => {
  const file = ["--federation", world.practice.federationFile]
  for (const { id, at, yes } of STEPS) {
    const { code, stdout, stderr } = await world.call(["step", id, ...file, ...(yes ? ["--yes"] : [])])
    expect({ id, code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({
      id,
      code: 0,
      stderr: "",
      stdout: "",
    })
    const run = world.journal().at(-1)?.run
    const ended = linesOf(world.journal(), "step ended").filter((line) => line.run === run)
    expect(ended.map(place).sort()).toEqual(
      at.length === 0 ? [id] : at.map((site) => place({ site, step: id })).sort(),
    )
  }

  // Done is said, and nothing is run; the folder remembers the sites.
  const before = linesOf(world.journal(), "act started").length
  for (const script of new Set(STEPS.flatMap(({ script }) => script ?? []))) {
    const { code, stderr } = await world.call([], { script: `runbooks/${script}.ts` })
    expect({ script, code, stderr }).toEqual({ script, code: 0, stderr: "" })
  }
  const one = await world.call(["--site", "supernode-1"], { script: "runbooks/site-create.ts" })
  expect(one).toMatchObject({ code: 0, stderr: "" })
  expect(one.stdout).toContain("supernode-1-interconnect")
  expect(one.stdout).not.toContain("superlink-interconnect")
  expect(linesOf(world.journal(), "act started")).toHaveLength(before)
})
