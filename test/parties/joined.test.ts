/** Three parties at once: what each knows of the others, where the secrets are, and one record of all. */
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { IDS, type People, type Person, startPeople } from "./people.ts"

const FILE = ["--federation", "federation.yaml"]
let people: People

/** From the request to the receipt, for all guests. */
beforeAll(async () => {
  people = await startPeople(3)
  const { host, guests } = people
  for (const [index, guest] of guests.entries()) {
    await guest.call("request", "trial", ...FILE, "--yes", "--trust-file")
    copyFileSync(join(guest.home, `${IDS[index]}.request`), join(host.home, `${index}.request`))
    await host.call(
      "approve",
      `${index}.request`,
      ...FILE,
      "--yes",
      "--fingerprint",
      await guest.fingerprint(),
    )
  }
  await host.call("run", ...FILE, "--yes", "--trust-file")
  for (const [index, guest] of guests.entries()) {
    copyFileSync(join(host.folder, "messages", `${IDS[index]}.approval`), join(guest.home, "a.approval"))
    await guest.call("accept", "a.approval", ...FILE, "--fingerprint", await host.fingerprint())
    await guest.call("run", ...FILE, "--yes")
    copyFileSync(join(guest.folder, "messages", "the-host.receipt"), join(host.home, `${index}.receipt`))
    await host.call("accept", `${index}.receipt`, ...FILE)
  }
}, 120_000)
afterAll(() => people.close())

/** Every file below a folder. */
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())

const passwords = ({ folder }: Person): string[] =>
  filesOf(join(folder, "private"))
    .filter((file) => file.endsWith("value-password"))
    .map((file) => JSON.parse(readFileSync(file, "utf8")).content)

it("all of them are ready, and nobody asked another one's cluster anything", async () => {
  const done = await people.host.call("run", ...FILE, "--yes")
  expect(done.stderr).toBe("")
  expect(done.code).toBe(0)
  expect(people.trespasses).toEqual([])
})

it("each secret is in private files of its two sides, and nowhere else; no key is anywhere but with its party", async () => {
  const { host, guests } = people
  for (const person of [host, ...guests])
    await person.call("report", ...FILE, "--format", "json", "--out", "report.json")
  const known = new Map(guests.map((guest) => [guest, passwords(guest)]))
  expect(passwords(host).toSorted()).toEqual([...known.values()].flat().toSorted())
  expect(new Set(passwords(host)).size).toBe(3)
  for (const person of [host, ...guests]) {
    for (const file of filesOf(person.home)) {
      const text = readFileSync(file, "latin1")
      const isIdentity = file.endsWith("identity.json")
      expect(text.includes("PRIVATE KEY") || text.includes("AGE-SECRET-KEY"), file).toBe(isIdentity)
      if (file.includes("/private/")) continue
      for (const password of passwords(host)) {
        expect(text.includes(password), file).toBe(false)
        expect(text.includes(Buffer.from(password).toString("base64").slice(0, -2)), file).toBe(false)
      }
    }
  }
})

it("a guest learns nothing of the other guests", () => {
  const { host, guests } = people
  for (const [index] of guests.entries()) {
    const { payload } = JSON.parse(
      readFileSync(join(host.folder, "messages", `${IDS[index]}.approval`), "utf8"),
    )
    const text = Buffer.from(payload, "base64").toString()
    for (const other of IDS.filter((id) => id !== IDS[index])) expect(text).not.toContain(other)
    expect(text).not.toContain("https://")
  }
})

it("status and report say what was exchanged, and how the keys are known", async () => {
  const status = await people.host.call("status", ...FILE)
  expect(status.stdout).toContain("St. Mary's (st-marys): request received")
  const report = await people.host.call("report", ...FILE)
  expect(report.stdout).toContain("## Other parties")
  expect(report.stdout).toMatch(/approval for St\. Mary's \(st-marys\).*fingerprint compared/)
  expect(report.stdout).toContain("of st-marys")
  const json = await people.host.call("status", ...FILE, "--json")
  expect(JSON.parse(json.stdout).parties.map(({ party }: { party: string }) => party)).toEqual(IDS)
})

it("two reports become one record; a copy that was altered, and a message that one side lacks, are named", async () => {
  const { host, guests } = people
  const guest = guests[0]!
  const report = await guest.call("report", ...FILE, "--format", "json")
  writeFileSync(join(host.home, "other.json"), report.stdout)
  const joined = await host.call("report", ...FILE, "--join", "other.json", "--format", "json")
  expect(joined.stderr).toBe("")
  const { joined: record } = JSON.parse(joined.stdout)
  expect(record.parties).toEqual(["St. Mary's"])
  expect(record.checks.map(({ ok }: { ok: boolean }) => ok)).toEqual([true, true, true])
  expect(record.checks[0].why).toContain("signature verified")
  const said = record.timeline.map(({ who, what }: { who: string; what: string }) => `${who}: ${what}`)
  const first = (text: string) => said.findIndex((line: string) => line.startsWith(text))
  expect(first("St. Mary's: wrote the request")).toBeLessThan(
    first("here: accepted the request from St. Mary's"),
  )
  expect(first("here: wrote the approval for St. Mary's")).toBeLessThan(
    first("St. Mary's: accepted the approval"),
  )
  expect(said).toContain(
    "here: exit code 4: Charité has to send its receipt; Mercy has to send its receipt; St. Mary's has to send its receipt",
  )
  const page = await host.call("report", ...FILE, "--join", "other.json", "--format", "html")
  expect(page.stdout).toContain("Joined with other parties")

  const copy = readdirSync(join(host.folder, "messages")).find((name) =>
    name.startsWith("st-marys.receipt."),
  )!
  const file = join(host.folder, "messages", copy)
  writeFileSync(file, readFileSync(file, "utf8").replace('"sig": "', '"sig": "A'))
  const without = JSON.parse(report.stdout)
  without.messages = without.messages.filter(({ kind }: { kind?: string }) => kind !== "request")
  writeFileSync(join(host.home, "other.json"), JSON.stringify(without))
  const altered = await host.call("report", ...FILE, "--join", "other.json")
  expect(altered.stdout).toContain("the kept file was altered")
  expect(altered.stdout).toContain("the other side has not sent it")
  const wrong = await host.call("report", ...FILE, "--join", "federation.yaml")
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toContain("--join federation.yaml cannot be read")
})
