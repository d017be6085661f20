/** Lines of a log that are older than the last restart on the way prove nothing. */
import { afterEach, beforeEach, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { logsCalls } from "../../runbooks/flower/flower-versions.ts"
import { hasFallenSilent, staleProof } from "../../runbooks/flower/fresh-proof.ts"
import type { Running } from "../../runbooks/flower/running.ts"
import { verify } from "../../runbooks/verify.ts"
import { type Clusters, namespace, startClusters } from "./clusters.ts"
import { putRouter, restartRouter } from "./routers.ts"

const HUB = "flower-openshift-demo"
const NODE = "flower-supernode-1"
const OLD = { router: 3600, adaptor: 3600 }

let clusters: Clusters
let far: KubeObject
let near: KubeObject
beforeEach(async () => {
  clusters = await startClusters()
  for (const one of [clusters.superlink, clusters.supernode]) {
    await one.login()
    await one.admin.create(namespace(String(one.site.project)))
  }
  far = await putRouter(clusters.superlink.admin, HUB, OLD)
  near = await putRouter(clusters.supernode.admin, NODE, OLD)
})
afterEach(() => clusters.close())

const line = (seconds: number, text: string) =>
  `${new Date(Date.now() - seconds * 1000).toISOString().replace("Z", "000000Z")} ${text}\n`
const running = (log: string): Running => ({
  deployment: {} as never,
  pod: "pod",
  uid: "uid",
  node: "node",
  restarts: 0,
  startedAt: 0,
  log,
})
/** By default, both logs show the node when it was activated half an hour ago. */
const stale = ({ called = 1800, connected = 1800, more = "" } = {}) =>
  staleProof(
    clusters.context(verify, clusters.supernode),
    "42",
    running(line(called, "[Fleet.ActivateNode] Activated node_id=42") + more),
    running(line(3000, "SuperNode ID: 42") + line(connected, "Connection successful after 1 s and 2 tries.")),
  )

test("an activation after both routers were started holds", async () => {
  expect(await stale()).toBeUndefined()
})

test.each(["superlink", "supernode-1"])(
  "the router of %s was restarted since: waited for, then unproven",
  async (name) => {
    const [cluster, pod] =
      name === "superlink" ? [clusters.superlink.admin, far] : [clusters.supernode.admin, near]
    await restartRouter(cluster, pod, { router: 40, adaptor: 3600, restarts: 1 })
    expect(await stale()).toMatchObject({
      state: "progressing",
      reason: expect.stringMatching(
        new RegExp(
          `^activation: node 42 has shown no connection since the router of ${name} was started \\(pod skupper-router-1-a, (?:39|40|41|42) s ago\\); Flower reconnects within 20 to 60 s`,
        ),
      ),
    })
    // A sign of either end is enough, also where only the other cluster's clock can tell.
    expect(await stale({ called: 20 })).toBeUndefined()
    expect(await stale({ connected: 20 })).toBeUndefined()
    await restartRouter(cluster, pod, { router: 400, adaptor: 3600, restarts: 1 })
    expect(await stale()).toMatchObject({
      state: "blocked",
      code: "unproven",
      next: "flower-runbook step deploy-supernode --site supernode-1 --rerun",
    })
    expect(await stale({ connected: 200 })).toBeUndefined()
  },
)

test("whoever may not read pods is not told of restarts", async () => {
  await restartRouter(clusters.supernode.admin, near, { router: 40, adaptor: 3600, restarts: 1 })
  await clusters.supernode.login("alice")
  expect(await stale()).toBeUndefined()
})

test("a node that called every three seconds and stopped is not active", async () => {
  const calls = (last: number) =>
    [12, 9, 6, 3, 0].map((before) => line(last + before, "[Fleet.PullMessages] node_id=42")).join("")
  expect(await stale({ more: calls(5) })).toBeUndefined()
  expect(await stale({ more: calls(75) })).toMatchObject({
    state: "progressing",
    reason: expect.stringMatching(
      /^activation: node 42 called the SuperLink every 3 s, and has not called for 7[4-7] s/,
    ),
  })
})

test("a node that was cut off soon after its start is known where each call is logged", () => {
  const brief = (last: number) => line(last, "[Fleet.ActivateNode] Activated node_id=43")
  expect(hasFallenSilent(brief(75), "43", Date.now(), logsCalls("1.39.0"))).toBe(true)
  expect(hasFallenSilent(brief(30), "43", Date.now(), logsCalls("1.39.0"))).toBe(false)
  // An activation is all there ever is of a node.
  expect(hasFallenSilent(brief(75), "43", Date.now(), logsCalls("1.40.0"))).toBe(false)
})
