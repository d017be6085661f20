import { afterEach, expect, test } from "vitest"
import { openCluster } from "../../lib/cluster/index.ts"
import { SharedReads } from "../../lib/cluster/shared-reads.ts"
import type { ClusterReader } from "../../lib/cluster/types.ts"
import { Things } from "./things.ts"

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

test("checks share objects for a while, and a log only while it is read", async () => {
  const things = await Things.start()
  const cluster = openCluster({ fieldManager: "test", server: things.server.url, ca: things.server.ca })
  open.push(things.server, cluster)
  const shared = new SharedReads()
  const reader = { ...cluster, ...shared.reader(cluster) } as ClusterReader
  const list = () => reader.list({ apiVersion: "test/v1", kind: "Thing", namespace: "ns" })
  const log = () => reader.log({ namespace: "ns", pod: "p" })
  things.set("a", "1")
  things.say("one\n")
  expect(await list()).toHaveLength(1)
  expect(await Promise.all([log(), log()])).toEqual(["one\n", "one\n"])
  expect([things.count("/things"), things.count("/log")]).toEqual([1, 1])

  things.set("b", "1")
  things.say("two\n")
  expect(await list()).toHaveLength(1)
  expect(await log()).toBe("one\ntwo\n")
  expect([things.count("/things"), things.count("/log")]).toEqual([1, 2])

  shared.forget()
  expect(await list()).toHaveLength(2)
})
