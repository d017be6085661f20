/** The route from SuperNode to SuperLink, hop by hop: without any one of them `verify` fails and names it, and a run fixes it. */
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Ref } from "../../lib/cluster/types.ts"
import { flat, linesOf, place, startWorld, type World } from "./harness.ts"

let world: World
const FAR = "flower-openshift-demo"
const NEAR = "flower-supernode-1"
const SKUPPER = "skupper.io/v2alpha1"

beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
  const argv = ["run", "--federation", world.practice.federationFile, "--yes"]
  expect(await world.call(argv)).toMatchObject({ code: 0, stderr: "" })
})
afterAll(() => world?.close())

/** Deletes the only object of a kind, whatever its name. */
const remove =
  (site: "superlink" | "supernode-1", apiVersion: string, kind: string, name?: string) => async () => {
    const cluster = world.cluster(site)
    const namespace = site === "superlink" ? FAR : NEAR
    const found = (await cluster.list({ apiVersion, kind, namespace })).filter(
      ({ metadata }) => name === undefined || metadata.name === name,
    )
    expect(found.map(({ metadata }) => metadata.name)).toHaveLength(1)
    const ref: Ref = { apiVersion, kind, name: found[0]!.metadata.name, namespace }
    expect(await cluster.remove(ref, { propagation: "Background" })).toBe(true)
  }

const scale = (site: "superlink" | "supernode-1", name: string) => async () => {
  const namespace = site === "superlink" ? FAR : NEAR
  await world
    .cluster(site)
    .merge({ apiVersion: "apps/v1", kind: "Deployment", name, namespace }, { spec: { replicas: 0 } })
}

interface Hop {
  readonly what: string
  readonly breakIt: () => Promise<unknown> | unknown
  /** What verify reports. */
  readonly named: RegExp
  /** The command to type. */
  readonly type: RegExp
  /** What restores it before the run, where no run can. */
  readonly restore?: () => void
}

/** Most hops belong to one step: the check of that step, which verify needs, then reports what is missing. */
const HOPS: readonly Hop[] = [
  {
    what: "the link being up",
    breakIt: () => world.practice.faults.set([{ where: "link", cluster: "supernode-1", what: "down" }]),
    named: /supernode-1\/link-status .*Link \S+: Not operational/,
    type: /flower-runbook step link-status --site supernode-1/,
    restore: () => world.practice.faults.set([]),
  },
  {
    what: "the Link",
    breakIt: remove("supernode-1", SKUPPER, "Link"),
    named: /no Link leads to Site superlink-interconnect/,
    type: /flower-runbook step token-redeem --site supernode-1/,
  },
  {
    what: "the SuperNode's Site",
    breakIt: remove("supernode-1", SKUPPER, "Site"),
    named: /project flower-supernode-1 has no Skupper site/,
    type: /flower-runbook step site-create --site supernode-1/,
  },
  {
    what: "the SuperLink's Site",
    breakIt: remove("superlink", SKUPPER, "Site"),
    named: /project flower-openshift-demo has no Skupper site/,
    type: /flower-runbook step site-create --site superlink/,
  },
  {
    what: "the Connector",
    breakIt: remove("superlink", SKUPPER, "Connector"),
    named: /no Connector fleet-api in flower-openshift-demo/,
    type: /flower-runbook step connector --site superlink/,
  },
  {
    what: "the Listener",
    breakIt: remove("supernode-1", SKUPPER, "Listener"),
    named: /no Listener fleet-api in flower-supernode-1/,
    type: /flower-runbook step listener --site supernode-1/,
  },
  {
    what: "the SuperNode's Deployment",
    breakIt: remove("supernode-1", "apps/v1", "Deployment", "supernode-1"),
    named: /no Deployment supernode-1 in flower-supernode-1/,
    type: /flower-runbook step deploy-supernode --site supernode-1/,
  },
  {
    what: "the SuperNode's pods",
    breakIt: scale("supernode-1", "supernode-1"),
    named: /replicas is 0, should be 1/,
    type: /flower-runbook step deploy-supernode --site supernode-1/,
  },
  {
    what: "the SuperLink's pods",
    breakIt: scale("superlink", "superlink"),
    named: /replicas is 0, should be 1/,
    type: /flower-runbook step deploy-superlink --site superlink/,
  },
  {
    what: "the SuperLink's Deployment",
    breakIt: remove("superlink", "apps/v1", "Deployment", "superlink"),
    named: /no Deployment superlink in flower-openshift-demo/,
    type: /flower-runbook step deploy-superlink --site superlink/,
  },
]

test.each(HOPS)(
  "without $what verify fails, names it, and a run fixes it",
  { timeout: 120_000 },
  async (hop) => {
    await hop.breakIt()
    const broken = await world.call(["step", "verify", "--timeout", "10s"])
    expect({ code: broken.code, stderr: broken.stderr }).toEqual({ code: 1, stderr: "" })
    const ended = linesOf(world.journal(), "step ended").at(-1)!
    hop.restore?.()
    const fixed = await world.call(["run", "--yes"])

    expect(place(ended)).toBe("supernode-1/verify")
    expect(ended.outcome.ok).toBe(false)
    expect(flat(broken.stdout)).toMatch(hop.named)
    expect(flat(broken.stdout)).toMatch(hop.type)
    expect(fixed.code, fixed.stdout).toBe(0)
    expect(fixed.stderr).toBe("")
  },
)

test("a SuperNode's pod that was deleted comes back and is verified again", async () => {
  const cluster = world.cluster("supernode-1")
  const [pod] = (await cluster.list({ apiVersion: "v1", kind: "Pod", namespace: NEAR })).filter(
    ({ metadata }) => metadata.name.startsWith("supernode-1-"),
  )
  await cluster.remove({ apiVersion: "v1", kind: "Pod", name: pod!.metadata.name, namespace: NEAR })
  expect(await world.call(["step", "verify"])).toMatchObject({ code: 0, stderr: "" })
  const [before, after] = linesOf(world.journal(), "checkpoint")
    .filter((line) => place(line) === "supernode-1/verify")
    .slice(-2)
    .map(({ reason }) => /node (\d+) active/.exec(reason)?.[1])
  expect(after).toMatch(/^\d+$/)
  expect(after).not.toBe(before)
})
