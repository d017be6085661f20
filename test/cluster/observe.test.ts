import { afterEach, beforeEach, expect, test } from "vitest"
import { openCluster } from "../../lib/cluster/index.ts"
import type { Cluster, Observed, WatchEvent } from "../../lib/cluster/types.ts"
import { json, status } from "./server.ts"
import { Things } from "./things.ts"

let things: Things
let cluster: Cluster
let observed: Observed
const never = new AbortController().signal
const thing = (name: string) => ({ apiVersion: "test/v1", kind: "Thing", namespace: "ns", name })
const all = { apiVersion: "test/v1", kind: "Thing", namespace: "ns" }
const pod = { namespace: "ns", pod: "p" }

beforeEach(async () => {
  things = await Things.start()
  cluster = openCluster({
    fieldManager: "test",
    server: things.server.url,
    ca: things.server.ca,
    token: "a-token",
  })
  observed = cluster.observe()
})
afterEach(async () => {
  observed.close()
  await cluster.close()
  await things.server.close()
})

/** What a busy machine needs for milliseconds of work; nothing here is asked again sooner. `npm run bench` measures it. */
const SOON = 2_000

/** Milliseconds until `changed`, or "quiet" when nothing changes for so long. */
async function reaction(longest = 150): Promise<number | "quiet"> {
  const began = performance.now()
  const limit = AbortSignal.timeout(longest)
  await observed.changed(limit)
  return limit.aborted ? "quiet" : performance.now() - began
}
/** Waits for what the server must first see: a watch or a follower that is open. */
const until = (holds: () => boolean): Promise<void> =>
  expect
    .poll(holds, { interval: 2 })
    .toBe(true)
    .then(() => {})

test("a second read costs no request, and shows what the watch brought", async () => {
  things.set("a", "1")
  expect(await observed.reader.get(thing("a"))).toMatchObject({ kind: "Thing", value: "1" })
  await until(() => things.watchers.size === 1)
  const before = things.server.asked.length
  expect(await observed.reader.get(thing("a"))).toMatchObject({ value: "1" })
  things.set("a", "2")
  await observed.changed(never)
  expect(await observed.reader.get(thing("a"))).toMatchObject({ apiVersion: "test/v1", value: "2" })
  things.remove("a")
  await observed.changed(never)
  expect(await observed.reader.get(thing("a"))).toBeUndefined()
  expect(things.server.asked.length).toBe(before)
})

test("the reaction to an event waits for nothing", async () => {
  await observed.reader.list(all)
  await until(() => things.watchers.size === 1)
  const times: number[] = []
  for (let i = 0; i < 15; i++) {
    const woken = observed.changed(never).then(() => performance.now())
    await new Promise((resolve) => setImmediate(resolve))
    const told = performance.now()
    things.set("a", String(i))
    times.push((await woken) - told)
    expect(await observed.reader.list(all)).toMatchObject([{ value: String(i) }])
  }
  expect(times.sort((a, b) => a - b)[7]).toBeLessThan(SOON)
})

test("no wake-up is lost between the read and the wait, and none invented", async () => {
  await observed.reader.get(thing("a"))
  await until(() => things.watchers.size === 1)
  things.set("a", "1")
  // The event arrives before anybody waits.
  await expect.poll(() => observed.reader.get(thing("a")), { interval: 2 }).toMatchObject({ value: "1" })
  expect(await reaction(SOON)).toBeLessThan(SOON)
  await observed.reader.get(thing("a"))
  expect(await reaction()).toBe("quiet")
  things.set("b", "1")
  expect(await reaction()).toBe("quiet")
})

test("an object that comes only after the list was taken is not missed", async () => {
  things.fault = ({ url }) => {
    if (url.searchParams.get("watch") !== "true") return
    // The change falls between LIST and WATCH.
    things.fault = () => undefined
    things.set("a", "late")
    return undefined
  }
  expect(await observed.reader.get(thing("a"))).toBeUndefined()
  await observed.changed(never)
  expect(await observed.reader.get(thing("a"))).toMatchObject({ value: "late" })
})

test.each(["ends", "is reset"])("a watch that %s resumes where it was", async (how) => {
  await observed.reader.list(all)
  for (let i = 0; i < 3; i++) {
    await until(() => things.watchers.size === 1)
    if (how === "ends") for (const { response } of things.watchers) response.end()
    else things.server.cut()
    things.watchers.clear()
    things.set("a", String(i))
    await observed.changed(never)
    expect(await observed.reader.list(all)).toMatchObject([{ value: String(i) }])
  }
  expect(things.count("things?limit")).toBe(1)
})

test.each(["as the answer", "in the stream"])("410 %s: everything is listed again", async (how) => {
  things.set("a", "1")
  await observed.reader.list(all)
  await until(() => things.watchers.size === 1)
  const gone = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" }
  if (how === "in the stream") {
    const [watcher] = things.watchers
    things.watchers.clear()
    things.set("a", "2")
    watcher!.response.write(`${JSON.stringify({ type: "ERROR", object: gone })}\n`)
  } else {
    const before = [...things.watchers]
    things.watchers.clear()
    things.set("a", "2")
    things.oldest = 102
    for (const { response } of before) response.end()
  }
  await observed.changed(never)
  expect(await observed.reader.list(all)).toMatchObject([{ value: "2" }])
  expect(things.count("things?limit")).toBe(2)
})

test("a server that is gone is reported at the next read, and seen again when it is back", async () => {
  things.set("a", "1")
  await observed.reader.get(thing("a"))
  await until(() => things.watchers.size === 1)
  things.fault = (_, response) => status(response, 503, "ServiceUnavailable", "going down")
  things.server.cut()
  await observed.changed(never)
  await expect(observed.reader.get(thing("a"))).rejects.toMatchObject({
    result: { state: "unknown", because: "unreachable", reason: expect.stringContaining("going down") },
  })
  things.fault = () => undefined
  things.set("a", "2")
  await observed.changed(never)
  expect(await observed.reader.get(thing("a"))).toMatchObject({ value: "2" })
})

test("what cannot be watched is read again, after pauses that grow", async () => {
  things.verbs = ["get", "list"]
  things.set("a", "1")
  expect(await observed.reader.list(all)).toHaveLength(1)
  const first = (await reaction(5_000)) as number
  things.set("b", "1")
  expect(await observed.reader.list(all)).toHaveLength(2)
  const second = (await reaction(5_000)) as number
  expect(first).toBeGreaterThan(150)
  expect(second).toBeGreaterThan(first * 1.2)
  expect(things.count("watch=true")).toBe(0)
})

test("a user who may get but not list is answered all the same", async () => {
  things.set("a", "1")
  things.fault = ({ path }, response) =>
    path.includes("fieldSelector")
      ? status(response, 403, "Forbidden", 'things.test is forbidden: User "u" cannot list')
      : undefined
  expect(await observed.reader.get(thing("a"))).toMatchObject({ value: "1" })
  expect(await reaction(1_000)).toBeGreaterThan(150)
  await expect(observed.reader.list({ ...all, fields: "metadata.name=a" })).rejects.toMatchObject({
    result: { state: "blocked", code: "forbidden" },
  })
})

test("a log is read whole, then followed", async () => {
  things.log = "one\ntwo\n"
  expect(await observed.reader.log(pod)).toBe("one\ntwo\n")
  await until(() => things.followers.size === 1)
  expect(await reaction()).toBe("quiet")
  for (const line of ["three é\n", "four\n"]) {
    const woken = observed.changed(never).then(() => performance.now())
    await new Promise((resolve) => setImmediate(resolve))
    const told = performance.now()
    things.say(line)
    expect((await woken) - told).toBeLessThan(SOON)
    expect(await observed.reader.log(pod)).toBe(things.log)
  }
  expect(things.count("/log")).toBe(2)
})

test("the log of a pod that is gone, or of a container that has not started, is unknown yet", async () => {
  for (const [code, reason, words] of [
    [404, "NotFound", 'pods "p" not found'],
    [400, "BadRequest", 'container "c" in pod "p" is waiting to start: ContainerCreating'],
  ] as const) {
    things.fault = ({ path }, response) =>
      path.includes("/log") ? status(response, code, reason, words) : undefined
    await expect(observed.reader.log(pod)).rejects.toMatchObject({
      result: { state: "unknown", because: "missing", reason: words },
    })
  }
})

test("a followed log that is still coming in does not lose what was read", async () => {
  things.log = "one\ntwo\n"
  things.fault = ({ path }, response) => {
    if (!path.includes("follow")) return
    response.write("one\n")
    things.followers.add(response)
    return true
  }
  await observed.reader.log(pod)
  await until(() => things.followers.size === 1)
  expect(await reaction()).toBe("quiet")
  expect(await observed.reader.log(pod)).toBe("one\ntwo\n")
  for (const response of things.followers) response.write("two\nthree\n")
  await observed.changed(never)
  expect(await observed.reader.log(pod)).toBe("one\ntwo\nthree\n")
})

test("a tail stays a tail; a log that ends is read again after a pause", async () => {
  things.log = "1\n2\n3\n"
  expect(await observed.reader.log({ ...pod, tail: 2 })).toBe("2\n3\n")
  await until(() => things.followers.size === 1)
  things.say("4\n")
  await observed.changed(never)
  expect(await observed.reader.log({ ...pod, tail: 2 })).toBe("3\n4\n")
  for (const response of things.followers) response.end()
  expect(await reaction(1_000)).toBeGreaterThan(100)
  things.log = "again\n"
  expect(await observed.reader.log({ ...pod, tail: 2 })).toBe("again\n")
})

test("closing ends the streams; an aborted wait ends at once", async () => {
  await observed.reader.list(all)
  await observed.reader.log(pod)
  await until(() => things.watchers.size === 1 && things.followers.size === 1)
  const abort = new AbortController()
  const waiting = observed.changed(abort.signal)
  abort.abort()
  await waiting
  observed.close()
  await until(() => things.watchers.size === 0 && things.followers.size === 0)
})

test("watch: for ever, over cuts, a missing kind and 410, without a lost or doubled object", async () => {
  let served = false
  things.fault = ({ path }, response) => {
    if (!served && path === "/apis/test/v1") return json(response, 200, { resources: [] })
  }
  const state = new Map<string, string>()
  const events: string[] = []
  const abort = new AbortController()
  const watching = cluster.watch(
    all,
    {
      list: (items) => {
        state.clear()
        for (const item of items) state.set(item.metadata.name, item.value)
      },
      event: ({ type, object }: WatchEvent) => {
        events.push(`${type} ${object.metadata.name}=${object.value}`)
        if (type === "DELETED") state.delete(object.metadata.name)
        else state.set(object.metadata.name, object.value)
      },
    },
    abort.signal,
  )
  await until(() => things.server.asked.length >= 4)
  served = true
  await until(() => things.watchers.size === 1)
  for (let i = 0; i < 5; i++) {
    things.set(`t${i % 2}`, String(i))
    await until(() => state.get(`t${i % 2}`) === String(i))
    if (i % 2 === 0) things.server.cut()
  }
  expect(events).toEqual(["ADDED t0=0", "ADDED t1=1", "MODIFIED t0=2", "MODIFIED t1=3", "MODIFIED t0=4"])
  abort.abort()
  await watching
})

test("a handler that throws ends its watch with that error", async () => {
  things.set("a", "1")
  const handlers = {
    list: () => {
      throw new Error("a bug")
    },
    event: () => undefined,
  }
  await expect(cluster.watch(all, handlers, never)).rejects.toThrow("a bug")
})

test("all who wait for the same share one watch, and each is told; the last one ends it", async () => {
  things.set("a", "1")
  const others = Array.from({ length: 20 }, () => cluster.observe())
  const everybody = [observed, ...others]
  for (const one of everybody) expect(await one.reader.list(all)).toMatchObject([{ value: "1" }])
  await until(() => things.watchers.size === 1)
  const woken = everybody.map((one) => one.changed(never))
  things.set("a", "2")
  await Promise.all(woken)
  for (const one of everybody) expect(await one.reader.get(thing("a"))).toMatchObject({ value: "2" })
  for (const one of everybody.slice(1)) one.close()
  expect(await observed.reader.list(all)).toMatchObject([{ value: "2" }])
  const told = observed.changed(never)
  things.set("a", "3")
  await told
  observed.close()
  await until(() => things.watchers.size === 0)
})

test("whoever joins a watch after a write sees what was written, although the watch has not told of it yet", async () => {
  expect(await observed.reader.list(all)).toEqual([])
  await until(() => things.watchers.size === 1)
  things.silent = true
  things.fault = ({ method }, response) => {
    if (method !== "POST") return undefined
    things.set("a", "1")
    return json(response, 201, thing("a"))
  }
  await cluster.create({ apiVersion: "test/v1", kind: "Thing", metadata: { name: "a", namespace: "ns" } })
  const later = cluster.observe()
  const before = things.watchers.size
  expect((await later.reader.list(all)).map(({ metadata }) => metadata.name)).toEqual(["a"])
  expect(things.watchers.size).toBe(before)
  later.close()
})

test("a cluster that was restored from a backup counts from an earlier version: nothing it tells is taken for old", async () => {
  things.set("a", "1")
  expect(await observed.reader.list(all)).toMatchObject([{ value: "1" }])
  things.fault = ({ method }, response) => (method === "POST" ? json(response, 201, thing("b")) : undefined)
  await cluster.create({ apiVersion: "test/v1", kind: "Thing", metadata: { name: "b", namespace: "ns" } })
  const later = cluster.observe()
  await later.reader.list(all)
  await until(() => things.watchers.size === 1)
  things.restore(50)
  await until(() => things.watchers.size === 1)
  const told = observed.changed(AbortSignal.timeout(SOON))
  things.set("a", "2")
  await told
  expect(await observed.reader.list(all)).toMatchObject([{ value: "2" }])
  later.close()
})
