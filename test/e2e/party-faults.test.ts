/** What goes wrong between a coordinator and an institution, what both read, and that what they are told to type cures it. */
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { flat } from "./harness.ts"
import { type Institutions, mail, type Person, startInstitutions } from "./institutions.ts"

const SKUPPER = "skupper.io/v2alpha1"

let world: Institutions
let coordinator: Person
let party: Person

beforeAll(async () => {
  world = await startInstitutions(1)
  coordinator = world.coordinator
  party = world.parties[0]!
  await party.say("request", "trial", "--out", "a.request", "--yes")
  mail(join(party.folder, "a.request"), coordinator, "a.request")
  const theirs = ["--fingerprint", await party.fingerprint()]
  expect(await coordinator.say("approve", "a.request", "--yes", ...theirs)).toMatchObject({ code: 0 })
  expect(await coordinator.say("run", "--yes")).toMatchObject({ code: 4, stderr: "" })
}, 180_000)
afterAll(() => world?.close())

const approval = (name: string): string =>
  mail(join(coordinator.state, "messages", "st-marys.approval"), party, name)
const grants = () =>
  world
    .cluster("superlink")
    .list({ apiVersion: SKUPPER, kind: "AccessGrant", namespace: "net-st-marys" })
    .then((found) => found.map(({ metadata }) => metadata.uid))

test("an approval for another version of Flower is refused, with the command that makes it fit", async () => {
  const file = approval("1.approval")
  const theirs = ["--fingerprint", await coordinator.fingerprint()]
  const other = await party.say("accept", file, ...theirs, "--flower-version", "1.33.0")
  expect(flat(other.stderr)).toContain('flower-version is "1.34.0" there and "1.33.0" here')
  expect(flat(other.stderr)).toContain("--flower-version 1.34.0")
  expect(other.code).toBe(2)
})

test("a lost file: another approval with another token; the first is refused after it", async () => {
  const before = await grants()
  const again = await coordinator.say("approve", "st-marys", "--again", "--yes")
  expect(again).toMatchObject({ code: 0, stderr: "" })
  expect(again.stdout).toContain("The approval for St. Mary's is")
  const after = await grants()
  expect(after).toHaveLength(1)
  expect(after).not.toEqual(before)
  const theirs = ["--fingerprint", await coordinator.fingerprint()]
  expect(await party.say("accept", approval("2.approval"), ...theirs)).toMatchObject({ code: 0, stderr: "" })
  const first = await party.say("accept", "1.approval")
  expect(flat(first.stderr)).toContain("and number 2 was accepted before")
  expect(first.code).toBe(2)
})

test("a token that somebody else has used: another one is asked for", { timeout: 120_000 }, async () => {
  world.practice.faults.set([{ where: "grant", what: "used" }])
  const used = await party.say("run", "--yes")
  world.practice.faults.set([])
  expect(flat(used.stdout)).toContain("supernode-1 needs another token of coordinator")
  expect(flat(used.stdout)).toContain("flower-runbook approve PARTY --again")
  expect(flat(used.stdout)).toContain("next: flower-runbook accept coordinator.approval")
  expect(used.code).toBe(1)
})

test("a grant server that cannot be reached: a link file is asked for, and used", {
  timeout: 180_000,
}, async () => {
  await coordinator.say("approve", "st-marys", "--again", "--yes")
  expect(await party.say("accept", approval("3.approval"))).toMatchObject({ code: 0, stderr: "" })
  world.practice.faults.set([{ where: "grant", what: "unreachable" }])
  const cut = await party.say("run", "--yes")
  expect(flat(cut.stdout)).toContain(
    "ask coordinator for a link file: they type `flower-runbook run --link-with file`",
  )
  expect(flat(cut.stdout)).toContain("next: flower-runbook accept coordinator.approval --link-with file")
  expect(cut.code).toBe(1)
  expect(await coordinator.say("run", "--yes", "--link-with", "file")).toMatchObject({ code: 4, stderr: "" })
  const file = approval("4.approval")
  expect(await party.say("accept", file, "--link-with", "file")).toMatchObject({ code: 0, stderr: "" })
  expect(await party.say("run", "--yes")).toMatchObject({ code: 0, stderr: "" })
  world.practice.faults.set([])
  const receipt = mail(join(party.state, "messages", "coordinator.receipt"), coordinator, "a.receipt")
  expect(await coordinator.say("accept", receipt)).toMatchObject({ code: 0, stderr: "" })
  const verified = await coordinator.say("run", "--yes")
  expect(verified).toMatchObject({ code: 0, stderr: "" })
  expect(verified.stdout).not.toContain("The approval for")
})

test("revoked while the party runs: cut off, told by a file, and nothing is done again", {
  timeout: 180_000,
}, async () => {
  const running = party.say("step", "deploy-supernode", "--rerun", "--yes")
  expect(await coordinator.say("revoke", "st-marys", "--yes")).toMatchObject({ code: 0, stderr: "" })
  await running
  const cut = await party.say("run", "--yes", "--timeout", "10s")
  expect(flat(cut.stdout)).toContain("supernode-1/link-status failed")
  expect(cut.code).toBe(1)
  const end = mail(join(coordinator.state, "messages", "st-marys.revocation"), party, "an.end")
  expect(await party.say("accept", end)).toMatchObject({ code: 0, stderr: "" })
  const told = await party.say("run", "--yes")
  expect(told).toMatchObject({ code: 0, stderr: "" })
  expect(flat(told.stdout)).toContain("Coordinator has ended your part")
  // The SuperLink counts a node until its last call is too long ago.
  const rest = async () => {
    const run = await coordinator.say("run", "--yes")
    expect(run).toMatchObject({ code: 0, stderr: "" })
    return run.stdout
  }
  await expect.poll(rest, { timeout: 100_000 }).toContain("0 SuperNodes are connected")
  expect(await party.say("teardown", "--yes")).toMatchObject({ code: 0, stderr: "" })
  expect(world.trespasses).toEqual([])
})
