import { afterEach, expect, test, vi } from "vitest"
import type { Fault } from "../../../lib/practice/types/faults.ts"
import { clientOf, type Setup, setup } from "./harness.ts"

let west: Setup
afterEach(() => west.close())
const start = async (...table: Fault[]) => {
  west = await setup({ table })
  return west
}
const LIST = "/api/v1/namespaces"

test.each([
  ["500", 500, "InternalError"],
  ["503", 503, "ServiceUnavailable"],
  ["429", 429, "TooManyRequests"],
  ["unauthorized", 401, "Unauthorized"],
  ["forbidden", 403, "Forbidden"],
])("%s strikes people as often as asked, never the system", async (what, code, reason) => {
  const { admin, system } = await start({ where: "api", what, match: "^GET /api/v1/namespaces", times: 1 })
  expect((await system("GET", LIST)).status).toBe(200)
  expect((await admin("GET", "/version")).status).toBe(200)
  const struck = await admin("GET", LIST)
  expect(struck.body).toMatchObject({ kind: "Status", code, reason })
  expect(struck.headers["retry-after"]).toBe(code === 429 ? "1" : undefined)
  if (what === "forbidden") {
    expect(struck.body.message).toBe(
      'namespaces is forbidden: User "admin" cannot list resource "namespaces" in API group "" at the cluster scope',
    )
  }
  expect((await admin("GET", LIST)).status).toBe(200)
})

test("reset ends the connection, slow delays, and the log tells of both", async () => {
  const { admin, server } = await start(
    { where: "api", what: "reset", times: 1 },
    { where: "api", what: "slow", delay: 60, times: 1 },
  )
  await expect(admin("GET", LIST)).rejects.toThrow(/hang up|ECONNRESET/)
  const before = performance.now()
  expect((await admin("GET", LIST)).status).toBe(200)
  expect(performance.now() - before).toBeGreaterThan(55)
  expect(server.requests.map(({ method, path, user, status }) => ({ method, path, user, status }))).toEqual([
    { method: "GET", path: LIST, user: "admin", status: 0 },
    { method: "GET", path: LIST, user: "admin", status: 200 },
  ])
})

test("a new watch is cut, a new 410 is an answer", async () => {
  const { admin } = await start(
    { where: "api", what: "cut", times: 1 },
    { where: "api", what: "gone", times: 1 },
  )
  const stream = await admin.watch(`${LIST}?watch=true&resourceVersion=1000000000`.replace("1000000000", "2"))
  for (;;) if ((await stream.next()) === undefined) break
  const gone = await admin("GET", `${LIST}?watch=true`)
  expect(gone.body).toMatchObject({ code: 410, reason: "Expired" })
})

test("a stranger's certificate meets people, not the system, until it is cured", async () => {
  const { server, system, faults } = await start()
  const fresh = () => clientOf(server, "admin-token")
  const pooled = fresh()
  expect((await pooled("GET", "/version")).status).toBe(200)
  faults.set([{ where: "tls", what: "wrong-ca" }])
  await expect(pooled("GET", "/version")).rejects.toThrow() // its connection ends, or the new one is refused
  await expect(fresh()("GET", "/version")).rejects.toThrow(/certificate/)
  expect((await system("GET", "/version")).status).toBe(200)
  faults.set([{ where: "tls", what: "wrong-ca", times: 2 }])
  await expect(fresh()("GET", "/version")).rejects.toThrow(/certificate/)
  await expect(fresh()("GET", "/version")).rejects.toThrow(/certificate/)
  // The client knows a moment before the server that a handshake has ended.
  await vi.waitFor(async () => expect((await fresh()("GET", "/version")).status).toBe(200), {
    timeout: 10_000,
  })
})
