import { afterAll, beforeAll, expect, test } from "vitest"
import { configMap, NAMESPACE, namespace, type Setup, setup } from "./harness.ts"

let west: Setup
beforeAll(async () => {
  west = await setup()
  await west.admin("POST", "/api/v1/namespaces", namespace("p"))
})
afterAll(() => west.close())

const MAPS = `${NAMESPACE}/configmaps`
const owned = (name: string, by: { metadata: { name: string; uid: string } }, block = false) =>
  configMap(
    name,
    {},
    {
      ownerReferences: [
        {
          apiVersion: "v1",
          kind: "ConfigMap",
          name: by.metadata.name,
          uid: by.metadata.uid,
          blockOwnerDeletion: block,
        },
      ],
    },
  )
/** Waits until an object is deleted, by its watch. */
const untilGone = async (path: string, name: string, act: () => Promise<unknown>) => {
  const stream = await west.admin.watch(`${path}?watch=true&fieldSelector=metadata.name%3D${name}`)
  await act()
  for (;;) {
    const event = await stream.next()
    if (event?.type === "DELETED") break
  }
  stream.close()
}
const status = async (name: string) => (await west.admin("GET", `${MAPS}/${name}`)).status

test("dependents go after their owner, and theirs after them", async () => {
  const { body: owner } = await west.admin("POST", MAPS, configMap("owner"))
  const { body: child } = await west.admin("POST", MAPS, owned("child", owner))
  await west.admin("POST", MAPS, owned("grandchild", child))
  await untilGone(MAPS, "grandchild", () => west.admin("DELETE", `${MAPS}/owner`))
  expect([await status("owner"), await status("child")]).toEqual([404, 404])
})

test("in the foreground the owner goes last", async () => {
  const { body: owner } = await west.admin("POST", MAPS, configMap("front"))
  await west.admin("POST", MAPS, owned("blocking", owner, true))
  const all = await west.admin.watch(
    `${MAPS}?watch=true&resourceVersion=${west.server.snapshot().resourceVersion}`,
  )
  const { body } = await west.admin("DELETE", `${MAPS}/front`, { propagationPolicy: "Foreground" })
  expect(body.metadata.finalizers).toEqual(["foregroundDeletion"])
  const gone: string[] = []
  while (gone.length < 2) {
    const event = await all.next()
    if (event?.type === "DELETED") gone.push(event.object.metadata.name)
  }
  expect(gone).toEqual(["blocking", "front"])
})

test("orphans stay, without their owner", async () => {
  const { body: owner } = await west.admin("POST", MAPS, configMap("parent"))
  await west.admin("POST", MAPS, owned("orphan", owner))
  await untilGone(MAPS, "parent", () => west.admin("DELETE", `${MAPS}/parent?propagationPolicy=Orphan`))
  const { body, status } = await west.admin("GET", `${MAPS}/orphan`)
  expect(status).toBe(200)
  expect(body.metadata.ownerReferences ?? []).toEqual([])
})

test("an object of two owners stays for the other; one of an absent owner goes", async () => {
  const { body: one } = await west.admin("POST", MAPS, configMap("one"))
  const { body: two } = await west.admin("POST", MAPS, configMap("two"))
  const both = owned("both", one)
  const references = [
    ...(both.metadata as never as { ownerReferences: object[] }).ownerReferences,
    { apiVersion: "v1", kind: "ConfigMap", name: "two", uid: two.metadata.uid },
  ]
  const stream = await west.admin.watch(`${MAPS}?watch=true&fieldSelector=metadata.name%3Dboth`)
  await west.admin("POST", MAPS, { ...both, metadata: { ...both.metadata, ownerReferences: references } })
  await stream.next()
  await west.admin("DELETE", `${MAPS}/one`)
  const left = await stream.next()
  expect(left?.type).toBe("MODIFIED")
  expect(left?.object.metadata.ownerReferences).toMatchObject([{ name: "two" }])
  const ghost = { metadata: { name: "ghost", uid: "00000000-0000-0000-0000-000000000000" } }
  await untilGone(MAPS, "haunted", () => west.admin("POST", MAPS, owned("haunted", ghost)))
})

test("a namespace takes its content along, and takes nothing new meanwhile", async () => {
  await west.admin("POST", "/api/v1/namespaces", namespace("going"))
  const inside = "/api/v1/namespaces/going/configmaps"
  await west.admin("POST", inside, configMap("a"))
  await west.admin("POST", inside, configMap("held", {}, { finalizers: ["a.example/x"] }))
  await untilGone(inside, "a", () => west.admin("DELETE", "/api/v1/namespaces/going"))
  const { body } = await west.admin("GET", "/api/v1/namespaces/going")
  expect(body.status.phase).toBe("Terminating")
  const refused = await west.admin("POST", inside, configMap("b"))
  expect(refused.body).toMatchObject({
    code: 403,
    message:
      'configmaps "b" is forbidden: unable to create new content in namespace going because it is being terminated',
    details: { causes: [{ reason: "NamespaceTerminating" }] },
  })
  const merge = { "content-type": "application/merge-patch+json" }
  await untilGone("/api/v1/namespaces", "going", () =>
    west.admin("PATCH", `${inside}/held`, { metadata: { finalizers: null } }, merge),
  )
  expect((await west.admin("DELETE", "/api/v1/namespaces/default")).status).toBe(403)
})

test("a definition goes with its resources, and its kind is no longer served", async () => {
  const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
  const crd = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "things.example.com" },
    spec: {
      group: "example.com",
      scope: "Cluster",
      names: { kind: "Thing", plural: "things" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  }
  const stream = await west.admin.watch(`${CRDS}?watch=true`)
  await west.admin("POST", CRDS, crd)
  expect((await stream.next())?.object.status).toBeUndefined()
  const established = await stream.next()
  const conditions = established?.object.status.conditions
  expect(conditions).toMatchObject([
    { type: "NamesAccepted", status: "True" },
    { type: "Established", status: "True" },
  ])
  const THINGS = "/apis/example.com/v1/things"
  await west.admin("POST", THINGS, { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "t" } })
  expect((await west.admin("GET", THINGS)).body.items).toHaveLength(1)
  const instances = await west.admin.watch(`${THINGS}?watch=true`)
  expect((await instances.next())?.type).toBe("ADDED")
  await untilGone(CRDS, "things.example.com", () => west.admin("DELETE", `${CRDS}/things.example.com`))
  expect(await instances.next()).toMatchObject({ type: "DELETED", object: { metadata: { name: "t" } } })
  expect((await west.admin("GET", THINGS)).status).toBe(404)
})

test("switched off, nothing is collected", async () => {
  const east = await setup({ collect: false })
  try {
    await east.admin("POST", "/api/v1/namespaces", namespace("p"))
    const { body: owner } = await east.admin("POST", MAPS, configMap("owner"))
    await east.admin("POST", MAPS, owned("child", owner))
    await east.admin("DELETE", `${MAPS}/owner`)
    await east.admin("DELETE", "/api/v1/namespaces/p")
    await new Promise((resolve) => setTimeout(resolve, 50)) // nothing to wait for: that is the test
    expect((await east.admin("GET", `${MAPS}/child`)).status).toBe(200)
    expect((await east.admin("GET", "/api/v1/namespaces/p")).body.status.phase).toBe("Terminating")
    await east.admin("DELETE", MAPS)
    const { body } = await east.admin("GET", "/api/v1/namespaces/p")
    await east.admin("PUT", "/api/v1/namespaces/p/finalize", { ...body, spec: { finalizers: [] } })
    expect((await east.admin("GET", "/api/v1/namespaces/p")).status).toBe(404)
  } finally {
    await east.server.close()
  }
})
