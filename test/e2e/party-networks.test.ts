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

  test("a teardown leaves nothing of it", { timeout: 120_000 }, async () => {
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
