/** The folder of a federation: whose it is, who writes it, and what a damaged one leads to. */
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { parse, stringify } from "yaml"
import { flat, linesOf, place, startWorld, type World } from "./harness.ts"

let world: World
let journal: string
/** A whole journal of a run that logged in everywhere. */
let good: string

const toLogin = (...more: string[]) => ["run", "--to", "login", "--yes", ...more]
const withFile = () => ["--federation", world.practice.federationFile]

beforeAll(async () => {
  world = await startWorld({ supernodes: 2 })
  expect(await world.call(toLogin(...withFile()))).toMatchObject({ code: 0, stderr: "" })
  journal = join(world.state, "journal.jsonl")
  good = readFileSync(journal, "utf8")
})
beforeEach(() => writeFileSync(journal, good))
afterAll(() => world?.close())

/** The practice federation's file, changed. */
// biome-ignore lint/suspicious/noExplicitAny: a parsed file, of which each test changes a little.
function changed(update: (file: any) => void): string[] {
  const file = parse(readFileSync(world.practice.federationFile, "utf8"))
  update(file)
  const path = join(world.folder, "changed.yaml")
  writeFileSync(path, stringify(file))
  return ["--federation", path]
}

const serverOf = (name: string) => world.practice.clusters.find((one) => one.name === name)!.server.url

test("the same names at other servers, all of them, are refused, naming both", async () => {
  const requests = world.requests()
  const file = changed(({ superlink, supernodes: [one, two] }) => {
    for (const key of ["server", "certificate-authority", "token-file"]) {
      ;[superlink[key], one[key], two[key]] = [two[key], superlink[key], one[key]]
    }
  })
  const { code, stderr } = await world.call(toLogin(...file))
  expect(code).toBe(2)
  for (const word of ["superlink", serverOf("superlink"), serverOf("supernode-2"), "--state", world.state]) {
    expect(stderr).toContain(word)
  }
  expect(requests()).toEqual([])
  expect(readFileSync(journal, "utf8")).toBe(good)
})

test("another federation in the same folder is refused, naming both", async () => {
  const file = changed((federation) => {
    federation.federation = "other"
  })
  const { code, stderr } = await world.call(toLogin(...file, "--state", world.state))
  expect(code).toBe(2)
  expect(flat(stderr)).toMatch(/belongs to the federation e2e, not to other/)
  expect(readFileSync(journal, "utf8")).toBe(good)
})

test("sites leave, and join again", async () => {
  const fewer = changed(({ supernodes }) => void supernodes.pop())
  expect(await world.call(toLogin(...fewer))).toMatchObject({ code: 0, stderr: "" })
  const now = linesOf(world.journal(), "run started").at(-1)!
  expect(now.sites.map(({ name }) => name)).toEqual(["superlink", "supernode-1"])
  expect(await world.call(toLogin(...withFile()))).toMatchObject({ code: 0, stderr: "" })
})

test("a live owner's lock is exit 3 naming it; a dead one's is taken over", async () => {
  const lock = join(world.state, "lock")
  const owner = {
    pid: process.pid,
    host: hostname(),
    since: "2026-11-22T12:00:00Z",
    command: "flower-runbook run",
  }
  writeFileSync(lock, `${JSON.stringify(owner)}\n`, { mode: 0o600 })
  const { code, stderr } = await world.call(toLogin(...withFile()))
  expect(code).toBe(3)
  expect(stderr).toContain(`pid ${process.pid} on ${hostname()}`)
  expect(readFileSync(journal, "utf8")).toBe(good)
  // plan and status only read: they need no lock.
  expect(await world.call(["status", ...withFile()])).toMatchObject({ code: 0, stderr: "" })

  const dead = world.start(["--version"])
  await dead.ended
  writeFileSync(lock, `${JSON.stringify({ ...owner, pid: dead.pid })}\n`, { mode: 0o600 })
  expect(await world.call(toLogin(...withFile()))).toMatchObject({ code: 0, stderr: "" })
})

test("a torn end is cut with a warning, and the run continues", async () => {
  appendFileSync(journal, '{"v":2,"type":"action sta')
  const { code, stdout, stderr } = await world.call(toLogin(...withFile()))
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  expect(stdout).toMatch(/torn/)
  expect(linesOf(world.journal(), "action started").map(place).sort()).toEqual([
    "superlink/login",
    "supernode-1/login",
    "supernode-2/login",
  ])
})

test.each([
  ["damaged in the middle", () => `not a line\n${good}`, /journal\.jsonl is damaged at line 1/],
  [
    "of a newer version",
    () => good.replace('"v":2', '"v":3'),
    /has format version 3, and this program reads version 2 only/,
  ],
])("a journal %s is refused and left as it is", async (_, content, words) => {
  writeFileSync(journal, content())
  for (const argv of [toLogin(...withFile()), ["plan", ...withFile()], ["status", ...withFile()]]) {
    const { code, stderr } = await world.call(argv)
    expect(code).toBe(2)
    expect(flat(stderr)).toMatch(words)
    expect(stderr).toMatch(/fix:/)
    expect(stderr).not.toMatch(/\n\s+at /)
  }
  expect(readFileSync(journal, "utf8")).toBe(content())
})

test("with several folders a call must name the federation", async () => {
  const other = join(world.state, "..", "other")
  mkdirSync(other, { mode: 0o700 })
  try {
    const { code, stderr } = await world.call(["status"])
    expect(code).toBe(2)
    expect(flat(stderr)).toMatch(/e2e, other/)
    expect(await world.call(["status", "--name", "e2e"])).toMatchObject({ code: 0, stderr: "" })
  } finally {
    renameSync(other, join(world.folder, "other"))
  }
})

test("without XDG_STATE_HOME the folder is in the home folder", async () => {
  const argv = ["run", "--to", "prerequisites", "--yes", ...withFile()]
  expect(await world.call(argv, { env: { XDG_STATE_HOME: "" } })).toMatchObject({ code: 0, stderr: "" })
  const folder = join(world.folder, ".local", "state", "flower-runbook", "e2e")
  expect(linesOf(world.journal(folder), "run ended").at(-1)).toMatchObject({ code: 0 })
})
