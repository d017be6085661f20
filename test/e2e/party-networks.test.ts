/** Each institution in an application network of its own: created, verified, left, and moved into from the shared one. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { flat, linesOf, place, startWorld, type World, writes } from "./harness.ts"

const SKUPPER = "skupper.io/v2alpha1"
const DEMO = "flower-openshift-demo"

let world: World

const at = (site: string, kind: string, namespace: string): Promise<KubeObject[]> =>
  world.cluster(site).list({ apiVersion: SKUPPER, kind, namespace })

/** The names of the sites that a site's router knows. */
async function seenBy(site: string, namespace: string): Promise<string[]> {
  const [found] = await at(site, "Site", namespace)
  return found!.status.network.map(({ name }: { name: string }) => name).sort()
}

const leases = async (namespace: string): Promise<string[]> => {
  const found = await world
    .cluster("superlink")
    .list({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace })
  return found.map(({ metadata }) => metadata.name)
}

/** How a step ended last. */
const reasonAt = (where: string): string | undefined =>
  linesOf(world.journal(), "step ended").findLast((line) => place(line) === where)?.outcome.reason

describe("one SuperLink and three SuperNodes in three networks", () => {
  beforeAll(async () => {
    world = await startWorld({ supernodes: 3 })
    const first = await world.call([
      ...["run", "--federation", world.practice.federationFile, "--network", "per-party", "--yes"],
    ])
    expect(first).toMatchObject({ code: 0, stderr: "" })
  }, 300_000)
  afterAll(() => world?.close())

  test("each is verified", () => {
    const verified = linesOf(world.journal(), "step ended").filter(({ step }) => step === "verify")
    expect(verified.map((line) => [place(line), line.outcome.ok]).sort()).toEqual(
      [1, 2, 3].map((n) => [`supernode-${n}/verify`, true]),
    )
  })

  test("each network has two sites", async () => {
    expect(await at("superlink", "Site", DEMO)).toEqual([])
    for (const n of [1, 2, 3]) {
      const both = [`net-supernode-${n}`, `supernode-${n}-interconnect`]
      expect(await seenBy(`supernode-${n}`, `flower-supernode-${n}`)).toEqual(both)
      expect(await seenBy("superlink", `net-supernode-${n}`)).toEqual(both)
    }
  })

  test("the statuses are those of Skupper", async () => {
    const [attached] = await at("superlink", "AttachedConnector", DEMO)
    expect(attached!.status).toMatchObject({ status: "Ready", message: "OK" })
    expect(attached!.status.conditions.map(({ type }: { type: string }) => type)).toEqual([
      "Configured",
      "Ready",
    ])
    const [binding] = await at("superlink", "AttachedConnectorBinding", "net-supernode-1")
    expect(binding!.status).toMatchObject({ status: "Ready", message: "OK", hasMatchingListener: true })
  })

  test("a second run applies nothing", async () => {
    const requests = world.requests()
    expect(await world.call(["run", "--yes"])).toMatchObject({ code: 0, stderr: "" })
    expect(writes(requests())).toEqual([])
  })

  test("what must not work does not: no other network hears of a SuperNode", {
    timeout: 240_000,
  }, async () => {
    const proven = await world.call(["run", "--proof", "isolated", "--yes"])
    expect(proven).toMatchObject({ code: 0, stderr: "" })
    expect(reasonAt("supernode-1/verify")).toMatch(
      /^link up, .*, isolated: none of 2 other networks hear of it, node \d+ active$/,
    )
    expect(await at("supernode-1", "Connector", "flower-supernode-1")).toEqual([])
  })

  test("a network that is cut takes nobody else with it", { timeout: 240_000 }, async () => {
    const cut = ["teardown", "--site", "supernode-3", "--only", "remove-network", "--yes"]
    expect(await world.call(cut)).toMatchObject({ code: 0, stderr: "" })
    expect(await at("superlink", "Site", "net-supernode-3")).toEqual([])
    expect(await at("superlink", "AttachedConnectorBinding", "net-supernode-3")).toEqual([])
    expect(await leases("net-supernode-3")).toEqual([])
    const names = (await at("superlink", "AttachedConnector", DEMO)).map(({ metadata }) => metadata.name)
    expect(names).toEqual(["fleet-api-supernode-1", "fleet-api-supernode-2"])

    const others = await world.call(["run", "--site", "supernode-1", "--site", "supernode-2", "--yes"])
    expect(others).toMatchObject({ code: 0, stderr: "" })
    const status = await world.call(["status", "--live"])
    expect(flat(status.stdout)).toMatch(/no Skupper site/)
  })

  test("and comes back with a new hub, which the old Link does not reach", { timeout: 240_000 }, async () => {
    const [before] = await at("supernode-3", "Link", "flower-supernode-3")
    expect(await world.call(["run", "--yes"])).toMatchObject({ code: 0, stderr: "" })
    const [now] = await at("supernode-3", "Link", "flower-supernode-3")
    expect(now!.metadata.uid).not.toBe(before!.metadata.uid)
  })

  test("a teardown leaves nothing of it", { timeout: 240_000 }, async () => {
    const ended = await world.call(["teardown", "--projects", "--yes"])
    expect(flat(ended.stderr)).toBe("")
    expect(ended.code).toBe(0)
    const projects = await world
      .cluster("superlink")
      .list({ apiVersion: "project.openshift.io/v1", kind: "Project" })
    expect(
      projects.map(({ metadata }) => metadata.name).filter((name) => /^(?:net-|flower-)/.test(name)),
    ).toEqual([])
  })
})

describe("from the shared network into networks of their own", () => {
  beforeAll(async () => {
    world = await startWorld({ supernodes: 2 })
    const first = await world.call(["run", "--federation", world.practice.federationFile, "--yes"])
    expect(first).toMatchObject({ code: 0, stderr: "" })
  }, 300_000)
  afterAll(() => world?.close())

  test("in the shared network, every site knows all sites", async () => {
    expect(await seenBy("supernode-1", "flower-supernode-1")).toEqual([
      "superlink-interconnect",
      "supernode-1-interconnect",
      "supernode-2-interconnect",
    ])
  })

  test("the proof of isolation fails, and says what the others can do", async () => {
    const failed = await world.call([
      "step",
      "verify",
      "--site",
      "supernode-1",
      "--proof",
      "isolated",
      "--yes",
    ])
    expect(failed.code).toBe(1)
    const said = flat(failed.stdout + failed.stderr)
    expect(said).toMatch(
      /isolation: none: supernode-1 shares one application network with 1 other site \(supernode-2-interconnect\): whoever administers one of them administers the router of supernode-1/,
    )
    expect(said).toMatch(/next: flower-runbook plan --network per-party/)
  })

  test("the plan says that the old Links are deleted", async () => {
    const plan = await world.call(["plan", "--network", "per-party"])
    expect(flat(plan.stdout)).toMatch(
      /moves supernode-1 on \S+ into a network of its own: its Link \S+ is deleted before the new one is created/,
    )
  })

  test("the run moves them, and each knows only its hub", { timeout: 240_000 }, async () => {
    const moved = await world.call(["run", "--network", "per-party", "--yes"])
    expect(moved).toMatchObject({ code: 0, stderr: "" })
    for (const n of [1, 2]) {
      expect(await at(`supernode-${n}`, "Link", `flower-supernode-${n}`)).toHaveLength(1)
      expect(await seenBy(`supernode-${n}`, `flower-supernode-${n}`)).toEqual([
        `net-supernode-${n}`,
        `supernode-${n}-interconnect`,
      ])
    }
  })
})
