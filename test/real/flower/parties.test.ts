/**
 * Three institutions with real Flower, each with a HOME and a cluster of its own: hardened, three rounds of all three, and then one is
 * revoked. One federation for all, because making one takes minutes.
 */
import { symlinkSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ensureEnvironment } from "../../../runbooks/flower/environment.ts"
import { program } from "../../../runbooks/index.ts"
import { flat } from "../../e2e/harness.ts"
import { type Institutions, mail, type Person, startInstitutions } from "../../e2e/institutions.ts"
import { CACHE, cannot } from "./world.ts"

const VERSION = "1.38.0"
const SKUPPER = "skupper.io/v2alpha1"

let world: Institutions

/** @returns what it printed, without line breaks */
async function ends(code: number, person: Person, ...argv: string[]): Promise<string> {
  const ended = await person.say(...argv)
  expect(ended.code, `${person.id}: ${argv.join(" ")}\n${ended.stdout}${ended.stderr}`).toBe(code)
  return flat(ended.stdout)
}

describe.skipIf(cannot !== undefined)(`Flower ${VERSION}, three institutions, security hardened`, () => {
  beforeAll(async () => {
    await ensureEnvironment(VERSION)
    const more = { flower: { version: VERSION }, security: "hardened" }
    const pods = { images: program.practiceVariant!.images, ownCommands: program.practiceCommands! }
    world = await startInstitutions(3, more, { pods, env: CACHE })
    for (const { folder } of [world.coordinator, ...world.parties])
      symlinkSync("/usr/bin/ssh-keygen", join(folder, "bin", "ssh-keygen"))
  })
  afterAll(() => world?.close())

  test("from three requests to a federated run of all three", async () => {
    const { coordinator, parties } = world
    for (const party of parties) {
      await ends(0, party, "request", "trial", "--yes")
      const file = mail(join(party.folder, `${party.id}.request`), coordinator, `${party.id}.request`)
      await ends(0, coordinator, "approve", file, "--yes", "--fingerprint", await party.fingerprint())
    }
    await ends(4, coordinator, "run", "--yes")
    for (const party of parties) {
      const approval = join(coordinator.state, "messages", `${party.id}.approval`)
      const theirs = ["--fingerprint", await coordinator.fingerprint()]
      await ends(0, party, "accept", mail(approval, party, "an.approval"), ...theirs)
      await ends(0, party, "run", "--yes")
      const receipt = join(party.state, "messages", "coordinator.receipt")
      await ends(0, coordinator, "accept", mail(receipt, coordinator, `${party.id}.receipt`))
    }
    const proven = await ends(0, coordinator, "run", "--yes", "--proof", "run")
    for (const round of [1, 2, 3]) expect(proven).toContain(`round ${round}: 3 of 3 SuperNodes`)
    for (const { id } of parties) expect(proven).toMatch(new RegExp(`node \\d+ of ${id} is active`))
    expect(world.trespasses).toEqual([])
  })

  test("one is revoked: its network is gone, its key is unregistered, and the other two go on", async () => {
    const { coordinator, parties } = world
    const [revoked, ...others] = parties as [Person, Person, Person]
    const said = await ends(0, coordinator, "revoke", revoked.id, "--yes", "--reason", "the study has ended")
    expect(said).toContain("St. Mary's is revoked")
    expect(said).toMatch(/remove-registration +deleted/)
    const hubs = { apiVersion: SKUPPER, kind: "Site", namespace: `net-${revoked.id}` }
    expect(await world.cluster("superlink").list(hubs)).toEqual([])

    const cut = await ends(1, revoked, "run", "--yes", "--timeout", "20s")
    expect(cut).toContain(`${revoked.site}/link-status failed`)
    const end = mail(join(coordinator.state, "messages", `${revoked.id}.revocation`), revoked, "an.end")
    await ends(0, revoked, "accept", end)
    expect(await ends(0, revoked, "run", "--yes")).toContain("Coordinator has ended your part")

    for (const other of others) await ends(0, other, "run", "--yes")
    expect(await ends(0, coordinator, "run", "--yes")).toContain("2 of 2 SuperNodes verified")
    const again = ["step", "verify-federation", "--proof", "run", "--rerun", "--yes"]
    const proven = await ends(0, coordinator, ...again)
    for (const round of [1, 2, 3]) expect(proven).toContain(`round ${round}: 2 of 2 SuperNodes`)
    expect(world.trespasses).toEqual([])
  })
})
