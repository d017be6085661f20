/**
 * What a watch sees of each kind, in order, as measured with Skupper's controller 2.1.4 and 2.2.1 on a real API server.
 * Delays are short; the order is that of a real cluster.
 */
import { beforeAll, expect, test } from "vitest"
import type { Cluster } from "../../../lib/cluster/types.ts"
import {
  CSV,
  conditionsOf,
  deployment,
  install,
  is,
  issue,
  namespace,
  OLM,
  record,
  ref,
  SKUPPER,
  site,
  skupper,
  start,
  until,
} from "./clusters.ts"

let west: Cluster
let east: Cluster
const phases: unknown[] = []

beforeAll(async () => {
  const { worlds } = await start({ names: ["west", "east"], delays: "short" })
  west = worlds[0]!.cluster
  east = worlds[1]!.cluster
  const { name, ...csvs } = CSV
  const csv = record(west, { ...csvs, fields: `metadata.name=${name}` }, (it) => it.status?.phase ?? "")
  await Promise.all([install(west), install(east)])
  csv.end()
  phases.push(...csv.seen)
  await namespace(west, "west")
})

test("the operator", async () => {
  expect(phases).toEqual(["", "Pending", "InstallReady", "Installing", "Succeeded"])
  const subscription = await until(
    west,
    { apiVersion: OLM, kind: "Subscription", name: "skupper-operator", namespace: "openshift-operators" },
    (it) => it?.status?.state === "AtLatestKnown",
  )
  expect(subscription.status).toMatchObject({ installedCSV: CSV.name, currentCSV: CSV.name })
  const copy = await until(west, { ...CSV, namespace: "west" }, (it) => it?.status?.phase === "Succeeded")
  expect(copy.status.reason).toBe("Copied")
  expect(copy.metadata.labels).toMatchObject({ "olm.copiedFrom": "openshift-operators" })
})

test("a site with link access", async () => {
  const watched = record(west, { apiVersion: SKUPPER, kind: "Site", namespace: "west" }, (it) =>
    [it.status?.status ?? "", ...conditionsOf(it).split(", ")].map((one) =>
      one.replace(/skupper-router-\S+/, "POD"),
    ),
  )
  await west.create(skupper("Site", "west", "west", { linkAccess: "default" }))
  const ready = await until(
    west,
    ref("Site", "west", "west"),
    (it) => is("Ready")(it) && it?.status?.sitesInNetwork !== undefined,
  )
  await expect.poll(() => watched.seen.at(-1)?.[0]).toBe("Ready")
  watched.end()
  expect(watched.seen[0]).toEqual(["", ""])
  expect(watched.seen[1]).toEqual(["Pending", "Configured=True OK", "Ready=False Not Running"])
  expect(watched.seen.some((it) => it.includes("Resolved=False Pending"))).toBe(true)
  expect(watched.seen.at(-1)).toEqual([
    "Ready",
    "Configured=True OK",
    "Ready=True OK",
    "Resolved=True OK",
    "Running=True OK",
  ])
  const inter = ready.status.endpoints.find((it: { name: string }) => it.name === "inter-router")
  expect(inter).toMatchObject({ port: "443", group: "skupper-router" })
  expect(inter.host).toBe("skupper-router-inter-router-west.apps.west.practice.test")
  expect(ready.status).toMatchObject({
    defaultIssuer: "skupper-site-ca",
    controller: { name: "skupper-controller", namespace: "openshift-operators", version: "2.2.1" },
    sitesInNetwork: 1,
  })
})

test("a second site of a namespace", async () => {
  await west.create(skupper("Site", "west", "another"))
  const wrong = await until(west, ref("Site", "west", "another"), (it) => it?.status?.status === "Error")
  expect(wrong.status.message).toBe("An active site already exists in the namespace (west)")
  await west.remove(ref("Site", "west", "another"))
})

test("a site without link access", async () => {
  const ready = await site(east, "east")
  expect(conditionsOf(ready)).toBe("Configured=True OK, Ready=True OK, Running=True OK")
  expect(ready.status.endpoints).toBeUndefined()
})

test("grant, token, link", async () => {
  const watchAll = (kind: string, cluster: Cluster) =>
    record(cluster, { apiVersion: SKUPPER, kind }, (it) => `${it.status?.status ?? ""}: ${conditionsOf(it)}`)
  const grants = watchAll("AccessGrant", west)
  const tokens = watchAll("AccessToken", east)
  const links = watchAll("Link", east)
  const token = await issue(west, "west", "token")
  expect(token.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/[\da-f-]{36}$/)
  expect(token.code).toMatch(/^[A-Za-z0-9]{24}$/)
  await east.create(skupper("AccessToken", "east", "token", { ...token, linkCost: 1 }))
  const up = await until(east, ref("Link", "east", "token"), is("Ready"))
  await expect.poll(() => links.seen.length).toBe(3)
  for (const it of [grants, tokens, links]) it.end()
  expect(grants.seen).toEqual([": ", "Ready: Processed=True OK, Ready=True OK, Resolved=True OK"])
  expect(tokens.seen).toEqual([": ", "Ready: Redeemed=True OK"])
  expect(links.seen).toEqual([
    ": ",
    "Pending: Configured=True OK, Ready=False Not Operational",
    "Ready: Configured=True OK, Ready=True OK, Operational=True OK",
  ])
  const [west1, east1] = [
    await west.get(ref("Site", "west", "west")),
    await east.get(ref("Site", "east", "east")),
  ]
  expect(up.status).toMatchObject({ remoteSiteId: west1!.metadata.uid, remoteSiteName: "west" })
  expect(up.metadata.ownerReferences?.[0]).toMatchObject({ kind: "Site", uid: east1!.metadata.uid })
  expect(up.spec).toMatchObject({ cost: 1, tlsCredentials: "token" })
  await until(east, ref("Site", "east", "east"), (it) => it?.status?.sitesInNetwork === 2)
})

test("connector and listener", async () => {
  const note = (it: object) => conditionsOf(it as never)
  const connectors = record(west, { apiVersion: SKUPPER, kind: "Connector" }, note)
  const listeners = record(east, { apiVersion: SKUPPER, kind: "Listener" }, note)
  await east.create(skupper("Listener", "east", "api", { routingKey: "api", host: "api", port: 9092 }))
  const service = await until(east, ref("Service", "east", "api"), (it) => it !== undefined)
  expect(service.spec).toMatchObject({
    ports: [{ port: 9092, targetPort: 1024 }],
    selector: { "skupper.io/component": "router" },
  })
  await west.create(
    skupper("Connector", "west", "api", { routingKey: "api", port: 9092, selector: "app=app" }),
  )
  await until(east, ref("Listener", "east", "api"), is("Configured"))
  const unmatched = await west.get(ref("Connector", "west", "api"))
  expect(unmatched!.status).toBeUndefined()

  await west.create(deployment("app", "west", "example/app:1"))
  await until(west, ref("Connector", "west", "api"), is("Ready"))
  await until(east, ref("Listener", "east", "api"), is("Ready"))
  for (const it of [connectors, listeners]) it.end()
  expect(connectors.seen).toEqual([
    "",
    "Configured=False No matches for selector, Ready=False No matches for selector",
    "Configured=True OK, Ready=False Not Matched",
    "Configured=True OK, Ready=True OK, Matched=True OK",
  ])
  expect(listeners.seen).toEqual([
    "",
    "Configured=True OK, Ready=False Not Matched",
    "Configured=True OK, Ready=True OK, Matched=True OK",
  ])
  expect((await east.get(ref("Listener", "east", "api")))!.status.hasMatchingConnector).toBe(true)
})

test("a listener whose Service is somebody else's", async () => {
  await east.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "mine", namespace: "east" },
    spec: { ports: [{ port: 1 }] },
  })
  await east.create(skupper("Listener", "east", "other", { routingKey: "x", host: "mine", port: 1 }))
  const wrong = await until(east, ref("Listener", "east", "other"), (it) => it?.status?.status === "Error")
  expect(wrong.status.message).toBe("Service mine already exists in namespace")
})

test("without a site", async () => {
  await namespace(east, "empty")
  await east.create(skupper("Listener", "empty", "api", { routingKey: "api", host: "api", port: 1 }))
  const wrong = await until(east, ref("Listener", "empty", "api"), (it) => it?.status?.status === "Error")
  expect(wrong.status.message).toBe("No active site in namespace")
})

test("deleting a site takes what it led to", async () => {
  await east.remove(ref("Site", "east", "east"))
  await until(east, ref("Deployment", "east", "skupper-router"), (it) => it === undefined)
  await until(east, ref("Service", "east", "api"), (it) => it === undefined)
  await until(east, ref("Link", "east", "token"), (it) => it === undefined)
  const token = await until(east, ref("AccessToken", "east", "token"), (it) => it?.status?.status === "Error")
  expect(token.status.message).toBe("Already redeemed for a deleted site")
  const other = await until(west, ref("Connector", "west", "api"), (it) => !is("Ready")(it))
  expect(other.status.message).toBe("No matching listeners")
})
