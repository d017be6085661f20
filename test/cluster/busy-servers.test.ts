/** What a server was too busy for is sent again: when, how often, and what is not. */
import { afterEach, expect, test } from "vitest"
import { type OpenCluster, openCluster } from "../../lib/cluster/index.ts"
import { json, type Server, serve } from "./server.ts"

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

type Refusal = readonly [status: number, headers?: Record<string, string>]

interface Busy {
  readonly server: Server
  readonly cluster: OpenCluster
  /** Of the requests, in milliseconds. */
  readonly times: number[]
}

/** A server that refuses the first requests, one after the other, and answers the rest. */
async function busy(...refusals: readonly Refusal[]): Promise<Busy> {
  const times: number[] = []
  const server = await serve((_, response) => {
    const [status, headers] = refusals[times.push(performance.now()) - 1] ?? [200]
    return json(response, status, status === 200 ? { gitVersion: "v1" } : { message: "busy" }, headers)
  })
  const cluster = openCluster({ fieldManager: "test", server: server.url, ca: server.ca, token: "a-token" })
  open.push(server, cluster)
  return { server, cluster, times }
}

const times = (count: number, refusal: Refusal): Refusal[] => Array(count).fill(refusal)
const gap = ({ times: [first, second] }: Busy): number => second! - first!

test.each([429, 503])("a read that is answered %i is sent again, three times at most", async (status) => {
  const passing = await busy(...times(3, [status]))
  expect(await passing.cluster.version()).toBe("v1")
  const lasting = await busy(...times(9, [status]))
  await expect(lasting.cluster.version()).rejects.toMatchObject({
    result: {
      because: "unreachable",
      reason: expect.stringContaining(`127.0.0.1:${lasting.server.port} answered ${status}`),
    },
  })
  expect(lasting.times).toHaveLength(4)
})

test.each([429, 503])(
  "after %i a server says when it is asked again: seconds, or a date by its clock",
  async (status) => {
    const seconds = await busy([status, { "retry-after": "1" }])
    expect(await seconds.cluster.version()).toBe("v1")
    expect(gap(seconds)).toBeGreaterThanOrEqual(1000)

    const now = Date.UTC(2031, 1, 2, 3, 4, 5)
    const text = (time: number) => new Date(time).toUTCString()
    const date = await busy([status, { date: text(now), "retry-after": text(now + 1000) }])
    expect(await date.cluster.version()).toBe("v1")
    expect(gap(date)).toBeGreaterThanOrEqual(1000)
    expect(gap(date)).toBeLessThan(5000)
  },
)

test("a server that asks for more patience than 30 s is reported at once", async () => {
  const patient = await busy([503, { "retry-after": "31" }])
  await expect(patient.cluster.version()).rejects.toMatchObject({ result: { because: "unreachable" } })
  expect(patient.times).toHaveLength(1)
})

test("a write is sent again after 429, and after 503 only where the server says when", async () => {
  const write = ({ cluster }: Busy) => cluster.post("/api/v1/namespaces/ns/pods/p/binding", {})
  const many = await busy([429], [503, { "retry-after": "0" }])
  await write(many)
  expect(many.times).toHaveLength(3)
  // A gateway that has lost its backend does not know what that has written.
  const lost = await busy([503])
  await expect(write(lost)).rejects.toMatchObject({ result: { because: "unreachable" } })
  expect(lost.times).toHaveLength(1)
})

test("those who were refused together do not come back together", async () => {
  const arrived = new Map<string, number[]>()
  const server = await serve(({ path }, response) => {
    const mine = arrived.get(path) ?? []
    arrived.set(path, [...mine, performance.now()])
    return mine.length > 0 ? json(response, 200, {}) : json(response, 429, {}, { "retry-after": "1" })
  })
  const cluster = openCluster({ fieldManager: "test", server: server.url, ca: server.ca, token: "a-token" })
  open.push(server, cluster)
  await Promise.all(Array.from({ length: 30 }, (_, index) => cluster.post(`/api/${index}`, {})))
  const waited = [...arrived.values()].map(([first, second]) => second! - first!)
  expect(waited).toHaveLength(30)
  expect(Math.max(...waited) - Math.min(...waited)).toBeGreaterThan(125)
})

test("a wait for a busy server ends with the signal, and says what for", async () => {
  const { server, cluster, times: all } = await busy([429, { "retry-after": "30" }])
  const abort = new AbortController()
  const asking = cluster.bound(abort.signal).version()
  asking.catch(() => undefined)
  await expect.poll(() => all.length).toBe(1)
  // Its answer has come once the next one has.
  expect(await cluster.version()).toBe("v1")
  abort.abort()
  await expect(asking).rejects.toThrow(`127.0.0.1:${server.port} answered GET /version with 429`)
})
