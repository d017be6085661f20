/** Statuses that Skupper's controllers write late or lose: as measured with 2.1.4 and 2.2.1 (test/real/cluster/skupper-controller.test.ts). */
import { setTimeout as delay } from "node:timers/promises"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import linkStatus from "../../runbooks/link-status.ts"
import listener from "../../runbooks/listener.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import siteCreate from "../../runbooks/site-create.ts"
import { tokenRedeem } from "../../runbooks/token-exchange.ts"
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
const READY = conditions({ Configured: "True", Ready: "True", Resolved: "True", Running: "True" })
const NOT_UP = conditions({ Configured: "True", Ready: ["False", "Pending", "Not Operational"] })

let clusters: Clusters
beforeEach(async () => {
  clusters = await startClusters()
  for (const one of [clusters.superlink, clusters.supernode]) {
    await one.login()
    await one.admin.create(namespace(String(one.site.project)))
  }
})
afterEach(() => clusters.close())

const hub = (host: string): Promise<KubeObject> =>
  put(
    clusters.superlink.admin,
    skupper("Site", HUB, "superlink-interconnect", {
      spec: { linkAccess: "loadbalancer" },
      status: { conditions: READY, endpoints: endpoints(host) },
    }),
  )
const link = (host: string): Promise<KubeObject> =>
  put(
    clusters.supernode.admin,
    skupper("Link", NODE, "west", {
      metadata: { name: "west", namespace: NODE, labels: labels("trial") },
      spec: { cost: 1, endpoints: endpoints(host) },
      status: { conditions: NOT_UP, message: "Not Operational" },
    }),
  )

test("a Site whose link access was changed stays Ready with its previous addresses", async () => {
  await hub("old.example")
  const access = await put(
    clusters.superlink.admin,
    skupper("SecuredAccess", HUB, "skupper-router", {
      spec: { accessType: "nodeport", selector: {}, ports: [] },
      status: { conditions: READY, endpoints: endpoints("old.example") },
    }),
  )
  const wanted = { site: { linkAccessType: "loadbalancer" } }
  const stale = {
    state: "progressing",
    reason: expect.stringMatching(/still has the addresses of its previous link access/),
  }
  const check = () => clusters.check(siteCreate, clusters.superlink, wanted)
  expect(await check()).toMatchObject(stale)
  await clusters.superlink.admin.merge(
    { apiVersion: access.apiVersion, kind: access.kind, name: "skupper-router", namespace: HUB },
    { spec: { accessType: "loadbalancer" } },
  )
  await setStatus(clusters.superlink.admin, access, {
    conditions: READY,
    endpoints: endpoints("new.example"),
  })
  expect(await check()).toMatchObject(stale)
  const [site] = await clusters.superlink.admin.list({
    apiVersion: access.apiVersion,
    kind: "Site",
    namespace: HUB,
  })
  await setStatus(clusters.superlink.admin, site!, { conditions: READY, endpoints: endpoints("new.example") })
  expect(await check()).toMatchObject({ state: "ready", reason: expect.stringMatching(/new\.example/) })
})

test("a Link of this federation to a former address of the Site is created again", async () => {
  await hub("new.example")
  await link("old.example")
  expect(await clusters.check(tokenRedeem, clusters.supernode)).toMatchObject({
    state: "drifted",
    fields: [{ field: "address", found: "old.example:55671", wanted: "new.example:55671" }],
  })
})

test("a Link that lost its condition is up if its router says so", async () => {
  await hub("here.example")
  await link("here.example")
  const own = await put(clusters.supernode.admin, skupper("Site", NODE, "east"))
  const check = () => clusters.check(linkStatus, clusters.supernode)
  const knows = (operational: boolean) =>
    setStatus(clusters.supernode.admin, own, {
      conditions: READY,
      network: [
        {
          id: own.metadata.uid,
          links: [{ name: "west", operational, remoteSiteName: "superlink-interconnect" }],
        },
      ],
    })
  await knows(false)
  expect(await check()).toMatchObject({ state: "progressing" })
  await knows(true)
  expect(await check()).toMatchObject({ state: "ready", reason: "Link west to superlink-interconnect is up" })
})

test("a Link that stays Ready although its router has no connection is doubted", async () => {
  await hub("here.example")
  const made = await link("here.example")
  await setStatus(clusters.supernode.admin, made, {
    conditions: conditions({ Configured: "True", Operational: "True", Ready: "True" }),
    status: "Ready",
    message: "OK",
    remoteSiteName: "superlink-interconnect",
  })
  const own = await put(clusters.supernode.admin, skupper("Site", NODE, "east"))
  const check = () => clusters.check(linkStatus, clusters.supernode)
  const knows = (record?: object) =>
    setStatus(clusters.supernode.admin, own, {
      conditions: READY,
      network: record === undefined ? [] : [{ id: own.metadata.uid, ...record }],
    })
  const up = { state: "ready", reason: "Link west to superlink-interconnect is up" }
  const doubted = (what: string) => ({
    state: "progressing",
    reason: expect.stringContaining(
      `Link west: its status is Ready, but the router of its own site does not list it${what}; it connects to here.example:55671`,
    ),
  })
  // As long as no router has written anything, the Link's own status counts.
  expect(await check()).toMatchObject(up)
  await knows({ links: [{ name: "west", operational: true }] })
  expect(await check()).toMatchObject(up)
  // As Skupper 2.2.1 writes it for a link that is down.
  await knows({ links: [{ name: "west", remoteSiteName: "superlink-interconnect" }] })
  expect(await check()).toMatchObject(doubted(" as operational"))
  await knows({})
  expect(await check()).toMatchObject(doubted(""))
  await knows()
  expect(await check()).toMatchObject(doubted(""))
})

test("a Listener is not written before its first status", async () => {
  const { admin } = clusters.supernode
  const spec = { routingKey: "fleet-api", host: "fleet-api", port: 9092 }
  const made = await put(admin, skupper("Listener", NODE, "fleet-api", { spec }))
  const taken = Promise.resolve(listener.takeOwnership!(clusters.context(listener, clusters.supernode)))
  // Far longer than takeOwnership takes otherwise: it waits.
  const first = await Promise.race([taken.then(() => "taken"), delay(500).then(() => "waits")])
  expect(first).toBe("waits")
  await setStatus(admin, made, { conditions: conditions({ Configured: "True" }) })
  await taken
  const [now] = await admin.list({ apiVersion: made.apiVersion, kind: "Listener", namespace: NODE })
  expect(now?.metadata.labels).toEqual(labels("trial"))
})
