/** Institutions that share no credentials: files alone go from one to the other, and each ends verified. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { flat, linesOf, place } from "./harness.ts"
import { type Institutions, mail, PARTIES, type Person, startInstitutions } from "./institutions.ts"

const SKUPPER = "skupper.io/v2alpha1"

const well = { code: 0, stderr: "" }

let world: Institutions

const requestOf = async (party: Person, id: string): Promise<string> => {
  const file = `${id}.request`
  const asked = await party.say("request", "trial", "--out", file, "--yes")
  expect(asked).toMatchObject({ code: 0, stderr: "" })
  return mail(join(party.folder, file), world.coordinator, file)
}

const approve = async (party: Person, file: string): Promise<void> => {
  const approved = await world.coordinator.say(
    "approve",
    file,
    "--yes",
    "--fingerprint",
    await party.fingerprint(),
  )
  expect(approved).toMatchObject({ code: 0, stderr: "" })
}

const accept = async (party: Person, id: string): Promise<void> => {
  const { coordinator } = world
  const file = mail(join(coordinator.state, "messages", `${id}.approval`), party, `${id}.approval`)
  const accepted = await party.say("accept", file, "--fingerprint", await coordinator.fingerprint())
  expect(accepted).toMatchObject({ code: 0, stderr: "" })
}

const sitesSeen = async (cluster: string, namespace: string): Promise<string[]> => {
  const [found] = await world.cluster(cluster).list({ apiVersion: SKUPPER, kind: "Site", namespace })
  return found!.status.network.map(({ name }: { name: string }) => name).sort()
}

describe("a coordinator and two institutions", () => {
  beforeAll(async () => {
    world = await startInstitutions(2)
  }, 120_000)
  afterAll(() => world?.close())

  test("from requests to receipts, each is verified, and nobody asks anything of another's cluster", {
    timeout: 400_000,
  }, async () => {
    const { coordinator, parties } = world
    const waiting = await coordinator.say("run", "--yes")
    expect(flat(waiting.stdout + waiting.stderr)).toContain("st-marys has to send its request to join")
    expect(waiting.code).toBe(4)
    for (const [index, party] of parties.entries()) {
      const [, id] = PARTIES[index]!
      await approve(party, await requestOf(party, id))
    }
    const issued = await coordinator.say("run", "--yes")
    expect(issued.stderr).toBe("")
    expect(issued.stdout).toContain("The approval for St. Mary's is")
    expect(issued.code).toBe(4)
    for (const [index, party] of parties.entries()) {
      const [, id] = PARTIES[index]!
      await accept(party, id)
      const joined = await party.say("run", "--yes")
      expect(joined).toMatchObject({ code: 0, stderr: "" })
      expect(joined.stdout).toContain("The receipt for Coordinator is")
      const receipt = mail(join(party.state, "messages", "coordinator.receipt"), coordinator, `${id}.receipt`)
      expect(await coordinator.say("accept", receipt)).toMatchObject({ code: 0, stderr: "" })
    }
    const verified = await coordinator.say("run", "--yes")
    expect(verified).toMatchObject({ code: 0, stderr: "" })
    const confirmed = linesOf(coordinator.journal(), "step ended").filter(({ step }) => step === "confirm")
    expect(
      confirmed
        .slice(-2)
        .map((line) => [place(line), line.outcome.reason])
        .sort(),
    ).toEqual([
      [
        "supernode-1/confirm",
        expect.stringMatching(
          /^node \d+ of st-marys is active, and its site is in the network of net-st-marys$/,
        ),
      ],
      [
        "supernode-2/confirm",
        expect.stringMatching(
          /^node \d+ of charite is active, and its site is in the network of net-charite$/,
        ),
      ],
    ])
    expect(world.trespasses).toEqual([])
  })

  test("each institution sees the hub of its network, and nobody else", async () => {
    expect(await sitesSeen("supernode-1", "flower-supernode-1")).toEqual([
      "net-st-marys",
      "supernode-1-interconnect",
    ])
    expect(await sitesSeen("superlink", "net-charite")).toEqual(["net-charite", "supernode-2-interconnect"])
  })

  test("the token is in no file in clear, and nothing of it is left", async () => {
    const { coordinator } = world
    const approval = readFileSync(join(coordinator.state, "messages", "st-marys.approval"), "utf8")
    const { payload } = JSON.parse(approval) as { payload: string }
    expect(Buffer.from(payload, "base64").toString()).not.toMatch(/AccessToken|BEGIN/)
    const grants = await world
      .cluster("superlink")
      .list({ apiVersion: SKUPPER, kind: "AccessGrant", namespace: "net-st-marys" })
    expect(grants).toEqual([])
  })

  test("a second run of each has nothing to do", { timeout: 120_000 }, async () => {
    for (const person of [world.coordinator, ...world.parties]) {
      expect(await person.say("run", "--yes")).toMatchObject({ code: 0, stderr: "" })
      for (const words of [["plan"], ["status", "--live"], ["doctor"], ["report"]]) await person.say(...words)
    }
    expect(world.trespasses).toEqual([])
  })

  test("one party is revoked: its network is gone, the other one is not touched", {
    timeout: 120_000,
  }, async () => {
    const { coordinator } = world
    const revoked = await coordinator.say("revoke", "st-marys", "--yes")
    expect(revoked.stderr).toBe("")
    const hubs = (namespace: string) =>
      world.cluster("superlink").list({ apiVersion: SKUPPER, kind: "Site", namespace })
    expect(await hubs("net-st-marys")).toEqual([])
    expect(await hubs("net-charite")).toHaveLength(1)
    expect(await world.parties[1]!.say("run", "--yes")).toMatchObject({ code: 0, stderr: "" })
    expect(world.trespasses).toEqual([])
  })

  test("the other one leaves: nothing is handed out to it again by itself, and it can come back by another approval", {
    timeout: 300_000,
  }, async () => {
    const { coordinator, parties } = world
    const left = parties[1]!
    expect(await left.say("teardown", "--yes")).toMatchObject({ code: 0, stderr: "" })
    const messages = readdirSync(join(coordinator.state, "messages"))
    const after = await coordinator.say("run", "--yes")
    expect(flat(after.stdout)).toContain(
      "charite has joined the network of net-charite, and is no longer in it: it has left, or its link is down",
    )
    expect(flat(after.stdout)).toContain("next: flower-runbook approve charite --again")
    expect(after.code).toBe(1)
    expect(readdirSync(join(coordinator.state, "messages"))).toEqual(messages)
    const grants = { apiVersion: SKUPPER, kind: "AccessGrant", namespace: "net-charite" }
    expect(await world.cluster("superlink").list(grants)).toEqual([])

    expect(await coordinator.say("approve", "charite", "--again", "--yes")).toMatchObject(well)
    await accept(left, "charite")
    expect(await left.say("run", "--yes")).toMatchObject(well)
    const receipt = mail(join(left.state, "messages", "coordinator.receipt"), coordinator, "again.receipt")
    expect(await coordinator.say("accept", receipt)).toMatchObject(well)
    const back = await coordinator.say("run", "--yes")
    expect(back, back.stdout).toMatchObject(well)
  })
})

describe("with a link file, for a cluster that cannot call the grant server", () => {
  beforeAll(async () => {
    world = await startInstitutions(1, { "link-with": "file" })
  }, 120_000)
  afterAll(() => world?.close())

  test("the file crosses sealed, and the SuperNode is verified", { timeout: 300_000 }, async () => {
    const { coordinator, parties } = world
    const [party] = parties as [Person]
    await approve(party, await requestOf(party, "st-marys"))
    expect(await coordinator.say("run", "--yes")).toMatchObject({ code: 4, stderr: "" })
    await accept(party, "st-marys")
    expect(await party.say("run", "--yes")).toMatchObject({ code: 0, stderr: "" })
    const receipt = mail(join(party.state, "messages", "coordinator.receipt"), coordinator, "a.receipt")
    expect(await coordinator.say("accept", receipt)).toMatchObject({ code: 0, stderr: "" })
    expect(await coordinator.say("run", "--yes")).toMatchObject({ code: 0, stderr: "" })
    // Nothing is issued again, and so no other approval is written.
    const again = await coordinator.say("run", "--yes")
    expect(again.code).toBe(0)
    expect(again.stdout).not.toContain("The approval for")
    expect(world.trespasses).toEqual([])
  })
})
