import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import linkStatus from "../../runbooks/link-status.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import {
  type Clusters,
  conditions,
  endpoints,
  namespace,
  put,
  setStatus,
  skupper,
  startClusters,
} from "./clusters.ts"

const HUB = "flower-openshift-demo"
const NODE = "flower-supernode-1"

let clusters: Clusters
let site: KubeObject
beforeEach(async () => {
  clusters = await startClusters()
  for (const one of [clusters.superlink, clusters.supernode]) {
    await one.login()
    await one.admin.create(namespace(String(one.site.project)))
  }
  site = await put(clusters.superlink.admin, skupper("Site", HUB, "superlink-interconnect"))
})
afterEach(() => clusters.close())

const check = () => clusters.check(linkStatus, clusters.supernode)
const link = (status?: object, host = "127.0.0.1"): Promise<KubeObject> =>
  put(
    clusters.supernode.admin,
    skupper("Link", NODE, "west", {
      metadata: { name: "west", namespace: NODE, labels: labels("trial") },
      spec: { cost: 1, endpoints: endpoints(host) },
      ...(status && { status }),
    }),
  )
const current = async (): Promise<KubeObject> =>
  (
    await clusters.supernode.admin.list({ apiVersion: "skupper.io/v2alpha1", kind: "Link", namespace: NODE })
  )[0]!
const down = {
  conditions: conditions({ Configured: "True", Ready: ["False", "Pending", "Not Operational"] }),
  message: "Not Operational",
}

test("no Link", async () => {
  expect(await check()).toMatchObject({
    state: "blocked",
    next: "flower-runbook step token-redeem --site supernode-1",
  })
})

test("up", async () => {
  await link({
    conditions: conditions({ Configured: "True", Operational: "True", Ready: "True" }),
    remoteSiteId: site.metadata.uid,
    remoteSiteName: "superlink-interconnect",
  })
  expect(await check()).toMatchObject({ state: "ready", reason: "Link west to superlink-interconnect is up" })
})

test("a second Link, dead since its router is gone, does not disturb, and is said", async () => {
  const meta = (name: string) => ({ name, namespace: NODE, labels: labels("trial") })
  const spec = { cost: 1, endpoints: endpoints("127.0.0.1") }
  const gone = { ...down, remoteSiteId: site.metadata.uid, remoteSiteName: "superlink-interconnect" }
  await put(
    clusters.supernode.admin,
    skupper("Link", NODE, "a-dead-one", { metadata: meta("a-dead-one"), spec, status: gone }),
  )
  await link({
    conditions: conditions({ Configured: "True", Operational: "True", Ready: "True" }),
    remoteSiteId: site.metadata.uid,
    remoteSiteName: "superlink-interconnect",
  })
  expect(await check()).toMatchObject({
    state: "ready",
    reason: "Link west to superlink-interconnect is up; a-dead-one beside it is not up, which does no harm",
  })
})

test("not up yet: the reason, and what it connects to", async () => {
  await link(down)
  expect(await check()).toMatchObject({
    state: "progressing",
    reason: "Link west: Not Operational; it connects to 127.0.0.1:55671",
  })
})

test("a link that was up: since when it is down", async () => {
  const [ready, operational] = conditions({
    Ready: ["False", "Pending", "Not operational"],
    Operational: ["False", "Pending", "Not operational"],
  }) as { lastTransitionTime: string }[]
  const [configured] = conditions({ Configured: "True" })
  await link({ conditions: [configured, ready, operational], message: "Not operational" })
  expect(await check()).toMatchObject({
    state: "progressing",
    reason: `Link west: Not operational since ${operational!.lastTransitionTime}; it connects to 127.0.0.1:55671`,
  })
})

test("a name that does not resolve from here is reported", async () => {
  await link(down, "no-such-host.invalid")
  expect(await check()).toMatchObject({
    state: "progressing",
    reason:
      "Link west: Not Operational; it connects to no-such-host.invalid:55671 (does not resolve from here yet)",
  })
})

test("a Link that gets no status is touched after a second, and that is reported", async () => {
  await link()
  expect(await check()).toMatchObject({ state: "missing" })
  const before = performance.now()
  await linkStatus.apply!(clusters.context(linkStatus, clusters.supernode))
  expect(performance.now() - before).toBeGreaterThan(900)
  expect((await current()).metadata.annotations).toHaveProperty("flower-runbook/nudged")
  expect(clusters.notes.join()).toContain("no status after 1 s")
  expect(await check()).toMatchObject({
    state: "progressing",
    reason: expect.stringContaining("has not processed it yet"),
  })
})

test("a Link that gets its status in time is not touched", async () => {
  // The second in which it is waited for does not pass.
  const clock = vi.spyOn(AbortSignal, "timeout").mockReturnValue(new AbortController().signal)
  onTestFinished(() => clock.mockRestore())
  const made = await link()
  const applied = linkStatus.apply!(clusters.context(linkStatus, clusters.supernode))
  const watches = ({ path }: { path: string }) => path.includes("/links") && path.includes("watch=")
  await vi.waitFor(() => expect(clusters.supernode.server.requests.some(watches)).toBe(true), {
    interval: 5,
    timeout: 10_000,
  })
  await setStatus(clusters.supernode.admin, made, down)
  await applied
  expect((await current()).metadata.annotations).toBeUndefined()
})
