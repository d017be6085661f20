/** Each step alone, in the guide's order, as a script or by its name. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { linesOf, place, startWorld, type World } from "./harness.ts"

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
})
afterAll(() => world?.close())

const BOTH = ["superlink", "supernode-1"]
/** Where each step runs; those that are called by name have no script of their own, or share one. */
const STEPS: readonly { id: string; at: readonly string[]; named?: true; needsApproval?: true }[] = [
  { id: "prerequisites", at: [] },
  { id: "login", at: BOTH },
  { id: "project", at: BOTH, needsApproval: true },
  { id: "deploy-superlink", at: ["superlink"] },
  { id: "install-operator", at: BOTH, needsApproval: true },
  { id: "site-create", at: BOTH },
  { id: "token-issue", at: ["supernode-1"], named: true },
  { id: "token-redeem", at: ["supernode-1"], named: true },
  { id: "link-status", at: ["supernode-1"] },
  { id: "connector", at: ["superlink"] },
  { id: "listener", at: ["supernode-1"] },
  { id: "deploy-supernode", at: ["supernode-1"] },
  { id: "verify", at: ["supernode-1"], named: true },
  { id: "verify-federation", at: [], named: true },
]

/** The places of the last run, as they ended. */
const ended = (): string[] => {
  const lines = world.journal()
  return linesOf(lines, "step ended")
    .filter(({ run }) => run === lines.at(-1)!.run)
    .map(place)
    .sort()
}
const actions = (): number => linesOf(world.journal(), "action started").length

test("step by step to a verified federation", { timeout: 300_000 }, async () => {
  const first = ["--federation", world.practice.federationFile]
  for (const { id, at, named, needsApproval } of STEPS) {
    // The folder remembers the sites: only the first call names the file.
    const argv = [...(id === "prerequisites" ? first : []), ...(needsApproval ? ["--yes"] : [])]
    const { code, stdout, stderr } = named
      ? await world.call(["step", id, ...argv])
      : await world.call(argv, { script: `runbooks/${id}.ts` })
    if (code !== 0) throw new Error(`${id} ended with ${code}:\n${stdout}\n${stderr}`)
    expect(ended()).toEqual(at.length === 0 ? [id] : at.map((site) => `${site}/${id}`))
  }

  // A ready step is reported, and nothing is applied.
  const before = actions()
  const site = await world.call(["--site", "supernode-1"], { script: "runbooks/site-create.ts" })
  expect(site).toMatchObject({ code: 0, stderr: "" })
  expect(site.stdout).toContain("Site supernode-1-interconnect is ready")
  expect(ended()).toEqual(["supernode-1/site-create"])
  // A script of two steps runs both.
  expect(await world.call([], { script: "runbooks/verify.ts" })).toMatchObject({ code: 0, stderr: "" })
  expect(ended()).toEqual(["supernode-1/verify", "verify-federation"])
  expect(await world.call([], { script: "runbooks/token-exchange.ts" })).toMatchObject({ code: 0 })
  expect(ended()).toEqual(["supernode-1/token-issue", "supernode-1/token-redeem"])
  expect(actions()).toBe(before)
})

test("a step that changes more than its site needs approval", { timeout: 300_000 }, async () => {
  const file = world.practice.federationFile
  const other = ["--federation", file, "--state", `${world.folder}/other`]
  expect(await world.call(["step", "login", ...other, "--site", "supernode-1"])).toMatchObject({ code: 0 })
  const flags = ["--site", "supernode-1", "--supernode", "name=supernode-1,project=not-there-yet"]
  const refused = await world.call(["step", "project", ...other, ...flags])
  expect(refused.code).toBe(1)
  expect(refused.stdout).toMatch(/--yes/)
  const approved = await world.call(["step", "project", ...other, ...flags, "--yes"])
  expect(approved).toMatchObject({ code: 0, stderr: "" })
})
