/** Kinds that are the same everywhere cost no discovery, and whether a server serves them is known all the same. */
import { afterEach, expect, test } from "vitest"
import { type OpenCluster, openCluster } from "../../lib/cluster/index.ts"
import { USUAL_KINDS } from "../../lib/cluster/usual-kinds.ts"
import { startApiServer } from "../../lib/practice/apiserver/index.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { createFaultTable } from "../../lib/practice/faults.ts"
import { skupperCrds } from "../../lib/practice/skupper-crds.ts"
import { type Handler, json, type Server, serve, status } from "./server.ts"

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

const SKUPPER = "skupper.io/v2alpha1"
const sites = { apiVersion: SKUPPER, kind: "Site", namespace: "ns" }
const site = { ...sites, name: "a" }
const object = { apiVersion: SKUPPER, kind: "Site", metadata: { name: "a", namespace: "ns" } }
const resources = [{ name: "sites", kind: "Site", namespaced: true, verbs: ["list", "watch"] }]

async function played(handle: Handler): Promise<{ server: Server; cluster: OpenCluster }> {
  const server = await serve(handle)
  const cluster = openCluster({ fieldManager: "test", server: server.url, ca: server.ca, token: "a-token" })
  open.push(server, cluster)
  return { server, cluster }
}

const notServed = {
  name: "CheckError",
  result: expect.objectContaining({
    because: "missing",
    reason: expect.stringContaining("does not serve Site (skupper.io/v2alpha1)"),
  }),
}

test("the table says what a server says", async () => {
  const ca = await createAuthority("one")
  const users = [{ name: "admin", token: "admin-token", groups: ["system:masters"], admin: true }]
  const server = await startApiServer({ name: "one", users, ca, faults: createFaultTable() })
  const cluster = openCluster({
    fieldManager: "test",
    server: server.url,
    ca: ca.certificate,
    token: "admin-token",
  })
  open.push(server, cluster)
  for (const definition of skupperCrds()) await cluster.create(definition)
  const before = server.requests.length
  // Cluster-wide kinds have no namespace, whatever is asked.
  for (const kind of USUAL_KINDS) await cluster.list({ ...kind, namespace: "default" })
  const asked = server.requests.slice(before).map(({ path }) => path)
  expect(asked).toHaveLength(USUAL_KINDS.length)
  expect(asked.filter((path) => !path.includes("limit="))).toEqual([])
})

test("what has answered is served: nobody asks again", async () => {
  const { server, cluster } = await played((_, response) =>
    status(response, 404, "NotFound", 'sites.skupper.io "a" not found'),
  )
  expect(await cluster.get(site)).toBeUndefined()
  expect(await cluster.serves(SKUPPER, "Site")).toBe(true)
  expect(server.asked.map(({ path }) => path)).toEqual(["/apis/skupper.io/v2alpha1/namespaces/ns/sites/a"])
})

test.each([
  ["a path that nothing serves", undefined],
  ["rights that are asked for before the path", 403],
])("a kind that is not served is unknown, by %s", async (_, code) => {
  let served = false
  const { server, cluster } = await played(({ path }, response) => {
    if (path === "/apis/skupper.io/v2alpha1") return served ? json(response, 200, { resources }) : undefined
    if (served) return json(response, 200, { metadata: { name: "a" }, items: [] })
    return code === undefined
      ? undefined
      : status(response, code, "Forbidden", 'User "u" cannot list resource "sites"')
  })
  await expect(cluster.list(sites)).rejects.toMatchObject(notServed)
  // It was asked for by now, so that nothing else is.
  const before = server.asked.length
  await expect(cluster.get(site)).rejects.toMatchObject(notServed)
  expect(server.asked.slice(before).map(({ path }) => path)).toEqual(["/apis/skupper.io/v2alpha1"])
  served = true
  expect(await cluster.list(sites)).toEqual([])
})

test.each([
  ["create", (cluster: OpenCluster) => cluster.create(object)],
  ["apply", (cluster: OpenCluster) => cluster.apply(object)],
  ["merge", (cluster: OpenCluster) => cluster.merge(site, {})],
  ["remove", (cluster: OpenCluster) => cluster.remove(site)],
  ["dryRun", (cluster: OpenCluster) => cluster.dryRun(object)],
] as const)("a write of a kind that is not served is unknown: %s", async (_, write) => {
  const { cluster } = await played(() => undefined)
  await expect(write(cluster)).rejects.toMatchObject(notServed)
})

test("who may not read a kind that is served is told so", async () => {
  const { cluster } = await played(({ path }, response) =>
    path === "/apis/skupper.io/v2alpha1"
      ? json(response, 200, { resources })
      : status(response, 403, "Forbidden", 'User "u" cannot list resource "sites"'),
  )
  await expect(cluster.list(sites)).rejects.toMatchObject({ result: { state: "blocked", code: "forbidden" } })
})
