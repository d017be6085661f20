/** Two institutions that share no credentials, each on a real control plane of its own. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parse, stringify } from "yaml"
import { flat } from "../../e2e/harness.ts"
import { barePath, type Ended, type Programs, startPrograms } from "../../e2e/programs.ts"
import { whyNot } from "../control-plane/build.ts"
import { type RealWorld, startRealWorld } from "./world.ts"

const SKUPPER = "skupper.io/v2alpha1"

interface Person extends Programs {
  say(...argv: string[]): Promise<Ended>
  fingerprint(): Promise<string>
  kill(): void
}

let world: RealWorld
let root: string
let coordinator: Person
let party: Person

/** A person with a home, and the credentials of one cluster. */
function person(id: string, sites: object): Person {
  const folder = join(root, id)
  mkdirSync(folder)
  const programs = startPrograms(folder, barePath(folder), "trial")
  const file = join(folder, "federation.yaml")
  writeFileSync(file, stringify({ version: 1, federation: "trial", commands: world.commands, ...sites }))
  return {
    ...programs,
    say: (...argv) => programs.call([...argv, "--federation", file]),
    async fingerprint() {
      const { stdout } = await programs.call(["party", "show", "--json"])
      return (JSON.parse(stdout) as { fingerprint: string }).fingerprint
    },
  }
}

const send = (from: string, to: Person, name: string): string => {
  copyFileSync(from, join(to.folder, name))
  return name
}
const well = { code: 0, stderr: "" }

describe.skipIf((await whyNot()) !== undefined)("two institutions on real control planes", () => {
  beforeAll(async () => {
    world = await startRealWorld()
    root = mkdtempSync(join(tmpdir(), "real-parties-"))
    const { superlink, supernodes } = parse(readFileSync(world.federationFile, "utf8"))
    coordinator = person("coordinator", {
      superlink,
      supernodes: [{ name: "supernode-1", party: "st-marys" }],
    })
    party = person("st-marys", { superlink: { party: "the-trial" }, supernodes })
    await coordinator.call(["party", "init", "--name", "The Trial"])
    await party.call(["party", "init", "--name", "St. Mary's"])
  })
  afterAll(async () => {
    coordinator?.kill()
    party?.kill()
    await world?.close()
    if (root !== undefined) await rm(root, { recursive: true, force: true, maxRetries: 3 })
  })

  it("goes from the request to verified on both sides", { timeout: 900_000 }, async () => {
    expect(await party.say("request", "--yes", "--out", "a.request")).toMatchObject(well)
    const request = send(join(party.folder, "a.request"), coordinator, "a.request")
    const fingerprint = await party.fingerprint()
    expect(await coordinator.say("approve", request, "--yes", "--fingerprint", fingerprint)).toMatchObject(
      well,
    )
    const issued = await coordinator.say("run", "--yes")
    expect(issued.stderr).toBe("")
    expect(flat(issued.stdout)).toContain("St. Mary's has to send its receipt")
    expect(issued.code).toBe(4)

    const approval = join(coordinator.state, "messages", "st-marys.approval")
    const theirs = ["--fingerprint", await coordinator.fingerprint()]
    expect(await party.say("accept", send(approval, party, "an.approval"), ...theirs)).toMatchObject(well)
    expect(await party.say("run", "--yes")).toMatchObject(well)

    const receipt = join(party.state, "messages", "the-trial.receipt")
    expect(await coordinator.say("accept", send(receipt, coordinator, "a.receipt"))).toMatchObject(well)
    const verified = await coordinator.say("run", "--yes")
    expect(verified).toMatchObject(well)
    expect(verified.stdout).toMatch(/supernode-1 +node \d+ of st-marys is active/)
  })

  it("shows both journals as one record", async () => {
    await party.say("report", "--out", "mary.json")
    const other = send(join(party.folder, "mary.json"), coordinator, "mary.json")
    const joined = await coordinator.say("report", "--join", other, "--format", "md")
    expect(joined).toMatchObject(well)
    expect(joined.stdout).toContain("St. Mary's")
  })

  it("cuts the party off when it is revoked, and the party hears of it by a file", async () => {
    const revoked = await coordinator.say("revoke", "st-marys", "--yes", "--reason", "the study has ended")
    expect(revoked, revoked.stdout).toMatchObject(well)
    const hubs = { apiVersion: SKUPPER, kind: "Site", namespace: "net-st-marys" }
    expect(await world.cluster("superlink").list(hubs)).toEqual([])
    const revocation = join(coordinator.state, "messages", "st-marys.revocation")
    const told = await party.say("accept", send(revocation, party, "a.revocation"))
    expect(told).toMatchObject(well)
    expect(told.stdout).toContain("The Trial has ended your part in trial: the study has ended")
    const left = await party.say("teardown", "--yes")
    expect(left).toMatchObject(well)
    const links = { apiVersion: SKUPPER, kind: "Link", namespace: "flower-supernode-1" }
    expect(await world.cluster("supernode-1").list(links)).toEqual([])
  })

  it("neither side has a credential of the other's cluster", () => {
    const [mine, other] = ["superlink", "supernode-1"].map((site) => String(world.plane(site).port))
    for (const [one, foreign] of [
      [coordinator, other],
      [party, mine],
    ] as const)
      expect(readFileSync(join(one.state, "journal.jsonl"), "utf8")).not.toContain(`:${foreign}`)
  })
})
