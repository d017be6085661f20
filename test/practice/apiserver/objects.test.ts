/** What writes do, as a client sees it over HTTPS. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { skupperCrds } from "../../../lib/practice/skupper-crds.ts"
import { configMap, deployment, NAMESPACE, namespace, type Setup, setup } from "./harness.ts"

let west: Setup
beforeAll(async () => {
  west = await setup()
  await west.admin("POST", "/api/v1/namespaces", namespace("p"))
  for (const crd of skupperCrds()) {
    await west.system("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
  }
})
afterAll(() => west.close())

const MAPS = `${NAMESPACE}/configmaps`
const DEPLOYMENTS = "/apis/apps/v1/namespaces/p/deployments"
const SITES = "/apis/skupper.io/v2alpha1/namespaces/p/sites"
const site = (name: string, spec: object = {}) => ({
  apiVersion: "skupper.io/v2alpha1",
  kind: "Site",
  metadata: { name },
  spec,
})

test("a created object has uid, time, resourceVersion; another of its name is 409", async () => {
  const made = await west.admin("POST", MAPS, configMap("a", { x: "1" }))
  expect(made.status).toBe(201)
  expect(made.body.metadata).toMatchObject({
    name: "a",
    namespace: "p",
    uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  expect(made.body.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  expect(made.headers.date).toBeDefined()
  const again = await west.admin("POST", MAPS, configMap("a"))
  expect(again.body).toMatchObject({
    kind: "Status",
    reason: "AlreadyExists",
    code: 409,
    message: 'configmaps "a" already exists',
    details: { name: "a", kind: "configmaps" },
  })
  const got = await west.admin("GET", `${MAPS}/a`)
  expect(got.body).toEqual(made.body)
  const missing = await west.admin("GET", `${MAPS}/nope`)
  expect(missing.body).toMatchObject({
    code: 404,
    reason: "NotFound",
    message: 'configmaps "nope" not found',
  })
})

test("generateName makes a name; no name at all is refused", async () => {
  const made = await west.admin("POST", MAPS, { ...configMap(""), metadata: { generateName: "gen-" } })
  expect(made.body.metadata.name).toMatch(/^gen-[a-z0-9]{5}$/)
  const token = { apiVersion: "skupper.io/v2alpha1", kind: "AccessToken", metadata: {}, spec: {} }
  const refused = await west.admin("POST", SITES.replace("sites", "accesstokens"), token)
  expect(refused.status).toBe(422)
  expect(refused.body.message).toBe(
    'AccessToken.skupper.io "" is invalid: metadata.name: Required value: name or generateName is required',
  )
})

test("a stale update is 409, a fresh one is stored, an empty one changes nothing", async () => {
  const { body: made } = await west.admin("POST", MAPS, configMap("lock", { x: "1" }))
  const fresh = await west.admin("PUT", `${MAPS}/lock`, { ...made, data: { x: "2" } })
  expect(fresh.body.data).toEqual({ x: "2" })
  const stale = await west.admin("PUT", `${MAPS}/lock`, { ...made, data: { x: "3" } })
  expect(stale.body).toMatchObject({
    code: 409,
    reason: "Conflict",
    message:
      'Operation cannot be fulfilled on configmaps "lock": the object has been modified; please apply your changes to the latest version and try again',
  })
  const same = await west.admin("PUT", `${MAPS}/lock`, fresh.body)
  expect(same.body.metadata.resourceVersion).toBe(fresh.body.metadata.resourceVersion)
})

test("a write into a namespace that is not there is 404", async () => {
  const answer = await west.admin("POST", "/api/v1/namespaces/nope/configmaps", configMap("a"))
  expect(answer.body).toMatchObject({ code: 404, message: 'namespaces "nope" not found' })
})

test("the generation follows the spec, and status is written by its subresource alone", async () => {
  const { body: made } = await west.admin("POST", SITES, {
    ...site("s", { linkAccess: "route" }),
    status: { status: "x" },
  })
  expect(made.status).toBeUndefined()
  expect(made.metadata.generation).toBe(1)
  const merge = { "content-type": "application/merge-patch+json" }
  const status = { spec: { linkAccess: "none" }, status: { status: "Ready" } }
  const { body: ready } = await west.system("PATCH", `${SITES}/s/status`, status, merge)
  expect(ready).toMatchObject({ spec: { linkAccess: "route" }, status: { status: "Ready" } })
  expect(ready.metadata.generation).toBe(1)
  const spec = { spec: { ha: true }, status: { status: "Lost" } }
  const { body: changed } = await west.admin("PATCH", `${SITES}/s`, spec, merge)
  expect(changed).toMatchObject({ spec: { linkAccess: "route", ha: true }, status: { status: "Ready" } })
  expect(changed.metadata.generation).toBe(2)
  const labels = { metadata: { labels: { a: "b" } } }
  const { body: labelled } = await west.admin("PATCH", `${SITES}/s`, labels, merge)
  expect(labelled.metadata.generation).toBe(2)
})

test("a custom resource is checked by its schema", async () => {
  const connector = (spec: object) => ({
    apiVersion: "skupper.io/v2alpha1",
    kind: "Connector",
    metadata: { name: "c" },
    spec,
  })
  const path = SITES.replace("sites", "connectors")
  const portless = await west.admin("POST", path, connector({ selector: "app=x" }))
  expect(portless.body.message).toBe(
    'Connector.skupper.io "c" is invalid: [spec.routingKey: Required value, spec.port: Required value]',
  )
  const both = await west.admin("POST", path, connector({ selector: "a=b", host: "h", port: 1 }))
  expect(both.body.message).toContain(
    "must validate one and only one schema (oneOf). Found 2 valid alternatives",
  )
  const typed = await west.admin("POST", path, connector({ selector: "a=b", port: "1" }))
  expect(typed.body.message).toContain('spec.port in body must be of type integer: "string"')
  expect(
    (await west.admin("POST", path, connector({ routingKey: "k", selector: "a=b", port: 99999 }))).status,
  ).toBe(201)
})

test("a strategic patch of a custom resource is 415", async () => {
  await west.admin("POST", SITES, site("plain"))
  const type = { "content-type": "application/strategic-merge-patch+json" }
  const answer = await west.admin("PATCH", `${SITES}/plain`, { spec: { ha: true } }, type)
  expect(answer.status).toBe(415)
  expect(answer.body.message).toContain("application/merge-patch+json")
})

test("defaults are filled in; selectors are checked and stay", async () => {
  const { body } = await west.admin("POST", DEPLOYMENTS, deployment("web"))
  expect(body.spec).toMatchObject({ replicas: 1, strategy: { type: "RollingUpdate" } })
  expect(body.spec.template.spec.containers[0]).toMatchObject({ imagePullPolicy: "IfNotPresent" })
  const wrong = {
    ...deployment("web2"),
    spec: { ...deployment("other").spec, selector: { matchLabels: { app: "x" } } },
  }
  const refused = await west.admin("POST", DEPLOYMENTS, wrong)
  expect(refused.body.message).toContain("`selector` does not match template `labels`")
  const moved = { ...body, spec: { ...body.spec, selector: { matchLabels: { app: "y" } } } }
  expect((await west.admin("PUT", `${DEPLOYMENTS}/web`, moved)).body.message).toContain("field is immutable")
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web" },
    spec: { ports: [{ port: 80 }] },
  }
  const { body: made } = await west.admin("POST", `${NAMESPACE}/services`, service)
  expect(made.spec).toMatchObject({ type: "ClusterIP", clusterIP: expect.stringMatching(/^172\.30\./) })
  expect(made.spec.ports).toEqual([{ port: 80, protocol: "TCP", targetPort: 80 }])
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { a: "b" } }
  const { body: kept } = await west.admin("POST", `${NAMESPACE}/secrets`, secret)
  expect(kept).toMatchObject({ data: { a: "Yg==" }, type: "Opaque" })
  expect(kept.stringData).toBeUndefined()
})

test("server-side apply creates, owns, drops, and conflicts", async () => {
  const apply = (object: object, manager: string, force = "") =>
    west.admin("PATCH", `${MAPS}/applied?fieldManager=${manager}${force}`, object, {
      "content-type": "application/apply-patch+yaml",
    })
  const made = await apply(configMap("applied", { a: "1", b: "2" }), "one")
  expect(made.status).toBe(201)
  const less = await apply(configMap("applied", { a: "1" }), "one")
  expect(less.status).toBe(200)
  expect(less.body.data).toEqual({ a: "1" })
  const clash = await apply(configMap("applied", { a: "9" }), "two")
  expect(clash.body).toMatchObject({
    code: 409,
    reason: "Conflict",
    details: { causes: [{ field: ".data.a" }] },
  })
  const forced = await apply(configMap("applied", { a: "9" }), "two", "&force=true")
  expect(forced.body.data).toEqual({ a: "9" })
  const same = await apply(configMap("applied", { a: "9" }), "two")
  expect(same.body.metadata.resourceVersion).toBe(forced.body.metadata.resourceVersion)
  const nameless = await west.admin("PATCH", `${MAPS}/applied`, configMap("applied"), {
    "content-type": "application/apply-patch+yaml",
  })
  expect(nameless.body.message).toContain("fieldManager: Required value: is required for apply patch")
})

test("YAML is applied as JSON is", async () => {
  const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: yaml }\ndata: { a: '1' }\n"
  const answer = await west.admin("PATCH", `${MAPS}/yaml?fieldManager=x`, text, {
    "content-type": "application/apply-patch+yaml",
  })
  expect(answer.body.data).toEqual({ a: "1" })
})

test("a dry run answers and changes nothing", async () => {
  const made = await west.admin("POST", `${MAPS}?dryRun=All`, configMap("dry"))
  expect(made.status).toBe(201)
  expect((await west.admin("GET", `${MAPS}/dry`)).status).toBe(404)
  await west.admin("POST", MAPS, configMap("wet", { a: "1" }))
  const merge = { "content-type": "application/merge-patch+json" }
  const patched = await west.admin("PATCH", `${MAPS}/wet?dryRun=All`, { data: { a: "2" } }, merge)
  expect(patched.body.data).toEqual({ a: "2" })
  await west.admin("DELETE", `${MAPS}/wet?dryRun=All`)
  expect((await west.admin("GET", `${MAPS}/wet`)).body.data).toEqual({ a: "1" })
})

test("lists are selected and paged", async () => {
  for (const n of [1, 2, 3, 4, 5]) {
    await west.admin(
      "POST",
      MAPS,
      configMap(`page-${n}`, {}, { labels: { page: String(n), odd: String(n % 2) } }),
    )
  }
  const names = (body: { items: { metadata: { name: string } }[] }) =>
    body.items.map((it) => it.metadata.name)
  const odd = await west.admin("GET", `${MAPS}?labelSelector=odd%3D1,page%20notin%20(3)`)
  expect(names(odd.body)).toEqual(["page-1", "page-5"])
  const first = await west.admin("GET", `${MAPS}?labelSelector=page&limit=2`)
  expect(names(first.body)).toEqual(["page-1", "page-2"])
  expect(first.body.metadata.remainingItemCount).toBeUndefined()
  const next = await west.admin(
    "GET",
    `${MAPS}?labelSelector=page&limit=5&continue=${first.body.metadata.continue}`,
  )
  expect(names(next.body)).toEqual(["page-3", "page-4", "page-5"])
  expect(next.body.metadata.continue).toBeUndefined()
  const one = await west.admin("GET", `${MAPS}?fieldSelector=metadata.name%3Dpage-4`)
  expect(names(one.body)).toEqual(["page-4"])
  await west.admin("DELETE", `${MAPS}?labelSelector=odd%3D1`)
  expect(names((await west.admin("GET", `${MAPS}?labelSelector=page`)).body)).toEqual(["page-2", "page-4"])
})

test("finalizers hold a deleted object until they are gone", async () => {
  const { body: made } = await west.admin(
    "POST",
    MAPS,
    configMap("held", {}, { finalizers: ["a.example/x"] }),
  )
  const deleted = await west.admin("DELETE", `${MAPS}/held`)
  expect(deleted.body.metadata.deletionTimestamp).toBeDefined()
  const wrong = await west.admin("DELETE", `${MAPS}/held`, { preconditions: { uid: "other" } })
  expect(wrong.status).toBe(409)
  const merge = { "content-type": "application/merge-patch+json" }
  const released = await west.admin("PATCH", `${MAPS}/held`, { metadata: { finalizers: null } }, merge)
  expect(released.body.metadata.uid).toBe(made.metadata.uid)
  expect((await west.admin("GET", `${MAPS}/held`)).status).toBe(404)
})

test("a running pod ends gracefully, a pending one at once", async () => {
  const pod = (name: string) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers: [{ name: "c", image: "x" }] },
  })
  const pods = `${NAMESPACE}/pods`
  await west.admin("POST", pods, pod("pending"))
  await west.admin("DELETE", `${pods}/pending`)
  expect((await west.admin("GET", `${pods}/pending`)).status).toBe(404)
  await west.admin("POST", pods, pod("bound"))
  const bind = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name: "bound" },
    target: { kind: "Node", name: "n" },
  }
  expect((await west.system("POST", `${pods}/bound/binding`, bind)).status).toBe(201)
  expect((await west.system("POST", `${pods}/bound/binding`, bind)).status).toBe(409)
  const { body: bound } = await west.admin("GET", `${pods}/bound`)
  expect(bound.spec.nodeName).toBe("n")
  expect(bound.status.conditions).toMatchObject([{ type: "PodScheduled", status: "True" }])
  const { body: going } = await west.admin("DELETE", `${pods}/bound`)
  expect(going.metadata.deletionGracePeriodSeconds).toBe(30)
  expect((await west.admin("GET", `${pods}/bound`)).status).toBe(200)
  await west.system("DELETE", `${pods}/bound`, { gracePeriodSeconds: 0 })
  expect((await west.admin("GET", `${pods}/bound`)).status).toBe(404)
})

test("scale reads and writes replicas", async () => {
  await west.admin("POST", DEPLOYMENTS, deployment("scaled"))
  const merge = { "content-type": "application/merge-patch+json" }
  await west.admin("PATCH", `${DEPLOYMENTS}/scaled/scale`, { spec: { replicas: 3 } }, merge)
  expect((await west.admin("GET", `${DEPLOYMENTS}/scaled`)).body.spec.replicas).toBe(3)
  expect((await west.admin("GET", `${DEPLOYMENTS}/scaled/scale`)).body).toMatchObject({
    kind: "Scale",
    spec: { replicas: 3 },
    status: { selector: "app=scaled" },
  })
})

test("what is not served is 404, what a kind does not do 405", async () => {
  // No Status: Go's clients put into their message what was asked for.
  const unserved = await west.admin("GET", "/apis/nope.example/v1/things")
  expect([unserved.status, unserved.text]).toEqual([404, "404 page not found\n"])
  expect((await west.admin("PATCH", `${NAMESPACE}/pods/x/nope`)).status).toBe(404)
  expect(
    (await west.admin("POST", "/apis/packages.operators.coreos.com/v1/namespaces/p/packagemanifests", {}))
      .status,
  ).toBe(405)
  expect((await west.admin("GET", `${MAPS}/%E0%A4%A`)).status).toBe(400)
  const crd = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "a.b" },
  }
  const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
  expect(
    (await west.admin("POST", CRDS, { ...crd, spec: { group: "b", names: { plural: "a" } } })).status,
  ).toBe(422)
  const names = { plural: "a", kind: "A" }
  const bare = await west.admin("POST", CRDS, { ...crd, spec: { group: "b", names } })
  expect(bare.body.message).toContain("spec.versions: Invalid value: []")
  expect((await west.admin("POST", MAPS, "{", { "content-type": "application/json" })).status).toBe(400)
})
