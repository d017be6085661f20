/** Two people with folders of their own and one federation: the cluster itself says who is applying. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { ClusterLease } from "../../lib/cluster/lease.ts"
import type { Cluster, KubeObject } from "../../lib/cluster/types.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import { only, startWorld, teardown, type World } from "./practice.ts"

let world: World
beforeAll(async () => {
  world = await startWorld()
})
beforeEach(() => world.begin())
afterAll(() => world?.close())

const notebook = only("deploy-superlink")
const NAME = "flower-runbook-trial"
const west = (): Cluster => world.cluster("superlink")
const ref = () => ({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  name: NAME,
  namespace: world.project("superlink"),
})
const leased = () => west().get(ref())
const superlink = () =>
  west().get({ apiVersion: "apps/v1", kind: "Deployment", name: "superlink", namespace: ref().namespace })

/** As a run of somebody else on another machine holds it, renewed so many seconds ago. */
const heldByAlice = (ago: number): Promise<KubeObject> =>
  west().create({
    ...ref(),
    metadata: { name: NAME, namespace: ref().namespace, labels: labels("trial") },
    spec: {
      holderIdentity: "alice@laptop/0a1b2c3d",
      leaseDurationSeconds: 60,
      renewTime: new Date(Date.now() - ago * 1000).toISOString().replace("Z", "000Z"),
    },
  })

/** What was done to the Lease so far. */
const writes = (): string[] =>
  world.practice.clusters
    .flatMap(({ server }) => server.requests)
    .filter(
      ({ method, path }) => method !== "GET" && path.includes(`/leases`) && path.includes(ref().namespace),
    )
    .map(({ method, status }) => `${method} ${status}`)

test("a run that applies holds it, and releases it at its end; one that changes nothing does not", async () => {
  expect((await world.run({ notebook }))["superlink/deploy-superlink"]).toMatch(/^applied:/)
  expect(writes()).toEqual(["POST 201", "DELETE 200"])
  expect(await leased()).toBeUndefined()
  expect((await world.run({ notebook }))["superlink/deploy-superlink"]).toMatch(/^unchanged:/)
  expect(writes()).toHaveLength(2)
})

test("while somebody else applies, nothing begins, and it is said who that is", async () => {
  await heldByAlice(5)
  const ended = await world.run({ notebook })
  expect(ended["superlink/deploy-superlink"]).toMatch(
    /^blocked: alice@laptop is applying this federation: Lease flower-runbook-trial in \S+ was renewed \d+ s ago$/,
  )
  expect(world.ended.get("superlink/deploy-superlink")).toMatchObject({
    code: "held",
    fix: expect.stringContaining("60 s"),
  })
  expect(await superlink()).toBeUndefined()
  expect((await leased())?.spec.holderIdentity).toBe("alice@laptop/0a1b2c3d")
  // What is ready is ready: a plan and a run that changes nothing are not in anybody's way.
  expect((await world.plan({ notebook }))["superlink/deploy-superlink"]).toMatch(/^apply:/)
})

test("what was abandoned is taken over", async () => {
  await heldByAlice(61)
  expect((await world.run({ notebook }))["superlink/deploy-superlink"]).toMatch(/^applied:/)
  expect(writes().slice(-2)).toEqual(["PUT 200", "DELETE 200"])
})

test("without the right to it, the run goes on and says so once", async () => {
  world.practice.faults.set([{ where: "api", what: "forbidden", match: "/leases/flower-runbook" }])
  expect((await world.run({ notebook }))["superlink/deploy-superlink"]).toMatch(/^applied:/)
  const warnings = world.events.flatMap((event) => (event.type === "warning" ? [event.text] : []))
  expect(warnings).toEqual([
    expect.stringMatching(
      /^Lease flower-runbook-trial in \S+ cannot be held, so a run from another folder would not be noticed: /,
    ),
  ])
})

test("a teardown takes along what a killed run left, and leaves alone what somebody holds", async () => {
  await heldByAlice(61)
  await world.run({ notebook: teardown })
  expect(await leased()).toBeUndefined()
  await heldByAlice(5)
  await world.run({ notebook: teardown })
  expect(await leased()).toBeDefined()
})

test("one of several has it: the others see who, until it is abandoned", async () => {
  let time = Date.now()
  const cluster = { ...west(), now: async () => time }
  const lease = (identity: string) =>
    new ClusterLease({ cluster, name: NAME, namespace: ref().namespace, labels: {}, identity, seconds: 60 })
  const three = [lease("a"), lease("b"), lease("c")]
  const answers = await Promise.all(three.map((one) => one.take()))
  expect(answers.filter((answer) => answer === undefined)).toHaveLength(1)
  const holder = three[answers.indexOf(undefined)]!
  const other = three.find((one) => one !== holder)!
  time += 59_000
  expect(await other.take()).toMatchObject({ ago: 59 })
  expect(await holder.take()).toBeUndefined()
  time += 59_000
  expect(await other.take()).toMatchObject({ ago: 59 })
  time += 2_000
  expect(await other.take()).toBeUndefined()
  expect(await holder.take()).toMatchObject({ ago: 0 })
  expect([holder.held, other.held]).toEqual([false, true])
  await holder.remove()
  expect(await leased()).toBeDefined()
  await other.remove()
  expect(await leased()).toBeUndefined()
})
