/** The cluster client on the practice API server, as steps and controllers use it. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { openCluster } from "../../lib/cluster/index.ts"
import { passwordLogin } from "../../lib/cluster/oauth.ts"
import type { Cluster } from "../../lib/cluster/types.ts"
import { startApiServer } from "../../lib/practice/apiserver/index.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { createFaultTable } from "../../lib/practice/faults.ts"
import type { ApiServer } from "../../lib/practice/types/apiserver.ts"

const faults = createFaultTable()
let server: ApiServer
let admin: Cluster
let alice: Cluster
const never = new AbortController().signal
const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "p" },
  data,
})
const ref = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", name, namespace: "p" })

beforeAll(async () => {
  server = await startApiServer({
    name: "west",
    users: [
      { name: "admin", token: "admin-token", groups: [], admin: true },
      { name: "alice", token: "alice-token", password: "alice-password", groups: [], admin: false },
    ],
    ca: await createAuthority("practice"),
    faults,
  })
  const at = (token: string) =>
    openCluster({ fieldManager: "test", server: server.url, ca: server.ca.certificate, token })
  admin = at("admin-token")
  alice = at("alice-token")
  await admin.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "p" } })
})
afterAll(async () => {
  await admin.close()
  await alice.close()
  await server.close()
})

test("objects are created, applied, changed, replaced and removed", async () => {
  const made = await admin.create(configMap("c", { a: "1" }))
  expect(made.metadata.uid).toBeTruthy()
  await expect(admin.create(configMap("c"))).rejects.toMatchObject({ code: 409, reason: "AlreadyExists" })
  await admin.apply(configMap("c", { a: "2", b: "1" }))
  const merged = await admin.merge(ref("c"), { metadata: { labels: { x: "y" } } })
  expect(merged).toMatchObject({ data: { a: "2", b: "1" }, metadata: { labels: { x: "y" } } })
  await expect(admin.replace(made)).rejects.toMatchObject({ code: 409, reason: "Conflict" })
  expect(
    await admin.list({ apiVersion: "v1", kind: "ConfigMap", namespace: "p", labels: "x=y" }),
  ).toMatchObject([{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } }])
  expect(await admin.remove(ref("c"))).toBe(true)
  expect(await admin.remove(ref("c"))).toBe(false)
  expect(await admin.get(ref("c"))).toBeUndefined()
})

test("the user, the rights, the served kinds", async () => {
  expect(await alice.whoami()).toBe("alice")
  expect(await alice.allowed({ verb: "create", resource: "configmaps", namespace: "p" })).toBe(false)
  expect(await admin.allowed({ verb: "create", resource: "configmaps", namespace: "p" })).toBe(true)
  expect(Math.abs((await alice.now()) - Date.now())).toBeLessThan(2_000)
  expect(await alice.version()).toMatch(/^v1\./)
  expect(await alice.serves("v1", "ConfigMap")).toBe(true)
  expect(await alice.serves("skupper.io/v2alpha1", "Site")).toBe(false)
  await expect(alice.create(configMap("d"))).rejects.toMatchObject({
    result: {
      state: "blocked",
      code: "forbidden",
      reason: expect.stringContaining('User "alice" cannot create'),
    },
  })
  const token = await passwordLogin({
    server: server.url,
    ca: server.ca.certificate,
    username: "alice",
    agent: "test",
    password: "alice-password",
  })
  const again = openCluster({ fieldManager: "test", server: server.url, ca: server.ca.certificate, token })
  expect(await again.whoami()).toBe("alice")
  await again.close()
})

test.each(["cut", "gone", "reset", "503"])("an observation survives: %s", async (what) => {
  await admin.remove(ref("o"))
  const observed = admin.observe()
  expect(await observed.reader.get(ref("o"))).toBeUndefined()
  faults.set([{ where: "api", match: "watch=", what, times: 3 }])
  for (let i = 0; i < 5; i++) {
    await admin.apply(configMap("o", { i: String(i) }))
    const limit = AbortSignal.timeout(10_000)
    while ((await observed.reader.get(ref("o")).catch(() => undefined))?.data?.i !== String(i)) {
      await observed.changed(limit)
      limit.throwIfAborted()
    }
  }
  faults.set([])
  observed.close()
})

test("a user who may not list namespaces still sees the own one", async () => {
  await alice.create({
    apiVersion: "project.openshift.io/v1",
    kind: "ProjectRequest",
    metadata: { name: "mine" },
  })
  const observed = alice.observe()
  const project = { apiVersion: "project.openshift.io/v1", kind: "Project", name: "mine" }
  expect(await observed.reader.get(project)).toMatchObject({ status: { phase: "Active" } })
  expect(await observed.reader.get({ apiVersion: "v1", kind: "Namespace", name: "mine" })).toBeDefined()
  observed.close()
})

test("a wait sees that the login expires", async () => {
  const observed = alice.observe()
  await observed.reader.list({ apiVersion: "v1", kind: "ConfigMap", namespace: "mine" })
  faults.set([
    { where: "api", match: "watch=", what: "cut", times: 1 },
    { where: "api", what: "unauthorized" },
  ])
  await observed.changed(never)
  await expect(
    observed.reader.list({ apiVersion: "v1", kind: "ConfigMap", namespace: "mine" }),
  ).rejects.toMatchObject({
    result: { state: "unknown", because: "login" },
  })
  faults.set([])
  observed.close()
})
