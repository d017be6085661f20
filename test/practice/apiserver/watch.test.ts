import { afterEach, expect, test } from "vitest"
import { createFaultTable } from "../../../lib/practice/faults.ts"
import { configMap, NAMESPACE, namespace, type Setup, setup, users } from "./harness.ts"

let west: Setup | undefined
afterEach(() => west?.close())
const start = async (options = {}) => {
  west = await setup(options)
  await west.admin("POST", "/api/v1/namespaces", namespace("p"))
  return west
}
const MAPS = `${NAMESPACE}/configmaps`
const merge = { "content-type": "application/merge-patch+json" }

test("a watch begins with what is there, or after the resourceVersion it names", async () => {
  const { admin } = await start()
  const { body: a } = await admin("POST", MAPS, configMap("a"))
  const all = await admin.watch(`${MAPS}?watch=true`)
  expect(await all.next()).toMatchObject({ type: "ADDED", object: { metadata: { name: "a" } } })
  await admin("POST", MAPS, configMap("b"))
  const later = await admin.watch(`${MAPS}?watch=true&resourceVersion=${a.metadata.resourceVersion}`)
  expect(await later.next()).toMatchObject({ type: "ADDED", object: { metadata: { name: "b" } } })
  expect(await all.next()).toMatchObject({ type: "ADDED", object: { metadata: { name: "b" } } })
  await admin("PATCH", `${MAPS}/b`, { data: { x: "1" } }, merge)
  await admin("DELETE", `${MAPS}/b`)
  for (const stream of [all, later]) {
    expect(await stream.next()).toMatchObject({ type: "MODIFIED", object: { data: { x: "1" } } })
    const gone = await stream.next()
    expect(gone).toMatchObject({ type: "DELETED", object: { metadata: { name: "b" } } })
  }
})

test("an object that begins or ceases to match is added or deleted for the watcher", async () => {
  const { admin } = await start()
  const stream = await admin.watch(`${MAPS}?watch=true&labelSelector=on%3Dyes`)
  await admin("POST", MAPS, configMap("a"))
  await admin("PATCH", `${MAPS}/a`, { metadata: { labels: { on: "yes" } } }, merge)
  expect(await stream.next()).toMatchObject({ type: "ADDED" })
  await admin("PATCH", `${MAPS}/a`, { metadata: { labels: { on: "no" } } }, merge)
  expect(await stream.next()).toMatchObject({ type: "DELETED" })
})

test("other namespaces stay out; a watch over all of them sees everything", async () => {
  const { admin } = await start()
  await admin("POST", "/api/v1/namespaces", namespace("q"))
  const inside = await admin.watch(`${MAPS}?watch=1`)
  const everywhere = await admin.watch("/api/v1/configmaps?watch=1")
  await admin("POST", "/api/v1/namespaces/q/configmaps", configMap("other"))
  await admin("POST", MAPS, configMap("own"))
  expect((await inside.next())?.object.metadata.name).toBe("own")
  // What a new cluster has.
  expect((await everywhere.next())?.object.metadata.name).toBe("openshift-network-features")
  expect((await everywhere.next())?.object.metadata.name).toBe("other")
  expect((await everywhere.next())?.object.metadata.name).toBe("own")
})

test("initial events end with their bookmark", async () => {
  const { admin } = await start()
  await admin("POST", MAPS, configMap("a"))
  const query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
  const stream = await admin.watch(`${MAPS}?${query}`)
  expect((await stream.next())?.type).toBe("ADDED")
  const bookmark = await stream.next()
  expect(bookmark).toMatchObject({
    type: "BOOKMARK",
    object: { kind: "ConfigMap", metadata: { annotations: { "k8s.io/initial-events-end": "true" } } },
  })
  await admin("POST", MAPS, configMap("b"))
  const rv = bookmark?.object.metadata.resourceVersion
  const later = await admin.watch(`${MAPS}?watch=true&resourceVersion=${rv}`)
  expect((await later.next())?.object.metadata.name).toBe("b")
})

test("timeoutSeconds ends a watch", async () => {
  const { admin } = await start()
  const stream = await admin.watch(`${MAPS}?watch=true&timeoutSeconds=1`)
  expect(await stream.next()).toBeUndefined()
})

test("too old a resourceVersion is 410, and so is one from before a restart", async () => {
  const { admin, server, close } = await start()
  const { body: old } = await admin("POST", MAPS, configMap("a"))
  for (let at = 0; at < 2001; at++) await admin("PATCH", `${MAPS}/a`, { data: { x: String(at) } }, merge)
  const tooOld = await admin.watch(`${MAPS}?watch=true&resourceVersion=${old.metadata.resourceVersion}`)
  expect(await tooOld.next()).toMatchObject({
    type: "ERROR",
    object: {
      code: 410,
      reason: "Expired",
      message: expect.stringMatching(/^too old resource version: \d+ \(\d+\)$/),
    },
  })
  expect(await tooOld.next()).toBeUndefined()

  const snapshot = JSON.parse(JSON.stringify(server.snapshot()))
  await close()
  west = undefined
  const { objects, resourceVersion } = snapshot
  const back = await start({ objects, resourceVersion, ca: server.ca })
  const last = (await back.admin("GET", `${MAPS}/a`)).body
  expect(last.data).toEqual({ x: "2000" })
  for (const version of [old.metadata.resourceVersion, "9999999"]) {
    const gone = await back.admin.watch(`${MAPS}?watch=true&resourceVersion=${version}`)
    expect(await gone.next()).toMatchObject({ type: "ERROR", object: { code: 410 } })
  }
  const stream = await back.admin.watch(`${MAPS}?watch=true&resourceVersion=${resourceVersion}`)
  await back.admin("PATCH", `${MAPS}/a`, { data: { x: "new" } }, merge)
  expect((await stream.next())?.object.data.x).toBe("new")
})

test("a snapshot brings back objects, definitions, users, tokens, port and authority", async () => {
  const { admin, server, close } = await start()
  const crd = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "things.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
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
  await admin("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
  const THINGS = "/apis/example.com/v1/namespaces/p/things"
  const thing = { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "t" }, spec: { a: 1 } }
  const { body: made } = await admin("POST", THINGS, thing)
  const snapshot = JSON.parse(JSON.stringify(server.snapshot()))
  await close()
  west = undefined
  const { objects, resourceVersion, port } = snapshot
  const back = await setup({ objects, resourceVersion, port, users: snapshot.users, ca: server.ca })
  west = back
  expect(back.server.port).toBe(port)
  expect((await back.admin("GET", `${THINGS}/t`)).body).toEqual(made)
  expect(snapshot.users).toEqual(users)
})

test("a taken port is said, with its cure", async () => {
  const { server } = await start()
  const again = setup({ port: server.port })
  await expect(again).rejects.toThrow(`the practice cluster west cannot listen at 127.0.0.1:${server.port}`)
  await expect(again).rejects.toMatchObject({
    why: expect.stringContaining("EADDRINUSE"),
    fix: expect.any(String),
  })
})

test("a fault cuts open watches and says 410 in the stream, but never the system's", async () => {
  const faults = createFaultTable()
  const { admin, system } = await start({ faults })
  const people = await admin.watch(`${MAPS}?watch=true`)
  const controller = await system.watch(`${MAPS}?watch=true`)
  faults.set([{ where: "api", what: "cut", times: 1 }])
  expect(await people.next()).toBeUndefined()
  const other = await admin.watch(`${MAPS}?watch=true`)
  faults.set([{ where: "api", what: "gone", times: 1 }])
  expect(await other.next()).toMatchObject({ type: "ERROR", object: { code: 410, reason: "Expired" } })
  expect(await other.next()).toBeUndefined()
  await admin("POST", MAPS, configMap("a"))
  expect((await controller.next())?.object.metadata.name).toBe("a")
})
