/** Ten institutions that join at the same time: each goes its own way, and no cluster hears of anybody but its owner. */
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { linesOf } from "./harness.ts"
import { type Institutions, mail, type Person, startInstitutions } from "./institutions.ts"

const TEN = 10
const SKUPPER = "skupper.io/v2alpha1"
const well = { code: 0, stderr: "" }

let world: Institutions
beforeAll(async () => {
  // By requests: a process for each command of ten institutions is not what is tried here.
  world = await startInstitutions(TEN, { via: "api" })
})
afterAll(() => world?.close())

const atOnce = <T>(work: (party: Person) => Promise<T>): Promise<T[]> => Promise.all(world.parties.map(work))

test("from ten requests to ten receipts, all at once", { timeout: 600_000 }, async () => {
  const { coordinator, parties } = world
  const theirs = ["--fingerprint", await coordinator.fingerprint()]
  await atOnce(async (party) => expect(await party.say("request", "trial", "--yes")).toMatchObject(well))
  for (const party of parties) {
    const file = mail(join(party.folder, `${party.id}.request`), coordinator, `${party.id}.request`)
    const approved = ["approve", file, "--yes", "--json", "--fingerprint", await party.fingerprint()]
    expect(await coordinator.say(...approved)).toMatchObject(well)
  }
  // What needs no approval of theirs they do meanwhile.
  const [issued, ...early] = await Promise.all([
    coordinator.say("run", "--yes"),
    ...parties.map((party) => party.say("run", "--yes")),
  ])
  expect([issued, ...early].map(({ code, stderr }) => [code, stderr])).toEqual(
    Array.from({ length: TEN + 1 }, () => [4, ""]),
  )
  await atOnce(async (party) => {
    const approval = join(coordinator.state, "messages", `${party.id}.approval`)
    const accepted = await party.say("accept", mail(approval, party, "an.approval"), "--json", ...theirs)
    expect(accepted).toMatchObject(well)
    expect(await party.say("run", "--yes")).toMatchObject(well)
  })
  for (const party of parties) {
    const receipt = join(party.state, "messages", "coordinator.receipt")
    const file = mail(receipt, coordinator, `${party.id}.receipt`)
    const accepted = await coordinator.say("accept", file, "--json")
    expect(accepted).toMatchObject(well)
  }
  expect(await coordinator.say("run", "--yes")).toMatchObject(well)
  const confirmed = linesOf(coordinator.journal(), "step ended").filter(
    ({ step, outcome }) => step === "confirm" && /^node \d+ of .* is active/.test(outcome.reason),
  )
  expect(new Set(confirmed.map(({ site }) => site)).size).toBe(TEN)
})

test("each network has two sites, also at its hub", async () => {
  for (const { id, site } of world.parties) {
    const both = [`net-${id}`, `${site}-interconnect`]
    for (const [cluster, namespace] of [
      [site, `flower-${site}`],
      ["superlink", `net-${id}`],
    ] as const) {
      const [found] = await world.cluster(cluster).list({ apiVersion: SKUPPER, kind: "Site", namespace })
      expect(found!.status.network.map(({ name }: { name: string }) => name).sort()).toEqual(both)
    }
  }
})

test("nobody asked anything of a cluster that is not theirs, and everybody asked something of their own", () => {
  const { practice, coordinator, parties } = world
  expect(world.trespasses).toEqual([])
  for (const { id, site } of [coordinator, ...parties]) {
    const { requests } = practice.clusters.find(({ name }) => name === site)!.server
    expect(requests.filter(({ agent = "" }) => agent.endsWith(` ${id}`)).length, id).toBeGreaterThan(20)
  }
})
