/**
 * A coordinator and an institution whose clocks are ten minutes apart, and everything that can be wrong with a file between them: who
 * reads what, that nothing changes, and that what is typed next cures it.
 */
import { createHash } from "node:crypto"
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { plainWords } from "../../lib/cli/walk/plain-words.ts"
import { createParty, type OwnParty } from "../../lib/parties/identity.ts"
import { sealFor } from "../../lib/parties/sealing.ts"
import type { Fault } from "../../lib/practice/types/faults.ts"
import { type Called, callGuide } from "../campaign/guide.ts"
import { type Ended, flat } from "./harness.ts"
import { type Institutions, mail, type Person, startInstitutions } from "./institutions.ts"
import {
  keysOf,
  otherBytes,
  otherFields,
  otherSeals,
  payloadOf,
  redeem,
  signedBy,
  tokenOf,
  unsigned,
} from "./party-files.ts"

const SEEN = "cannot be accepted"
const ALTERED = "is not a message that can be accepted"

let world: Institutions
let coordinator: Person
let party: Person
let stranger: OwnParty
/** How far the clock of each cluster is ahead of this machine's, in minutes. */
const clocks = (superlink: number, supernode: number): Fault[] =>
  Object.entries({ superlink, "supernode-1": supernode }).map(([cluster, minutes]) => ({
    ...{ where: "clock", cluster, what: minutes < 0 ? "behind" : "ahead", delay: Math.abs(minutes) * 60_000 },
  }))

beforeAll(async () => {
  world = await startInstitutions(1)
  coordinator = world.coordinator
  party = world.parties[0]!
  world.practice.faults.set(clocks(0, -10))
  stranger = await createParty(join(party.folder, "elsewhere"), "st-marys", "St. Mary's")
  // From here on both have a session, so that the clocks of their clusters count.
  for (const person of [coordinator, party]) await ends(4, person.say("run", "--yes"))
})
afterAll(() => world?.close())

/** The program in this process, as this person: a refusal takes a moment, and there are hundreds. */
const quick = (person: Person, argv: readonly string[]): Promise<Called> =>
  callGuide(person.folder, [...argv, ...(argv.includes("--federation") ? [] : ["--federation", person.file])])

/** Everything that a person has on disk, beside the files that were sent. */
const kept = ({ folder }: Person): string =>
  readdirSync(join(folder, "state"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .map((file) => `${file} ${createHash("sha256").update(readFileSync(file)).digest("hex")}`)
    .join("\n")

/** What changes a cluster. */
const written = (): number =>
  world.practice.clusters.flatMap(({ server }) =>
    server.requests.filter(({ method, user }) => !["GET", "HEAD"].includes(method) && user === "kube:admin"),
  ).length

/** Exit code 2, a reason, a fix, a next command, and nothing changed. @returns that command */
async function refuses(person: Person, argv: readonly string[], ...says: string[]): Promise<string> {
  const before = [kept(person), written()]
  const { code, stderr } = await quick(person, argv)
  const said = flat(stderr)
  for (const text of says) expect(said, argv.join(" ")).toContain(text)
  expect(code, said).toBe(2)
  expect([kept(person), written()], said).toEqual(before)
  expect(said).toMatch(/ fix: /)
  const next = /^ *next: (.*)$/m.exec(stderr)?.[1]
  expect(next, said).toBeDefined()
  return next!
}

/** Types a line that was shown as next; `…` is what a person has to fill in. */
async function type(person: Person, line: string, filled = "") {
  const [program, ...argv] = plainWords(line.replace(/'?…'?/, `'${filled}'`))
  expect(program).toBe("flower-runbook")
  expect(argv).toContain("--federation")
  return person.call(argv)
}

/** @returns what it printed */
async function ends(code: number, call: Promise<Ended>): Promise<string> {
  const ended = await call
  expect(ended.code, `${ended.stdout}${ended.stderr}`).toBe(code)
  expect(ended.stderr).toBe("")
  return ended.stdout
}

const receive = (person: Person, name: string, text: string): void =>
  writeFileSync(join(person.folder, name), text)
const sent = (person: Person, name: string): string =>
  readFileSync(join(person.state, "messages", name), "utf8")

/** Every field, and a byte of every region, of a file that was sent: all refused, by the command that would have used it. */
async function refusesAltered(person: Person, argv: readonly string[], file: string): Promise<number> {
  const text = readFileSync(join(person.folder, file), "utf8")
  const fields = otherFields(payloadOf(text)).map(([at, payload]) => [at, unsigned(text, payload)] as const)
  const altered = [...fields, ...otherBytes(text)]
  for (const [at, content] of altered) {
    receive(person, file, content)
    const next = await refuses(person, argv, ALTERED).catch((error: Error) => {
      throw new Error(`${at}: ${error.message}`)
    })
    expect(next).toContain(`flower-runbook ${argv[0]} ${file}`)
  }
  receive(person, file, text)
  return altered.length
}

test("a request: every field, a byte of each region, a private key, another federation, somebody else's key", async () => {
  await ends(0, party.say("request", "trial", "--yes"))
  const file = mail(join(party.folder, "st-marys.request"), coordinator, "a.request")
  const text = readFileSync(join(party.folder, "st-marys.request"), "utf8")
  const typed = ["--fingerprint", await party.fingerprint()]
  const approve = ["approve", file, "--yes"]
  expect(await refusesAltered(coordinator, [...approve, ...typed], file)).toBeGreaterThan(25)

  const keys = await keysOf(party)
  const forged = async (by: OwnParty, more: object, ...says: string[]) => {
    receive(coordinator, file, signedBy(by, text, more as Record<string, unknown>))
    return refuses(coordinator, [...approve, ...typed], ...says)
  }
  const purpose = keys.signingKey.replaceAll("\n", " ")
  await forged(keys, { purpose }, ALTERED, "it holds a private key", "has to make a new key")
  await forged(keys, { federation: "other" }, "asks to join other, not trial")
  await forged(keys, { created: new Date(Date.now() + 16 * 60_000).toISOString() }, "was made in the future")
  const late = { created: "2020-01-01T00:00:00.000Z", expires: "2020-01-02T00:00:00.000Z" }
  const next = await forged(keys, late, "expired at 2020-01-02", "ask St. Mary's for a new request")
  await forged(stranger, {}, "not that of the keys in this file", keys.fingerprint, stranger.fingerprint)

  // The right file under the same name, and the same command: refused without the fingerprint, cured with it.
  receive(coordinator, file, text)
  await refuses(coordinator, [...approve, "--fingerprint", "12345"], "eight groups of five digits")
  const wrong = [...approve, "--fingerprint", stranger.fingerprint]
  expect(await refuses(coordinator, wrong, "not that of the keys in this file")).toContain(
    "--fingerprint '…'",
  )
  expect(await refuses(coordinator, approve, "fingerprint is required")).toContain("--fingerprint '…'")
  const admitted = await ends(0, type(coordinator, next))
  expect(admitted).toContain("St. Mary's is admitted as st-marys")

  // From now on the name has its keys.
  receive(coordinator, file, signedBy(stranger, text, {}))
  const other = await refuses(coordinator, approve, "signed with other keys than those of st-marys")
  expect(other).toContain("--fingerprint '…'")
  receive(coordinator, file, text)
})

test("an approval: every field, a byte of each region and of the seal, somebody else's seal, request and key", async () => {
  await ends(4, coordinator.say("run", "--yes"))
  const text = sent(coordinator, "st-marys.approval")
  const file = "an.approval"
  receive(party, file, text)
  const typed = ["--fingerprint", await coordinator.fingerprint()]
  const accept = ["accept", file, ...typed]
  expect(await refusesAltered(party, accept, file)).toBeGreaterThan(45)

  const keys = await keysOf(coordinator)
  const forged = async (by: OwnParty, more: Record<string, unknown>, ...says: string[]) => {
    receive(party, file, signedBy(by, text, more))
    return refuses(party, accept, ...says)
  }
  const { sealed, values, serial } = payloadOf(text) as { sealed: string; values: object[]; serial: number }
  const unopened = ["sealed part cannot be opened", "ask Coordinator for another approval"]
  for (const [, seal] of otherSeals(sealed)) await forged(keys, { sealed: seal }, SEEN, ...unopened)
  await forged(keys, { sealed: await sealFor(stranger.recipient, "[]") }, SEEN, ...unopened)
  await forged(keys, { request: "0".repeat(64) }, SEEN, "it answers another request than that of")
  await forged(keys, { federation: "other" }, "is about other, not trial")
  await forged(keys, { sites: [{ name: "supernode-9", role: "supernode" }] }, SEEN, "it is about supernode-9")
  await forged(keys, { values: [{ ...values[0], content: stranger.signingKey }] }, "it holds a private key")
  await forged(keys, { created: new Date(Date.now() + 6 * 60_000).toISOString() }, "was made in the future")
  await forged(stranger, {}, "not that of the keys in this file")

  receive(party, file, text)
  const wrong = ["accept", file, "--fingerprint", stranger.fingerprint]
  const next = await refuses(party, wrong, "not that of the keys in this file")
  // It was made ten minutes from now by the clock of the party's cluster.
  const accepted = await ends(0, type(party, next, keys.fingerprint))
  expect(accepted).toContain("Coordinator admits you to trial with supernode-1")
  await forged(
    keys,
    { serial, grants: [] },
    "number 1 of the approvals of this request, and number 1 was accepted",
  )
  receive(party, "other.approval", signedBy(stranger, text, {}))
  const keyed = await refuses(party, ["accept", "other.approval"], "other keys than those of coordinator")
  expect(keyed).toContain("--fingerprint '…'")
})

test("a token that a thief has used: the party asks for another one, and the old approval is worth nothing", async () => {
  copyFileSync(join(coordinator.state, "messages", "st-marys.approval"), join(party.folder, "an.approval"))
  expect(await redeem(await tokenOf(party))).toBe(200)
  const used = await party.say("run", "--yes")
  expect(used.code).toBe(1)
  expect(flat(used.stdout)).toContain("supernode-1 needs another token of coordinator")
  expect(flat(used.stdout)).toContain("flower-runbook approve PARTY --again")
  const next = nextOf(used.stdout, "accept coordinator.approval")
  const unaware = await ends(4, coordinator.say("run", "--yes"))
  expect(flat(unaware)).toContain("St. Mary's has to send its receipt")

  await ends(0, coordinator.say("approve", "st-marys", "--again", "--yes"))
  mail(join(coordinator.state, "messages", "st-marys.approval"), party, "coordinator.approval")
  await ends(0, type(party, next))
  const replayed = await refuses(party, ["accept", "an.approval"], SEEN, "number 2 was accepted before")
  expect(replayed).toMatch(/^flower-runbook run /)
})

test("an approval that expires before it is used: both read who has to type what, and that is enough", {
  timeout: 120_000,
}, async () => {
  // A day and an hour later, at both.
  world.practice.faults.set(clocks(25 * 60, 25 * 60 - 10))
  const late = await ends(4, party.say("run", "--yes"))
  expect(flat(late)).toMatch(/Coordinator's approval expired .* and was not used/)
  expect(flat(late)).toContain("they type `flower-runbook approve --again` with your name")
  const refused = ["expired at", "by the clock of the API server of supernode-1", "approve --again"]
  const next = await refuses(party, ["accept", "coordinator.approval"], ...refused)

  const told = await ends(1, coordinator.say("run", "--yes"))
  expect(flat(told)).toContain("the token of st-marys cannot be redeemed any more: the token has expired")
  await ends(0, type(coordinator, `${nextOf(told, "approve st-marys --again")} --yes`))
  mail(join(coordinator.state, "messages", "st-marys.approval"), party, "coordinator.approval")
  await ends(0, type(party, next))
  await ends(0, party.say("run", "--yes"))
})

test("a receipt: every field, a byte of each region, an older approval's, somebody else's", async () => {
  const file = mail(join(party.state, "messages", "coordinator.receipt"), coordinator, "a.receipt")
  const text = readFileSync(join(coordinator.folder, file), "utf8")
  const accept = ["accept", file]
  expect(await refusesAltered(coordinator, accept, file)).toBeGreaterThan(30)
  receive(coordinator, file, signedBy(await keysOf(party), text, { approval: "0".repeat(64) }))
  const next = await refuses(coordinator, accept, SEEN, "not of the approval that was sent last")
  receive(coordinator, file, signedBy(stranger, text, {}))
  await refuses(coordinator, accept, "other keys than those of st-marys")
  receive(coordinator, file, text)
  await ends(0, type(coordinator, next))
  await ends(0, coordinator.say("run", "--yes"))
})

test("a revocation: every field, a byte of each region, somebody else's; what was sent before is worth nothing after it", async () => {
  const reason = ["--reason", "the study has ended"]
  await ends(0, coordinator.say("revoke", "st-marys", "--yes", ...reason))
  const file = mail(join(coordinator.state, "messages", "st-marys.revocation"), party, "an.end")
  const text = readFileSync(join(party.folder, file), "utf8")
  expect(await refusesAltered(party, ["accept", file], file)).toBeGreaterThan(20)
  receive(party, file, signedBy(stranger, text, {}))
  await refuses(party, ["accept", file], "other keys than those of coordinator")
  const other = { name: "Mercy", fingerprint: stranger.fingerprint }
  receive(party, file, signedBy(await keysOf(coordinator), text, { party: other }))
  const next = await refuses(party, ["accept", file], "it revokes somebody else, Mercy")
  expect(next).toMatch(/^flower-runbook status /)
  receive(party, file, text)
  const told = await ends(0, party.say("accept", file))
  expect(told).toContain("Coordinator has ended your part in trial: the study has ended")

  const ended = ["was ended at", "request to join"]
  const late = await refuses(party, ["accept", "coordinator.approval"], SEEN, ...ended)
  const typed = ["--fingerprint", await party.fingerprint()]
  await refuses(coordinator, ["accept", "a.receipt", ...typed], "was ended at")
  await refuses(coordinator, ["approve", "a.request", "--yes", ...typed], "was ended at", "a new request")
  expect(late).toMatch(/^flower-runbook request trial /)
})

test("keys that are newer than the request: the approval cannot be opened, and a new request is the cure", async () => {
  await ends(0, party.say("request", "trial", "--yes"))
  const typed = async () => ["--fingerprint", await party.fingerprint()]
  const admit = async () => {
    const file = mail(join(party.folder, "st-marys.request"), coordinator, "b.request")
    await ends(0, coordinator.say("approve", file, "--yes", ...(await typed())))
    await ends(4, coordinator.say("run", "--yes"))
    mail(join(coordinator.state, "messages", "st-marys.approval"), party, "c.approval")
  }
  await admit()
  await ends(0, party.call(["party", "rotate"]))
  const theirs = ["--fingerprint", await coordinator.fingerprint()]
  const newer = "your keys are newer than the request that it answers"
  const next = await refuses(party, ["accept", "c.approval", ...theirs], SEEN, newer)
  await ends(0, type(party, `${next} --yes`))
  await admit()
  await ends(0, party.say("accept", "c.approval", ...theirs))
})

const nextOf = (screen: string, command: string): string => {
  const lines = [...screen.matchAll(/^ *(?:next|Next|Then): +(.*)$/gm)].map(([, line]) => line!)
  const found = lines.find((line) => line.includes(command))
  expect(found, screen).toBeDefined()
  return found!
}
