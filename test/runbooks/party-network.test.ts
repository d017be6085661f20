/** A party's network: what the checks say of everything that can be there, on API servers without controllers. */
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import type { Step } from "../../lib/notebook/step.ts"
import { networkConnector, networkProject, networkSite } from "../../runbooks/party-network.ts"
import { FEDERATION, labels } from "../../runbooks/shared/labels.ts"
import siteCreate from "../../runbooks/site-create.ts"
import { tokenRedeem } from "../../runbooks/token-exchange.ts"
import {
  type Clusters,
  conditions,
  endpoints,
  type More,
  namespace,
  put,
  setStatus,
  skupper,
  startClusters,
} from "./clusters.ts"
import { foreign } from "./practice.ts"

const DEMO = "flower-openshift-demo"
const NODE = "flower-supernode-1"
const HUB = "net-st-marys"
const NAME = "fleet-api-st-marys"
const PER_PARTY: More = {
  inputs: { network: "per-party", networkProject: "net-{name}" },
  site: { networkName: "st-marys" },
}

let clusters: Clusters
beforeEach(async () => {
  clusters = await startClusters()
  for (const one of [clusters.superlink, clusters.supernode]) {
    await one.login()
    await one.admin.create(namespace(String(one.site.project)))
  }
})
afterEach(() => clusters.close())

const check = (step: Step, more: More = PER_PARTY) => clusters.check(step, clusters.supernode, more)
const west = (object: KubeObject) => put(clusters.superlink.admin, object)
const east = (object: KubeObject) => put(clusters.supernode.admin, object)
const hub = (more: object = {}) =>
  skupper("Site", HUB, HUB, {
    spec: { linkAccess: "default" },
    status: {
      endpoints: endpoints("net.example"),
      conditions: conditions({ Configured: "True", Ready: "True" }),
    },
    ...more,
  })
const link = (name: string, more: object = {}) =>
  skupper("Link", NODE, name, {
    spec: { cost: 1, endpoints: endpoints("a.example"), tlsCredentials: name },
    ...more,
  })
const own = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, labels: labels("trial") },
})

describe("network-project", () => {
  test("it does not exist, it exists", async () => {
    expect(await check(networkProject)).toMatchObject({
      state: "missing",
      reason: expect.stringContaining(`project ${HUB} does not exist on ${clusters.superlink.server.url}`),
      approval: `creates project ${HUB} on ${clusters.superlink.server.url}`,
    })
    await clusters.superlink.admin.create(namespace(HUB))
    expect(await check(networkProject)).toMatchObject({ state: "ready", reason: `project ${HUB} exists` })
  })

  test("it is named by the pattern; without a party, by the site", async () => {
    const { networkName: _, ...site } = PER_PARTY.site!
    const more = { site, inputs: { ...PER_PARTY.inputs, networkProject: "trial-{name}-net" } }
    expect(await check(networkProject, more)).toMatchObject({
      reason: expect.stringContaining("project trial-supernode-1-net does not exist"),
    })
  })

  test("who approves it reads that the site leaves the network that it is in", async () => {
    await east(own(link("old", { status: { remoteSiteId: "x", remoteSiteName: "superlink-interconnect" } })))
    expect(await check(networkProject)).toMatchObject({
      effects: [expect.stringContaining("its Link old is deleted before the new one is created")],
    })
  })
})

describe("network-site", () => {
  beforeEach(() => clusters.superlink.admin.create(namespace(HUB)))

  test("none, not ready, ready", async () => {
    expect(await check(networkSite)).toMatchObject({
      state: "missing",
      reason: `project ${HUB} has no Skupper site yet`,
    })
    const site = await west(
      hub({ status: { conditions: conditions({ Ready: ["False", "Pending", "Not Running"] }) } }),
    )
    expect(await check(networkSite)).toMatchObject({ state: "progressing" })
    await setStatus(clusters.superlink.admin, site, hub().status)
    expect(await check(networkSite)).toMatchObject({
      state: "ready",
      reason: expect.stringContaining("reachable for links at net.example:55671"),
    })
  })

  test("one without link access differs", async () => {
    await west(hub({ spec: {} }))
    expect(await check(networkSite)).toMatchObject({
      state: "drifted",
      fields: [{ field: "link access", found: "none", wanted: "default" }],
    })
  })

  test("one of another federation is not used", async () => {
    const other = hub()
    other.metadata.labels = { ...labels("other"), [FEDERATION]: "other" }
    await west(other)
    expect(await check(networkSite)).toMatchObject({
      state: "blocked",
      code: "in use",
      reason: `Site ${HUB} in ${HUB} belongs to the federation other: a network has one SuperLink`,
      next: expect.stringMatching(
        /^flower-runbook step network-project --site supernode-1 --network-project /,
      ),
    })
  })
})

describe("site-create at the SuperLink's site", () => {
  const superlink = (more: More) => clusters.check(siteCreate, clusters.superlink, more)

  test("has nothing to create, and names what the shared network has left", async () => {
    expect(await superlink({ inputs: PER_PARTY.inputs! })).toMatchObject({
      state: "ready",
      reason: `project ${DEMO} needs no Site: each party has a network of its own`,
    })
    await west(skupper("Site", DEMO, "superlink-interconnect"))
    expect(await superlink({ inputs: PER_PARTY.inputs! })).toMatchObject({
      state: "ready",
      reason: expect.stringContaining("Site superlink-interconnect of the shared network is still there"),
    })
    expect(await superlink({})).toMatchObject({ state: "drifted" })
  })
})

describe("network-connector", () => {
  beforeEach(() => clusters.superlink.admin.create(namespace(HUB)))
  const superlink = () =>
    west(
      foreign(DEMO, "superlink", { name: "superlink", image: "flwr/superlink:1.34.0", args: ["--insecure"] }),
    )
  const attached = (spec: object = {}, more: object = {}) =>
    skupper("AttachedConnector", DEMO, NAME, {
      spec: { siteNamespace: HUB, selector: "app=superlink", port: 9092, ...spec },
      ...more,
    })
  const binding = (spec: object = {}, more: object = {}) =>
    skupper("AttachedConnectorBinding", HUB, NAME, {
      spec: { connectorNamespace: DEMO, routingKey: "fleet-api", ...spec },
      ...more,
    })
  const configured = { status: { conditions: conditions({ Configured: "True" }) } }

  test("it waits for the SuperLink", async () => {
    expect(await check(networkConnector)).toMatchObject({
      state: "unknown",
      because: "missing",
      reason: `no Deployment superlink in ${DEMO}`,
    })
  })

  test("one end after the other is missing", async () => {
    await superlink()
    expect(await check(networkConnector)).toMatchObject({
      state: "missing",
      reason: `no AttachedConnector ${NAME} in ${DEMO}`,
    })
    await west(attached({}, configured))
    expect(await check(networkConnector)).toMatchObject({
      state: "missing",
      reason: `no AttachedConnectorBinding ${NAME} in ${HUB}`,
    })
  })

  test("what differs is named", async () => {
    await superlink()
    await west(attached({ siteNamespace: "net-else", selector: "app=else", port: 1 }, configured))
    await west(binding({ connectorNamespace: "else", routingKey: "else" }, configured))
    expect(await check(networkConnector)).toMatchObject({
      state: "drifted",
      fields: [
        { field: `site namespace of AttachedConnector ${NAME}`, found: "net-else", wanted: HUB },
        { field: `selector of AttachedConnector ${NAME}`, found: "app=else", wanted: "app=superlink" },
        { field: `port of AttachedConnector ${NAME}`, found: "1", wanted: "9092" },
        { field: `connector namespace of AttachedConnectorBinding ${NAME}`, found: "else", wanted: DEMO },
        { field: `routing key of AttachedConnectorBinding ${NAME}`, found: "else", wanted: "fleet-api" },
      ],
    })
  })

  test("Skupper has not joined them, has joined them, they are matched", async () => {
    await superlink()
    const words = "No matching AttachedConnectorBinding in site namespace"
    const one = await west(
      attached({}, { status: { conditions: conditions({ Configured: ["False", "Error", words] }) } }),
    )
    const other = await west(binding({}, configured))
    expect(await check(networkConnector)).toMatchObject({
      state: "progressing",
      reason: `AttachedConnector ${NAME}: ${words}`,
    })
    await setStatus(clusters.superlink.admin, one, configured.status)
    expect(await check(networkConnector)).toMatchObject({
      state: "ready",
      adopted: true,
      reason: `AttachedConnector ${NAME} leads project ${HUB} to the SuperLink, not matched yet; it existed before`,
    })
    await setStatus(clusters.superlink.admin, other, {
      conditions: conditions({ Configured: "True", Matched: "True" }),
    })
    expect(await check(networkConnector)).toMatchObject({
      reason: expect.stringContaining("SuperLink, matched;"),
    })
  })
})

describe("token-redeem keeps a site in one network", () => {
  const other = {
    status: {
      remoteSiteId: "else",
      remoteSiteName: "theirs",
      conditions: conditions({ Operational: "True" }),
    },
  }
  const shared = (network: object[] = []) =>
    west(
      skupper("Site", DEMO, "superlink-interconnect", {
        status: { endpoints: endpoints("a.example"), network },
      }),
    )

  test("with a Link into another network it is blocked, in the shared network too", async () => {
    await shared()
    await clusters.superlink.admin.create(namespace(HUB))
    await west(hub())
    await east(link("theirs", { ...other, spec: { endpoints: endpoints("b.example") } }))
    for (const [more, name] of [
      [{}, "superlink-interconnect"],
      [PER_PARTY, HUB],
    ] as const) {
      expect(await check(tokenRedeem, more)).toMatchObject({
        state: "blocked",
        code: "two networks",
        reason: `Link theirs of supernode-1 leads to Site theirs, in another application network than Site ${name}: with Links into both, the two networks would become one`,
        next: `skupper link delete theirs -n ${NODE}`,
      })
    }
  })

  test("a Link that is not up yet names its address", async () => {
    await shared()
    await east(link("theirs", { spec: { endpoints: endpoints("b.example") } }))
    expect(await check(tokenRedeem, {})).toMatchObject({
      state: "blocked",
      reason: expect.stringContaining("leads to b.example:55671, in another application network"),
    })
  })

  test("a Link to another site of the same shared network joins nothing", async () => {
    await shared([{ id: "else", name: "theirs" }])
    await east(link("theirs", { ...other, spec: { endpoints: endpoints("b.example") } }))
    expect(await check(tokenRedeem, {})).toMatchObject({ state: "missing" })
  })

  test("its own Link into the shared network is deleted first", async () => {
    await clusters.superlink.admin.create(namespace(HUB))
    await west(hub())
    await east(own(link("old", { status: { remoteSiteId: "x", remoteSiteName: "superlink-interconnect" } })))
    expect(await check(tokenRedeem)).toMatchObject({
      state: "drifted",
      fields: [{ field: "application network", found: "superlink-interconnect", wanted: HUB }],
      reason: `Link old leads into the network of Site superlink-interconnect; it is deleted before this site joins that of ${HUB}`,
      effects: ["deletes Link old: the SuperNode is not connected until the new Link is up"],
    })
  })
})
