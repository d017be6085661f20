/** Two people who share no credentials, by files alone. */
import { copyFileSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type People, startPeople } from "./people.ts"

let people: People
beforeAll(async () => {
  people = await startPeople()
}, 60_000)
afterAll(() => people.close())

const FILE = ["--federation", "federation.yaml"]

it("a value goes from one cluster to the other and back, and nobody asks the other's cluster anything", async () => {
  const { host } = people
  const guest = people.guests[0]!
  const before = await host.call("run", ...FILE, "--yes", "--trust-file")
  expect(before.stderr + before.stdout).toContain("st-marys has to send its request to join")
  expect(before.code).toBe(4)

  const asked = await guest.call(
    "request",
    "trial",
    ...FILE,
    "--yes",
    "--trust-file",
    "--out",
    "a.request",
    "--purpose",
    "to see",
  )
  expect(asked.stderr).toBe("")
  expect(asked.code).toBe(0)
  copyFileSync(join(guest.home, "a.request"), join(host.home, "a.request"))

  const approved = await host.call(
    "approve",
    "a.request",
    ...FILE,
    "--yes",
    "--fingerprint",
    await guest.fingerprint(),
  )
  expect(approved.stderr).toBe("")
  expect(approved.stdout).toContain("St. Mary's (st-marys) joins trial with guest-1")
  const issued = await host.call("run", ...FILE, "--yes")
  expect(issued.stderr).toBe("")
  expect(issued.stdout).toContain("The approval for St. Mary's is")
  expect(issued.code).toBe(4)

  copyFileSync(join(host.folder, "messages", "st-marys.approval"), join(guest.home, "a.approval"))
  const accepted = await guest.call(
    "accept",
    "a.approval",
    ...FILE,
    "--fingerprint",
    await host.fingerprint(),
  )
  expect(accepted.stderr).toBe("")
  expect(accepted.stdout).toContain("The Host admits you to trial with guest-1")
  const entered = await guest.call("run", ...FILE, "--yes")
  expect(entered.stdout).toContain("The receipt for The Host is")
  expect(entered.code).toBe(0)

  copyFileSync(join(guest.folder, "messages", "the-host.receipt"), join(host.home, "a.receipt"))
  const closed = await host.call("accept", "a.receipt", ...FILE)
  expect(closed.stderr).toBe("")
  const greeted = await host.call("run", ...FILE, "--yes")
  expect(greeted.stderr).toBe("")
  expect(greeted.code).toBe(0)

  const earlier = people.requests()
  for (const words of [["plan"], ["status", "--live"], ["doctor"], ["report"], ["values"]])
    await guest.call(...words, ...FILE)
  expect(people.trespasses).toEqual([])
  // The log is one that shows requests.
  expect(people.requests()["guest-1"]).toBeGreaterThan(earlier["guest-1"]!)
  expect(readFileSync(join(guest.home, "a.approval"), "utf8")).not.toContain("PRIVATE")
})
