/** What both people read when something about a file, a key or a time is not right; nothing is changed then. */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { createParty, loadParty, type OwnParty } from "../../lib/parties/identity.ts"
import { type ApprovalPayload, type Payload, parseMessage, writeMessage } from "../../lib/parties/messages.ts"
import { sealFor } from "../../lib/parties/sealing.ts"
import type { Result } from "../cli/screen.ts"
import { type People, type Person, startPeople } from "./people.ts"

let people: People
let host: Person
let guest: Person
beforeEach(async () => {
  people = await startPeople()
  host = people.host
  guest = people.guests[0]!
}, 60_000)
afterEach(() => people.close())

const FILE = ["--federation", "federation.yaml"]
const own = (person: Person, id: string): Promise<OwnParty> =>
  loadParty(join(person.home, "state", "meeting"), id)
const payloadOf = (file: string) => parseMessage("meeting", readFileSync(file)).payload

/** A refusal: exit code 2, one sentence, and not a line more in the journal. */
async function refuses(person: Person, argv: string[], ...says: string[]): Promise<Result> {
  const before = readJournal(person)
  const result = await person.call(...argv)
  for (const text of says) expect(result.stderr.replaceAll(/\s+/g, " ")).toContain(text)
  expect(result.code).toBe(2)
  expect(readJournal(person)).toBe(before)
  return result
}
const readJournal = ({ folder }: Person): string => {
  try {
    return readFileSync(join(folder, "journal.jsonl"), "utf8")
  } catch {
    return ""
  }
}

const give = (from: string, to: Person, name: string): string => {
  copyFileSync(from, join(to.home, name))
  return name
}
async function ask(): Promise<string> {
  expect((await guest.call("request", "trial", ...FILE, "--yes", "--trust-file")).code).toBe(0)
  return give(join(guest.home, "st-marys.request"), host, "a.request")
}
async function issue(): Promise<string> {
  await host.call("approve", await ask(), ...FILE, "--yes", "--fingerprint", await guest.fingerprint())
  expect((await host.call("run", ...FILE, "--yes", "--trust-file")).code).toBe(4)
  return give(join(host.folder, "messages", "st-marys.approval"), guest, "a.approval")
}
const approval = async (file = "a.approval"): Promise<ApprovalPayload> =>
  payloadOf(join(guest.home, file)) as ApprovalPayload
async function forge(party: OwnParty, payload: Payload, name = "forged"): Promise<string> {
  const from = { id: party.id, name: party.name, signing: party.signing, recipient: party.recipient }
  writeFileSync(join(guest.home, name), writeMessage(party, { ...payload, from }).text)
  writeFileSync(join(host.home, name), writeMessage(party, { ...payload, from }).text)
  return name
}

it("a request: new key, wrong fingerprint, a fingerprint with a typing error, another federation, expired, from the future", async () => {
  const file = await ask()
  await refuses(
    host,
    ["approve", file, ...FILE, "--yes"],
    "The keys of St. Mary's are new here, so their fingerprint is required",
  )
  await refuses(
    host,
    ["approve", file, ...FILE, "--yes", "--fingerprint", await host.fingerprint()],
    "not that of the keys in this file",
  )
  await refuses(
    host,
    ["approve", file, ...FILE, "--yes", "--fingerprint", "12345 67890"],
    "eight groups of five digits",
  )
  const party = await own(guest, "st-marys")
  const payload = payloadOf(join(host.home, file))
  const yes = ["--yes", "--fingerprint", await guest.fingerprint()]
  await refuses(
    host,
    ["approve", await forge(party, { ...payload, federation: "other" }), ...FILE, ...yes],
    "asks to join other, not trial",
  )
  const past = { created: "2020-01-01T00:00:00.000Z", expires: "2020-01-02T00:00:00.000Z" }
  await refuses(
    host,
    ["approve", await forge(party, { ...payload, ...past } as Payload), ...FILE, ...yes],
    "expired at 2020-01-02",
    "by the clock of",
  )
  const future = { created: "2120-01-01T00:00:00.000Z", expires: "2120-01-02T00:00:00.000Z" }
  await refuses(
    host,
    ["approve", await forge(party, { ...payload, ...future } as Payload), ...FILE, ...yes],
    "was made in the future",
  )
  const sites = [
    { name: "guest-1", role: "guest" },
    { name: "guest-2", role: "guest" },
  ]
  await refuses(
    host,
    ["approve", await forge(party, { ...payload, sites } as Payload), ...FILE, ...yes],
    "asks for guest-1 (guest), guest-2 (guest)",
  )
  await refuses(
    host,
    ["approve", await forge(party, { ...payload, values: [] } as Payload), ...FILE, ...yes],
    "the value badge of guest-1/badge is missing",
  )
  await refuses(
    host,
    ["approve", file, ...FILE, ...yes, "--known-as", "nobody"],
    "No site of trial belongs to nobody",
  )
  await refuses(host, ["accept", file, ...FILE], "is a request to join")
  // Ten minutes of difference are accepted.
  const soon = { created: new Date(Date.now() + 600_000).toISOString() }
  expect(
    (await host.call("approve", await forge(party, { ...payload, ...soon } as Payload), ...FILE, ...yes))
      .code,
  ).toBe(0)
})

it("whoever is asked to admit a party says no by Enter alone", async () => {
  const argv = ["approve", await ask(), ...FILE, "--fingerprint", await guest.fingerprint()]
  await refuses(host, argv, "This requires approval, and the session is not interactive")
  const before = readJournal(host)
  const declined = await host.typed(argv, [/Admit this party\?/, "\r"])
  expect(declined.stdout).toContain("St. Mary's (st-marys) joins trial with guest-1")
  expect(declined.stderr).toContain("Declined: nothing was changed")
  expect(declined.code).toBe(2)
  expect(readJournal(host)).toBe(before)
  expect((await host.typed(argv, [/Admit this party\?/, "y\r"])).code).toBe(0)
  expect(host.journal().find((line) => line.type === "approval")).toMatchObject({ how: "asked" })
})

it("keys under a known name: others are refused, new ones need their fingerprint, none at all is recorded", async () => {
  const file = await ask()
  const open = await host.call("approve", file, ...FILE, "--yes", "--without-fingerprint")
  expect(open.code).toBe(0)
  expect(open.stdout).toContain("which nobody compared")
  expect(host.journal().find((line) => line.type === "message")).toMatchObject({
    trust: "none",
    party: "st-marys",
  })
  await host.call("run", ...FILE, "--yes", "--trust-file")
  expect(payloadOf(join(host.folder, "messages", "st-marys.approval"))).toMatchObject({ trust: "none" })
  const stranger = await createParty(join(guest.home, "elsewhere"), "st-marys", "St. Mary's")
  const forged = await forge(stranger, payloadOf(join(host.home, file)))
  await refuses(host, ["approve", forged, ...FILE, "--yes"], "signed with other keys than those of st-marys")
  await refuses(
    host,
    ["approve", forged, ...FILE, "--yes", "--without-fingerprint"],
    "signed with other keys than those of st-marys",
  )
  expect(
    (await host.call("approve", forged, ...FILE, "--yes", "--fingerprint", stranger.fingerprint)).code,
  ).toBe(0)
})

it("an approval: of another request, for another party, altered, expired, replayed, with other inputs", async () => {
  const file = await issue()
  const fingerprint = await host.fingerprint()
  const compared = ["--fingerprint", fingerprint]
  const party = await own(host, "the-host")
  const good = await approval()
  const refused = async (more: Partial<ApprovalPayload>, ...says: string[]) =>
    refuses(guest, ["accept", await forge(party, { ...good, ...more }), ...FILE, ...compared], ...says)

  await refuses(guest, ["accept", file, ...FILE], "The keys of The Host are new here")
  await refuses(
    guest,
    ["accept", file, ...FILE, "--fingerprint", await guest.fingerprint()],
    "not that of the keys in this file",
  )
  await refused({ request: "0".repeat(64) }, "it answers another request")
  await refused({ federation: "other" }, "is about other, not trial")
  await refused({ expires: "2020-01-01T00:00:00.000Z" }, "expired at 2020-01-01", "approve --again")
  await refused({ sites: [{ name: "guest-9", role: "guest" }] }, "it is about guest-9")
  await refused(
    { inputs: [{ name: "dialect", value: "broad" }] },
    'dialect is "broad" there and "plain" here',
  )
  await refused({ inputs: [{ name: "commands", value: "/tmp" }] }, "which parties do not agree about")
  await refused({ values: [] }, "the value door of guest-1/door is missing")
  await refused(
    { values: [...good.values, { step: "enter", site: "guest-1", name: "seat", content: 1 }] },
    "which no approval of this notebook has there",
  )
  const stranger = await createParty(join(guest.home, "elsewhere"), "stranger", "Stranger")
  await refused({ sealed: await sealFor(stranger.recipient, "[]") }, "sealed to somebody else")
  const mine = (await own(guest, "st-marys")).recipient
  await refused({ sealed: await sealFor(mine, "[]") }, "the value password of guest-1/door is missing")
  await refused({ sealed: await sealFor(mine, "{") }, "sealed part is not as it has to be")
  const key = stranger.signingKey
  await refused(
    {
      sealed: await sealFor(
        mine,
        JSON.stringify([{ step: "door", site: "guest-1", name: "password", content: key }]),
      ),
    },
    "it holds a private key",
  )

  expect((await guest.call("accept", file, ...FILE, ...compared)).code).toBe(0)
  // The same file again changes nothing and is no error; an older one is.
  expect((await guest.call("accept", file, ...FILE)).code).toBe(0)
  const again = await host.call("approve", "st-marys", "--again", ...FILE, "--yes", "--json")
  expect(again.stdout).toContain('"type":"message","way":"sent","kind":"approval"')
  expect(again.code).toBe(0)
  const second = give(join(host.folder, "messages", "st-marys.approval"), guest, "b.approval")
  expect((await guest.call("accept", second, ...FILE)).code).toBe(0)
  await refuses(
    guest,
    ["accept", file, ...FILE],
    "it is number 1 of the approvals of this request, and number 2 was accepted before",
  )
  expect((await guest.call("run", ...FILE, "--yes")).code).toBe(0)

  // Its receipt is of the second; one of the first is refused.
  const receipt = give(join(guest.folder, "messages", "the-host.receipt"), host, "a.receipt")
  const first = parseMessage("meeting", readFileSync(join(guest.home, file))).digest
  const old = await forge(await own(guest, "st-marys"), {
    ...payloadOf(join(host.home, receipt)),
    approval: first,
  } as Payload)
  await refuses(host, ["accept", old, ...FILE], "not of the approval that was sent last")
  expect((await host.call("accept", receipt, ...FILE)).code).toBe(0)
})

it("an approval that was not used in time ends a run with exit code 4, and says who has to type what", async () => {
  const party = await own(host, "the-host")
  await issue()
  const { sealed, ...rest } = await approval()
  const expires = new Date(Date.now() + 4000).toISOString()
  const file = await forge(party, { ...rest, expires, ...(sealed !== undefined && { sealed }) })
  expect((await guest.call("accept", file, ...FILE, "--fingerprint", party.fingerprint)).code).toBe(0)
  // An API server says the time in whole seconds.
  await expect.poll(() => Date.now() > Date.parse(expires) + 1500, { timeout: 10_000 }).toBe(true)
  const late = await guest.call("run", ...FILE, "--yes")
  expect(late.code).toBe(4)
  expect(late.stdout.replaceAll(/\s+/g, " ")).toContain("The Host's approval expired")
  expect(late.stdout).toContain("approve --again")
})

it("a revoked party: its door is closed, nothing is prepared for it again, and it can only join with a new request", async () => {
  await issue()
  const ended = await host.call("revoke", "st-marys", ...FILE, "--yes", "--reason", "the study has ended")
  expect(ended.stderr).toBe("")
  expect(ended.code).toBe(0)
  expect(ended.stdout).toContain("St. Mary's is revoked")
  const revocation = give(join(host.folder, "messages", "st-marys.revocation"), guest, "end")
  const told = await guest.call("accept", revocation, ...FILE, "--fingerprint", await host.fingerprint())
  expect(told.stderr).toBe("")
  expect(told.stdout).toContain("The Host has ended your part in trial: the study has ended")
  const nothing = await guest.call("run", ...FILE, "--yes")
  expect(nothing).toMatchObject({ code: 0, stderr: "" })
  expect(nothing.stdout).toContain("The Host has ended your part")
  expect(nothing.stdout.replaceAll(/\s+/g, " ")).toContain(
    "To remove what is left here: meeting teardown --federation",
  )
  expect(nothing.stdout).not.toContain("applied")
  const after = await host.call("run", ...FILE, "--yes")
  expect(after.code).toBe(0)
  expect(after.stdout).not.toContain("applied")
  await refuses(host, ["approve", "st-marys", "--again", ...FILE, "--yes"], "was not approved here")
  // The old request does not bring it back.
  await refuses(
    host,
    ["approve", "a.request", ...FILE, "--yes", "--fingerprint", await guest.fingerprint()],
    "was ended",
  )
  const another = await ask()
  await refuses(host, ["approve", another, ...FILE, "--yes"], "are new here")
  expect(
    (await host.call("approve", another, ...FILE, "--yes", "--fingerprint", await guest.fingerprint())).code,
  ).toBe(0)
  expect((await host.call("run", ...FILE, "--yes")).code).toBe(4)
})

it("the commands of parties are for those who own the side that they belong to", async () => {
  await refuses(host, ["request", "trial", ...FILE, "--yes"], "request is for a party that joins")
  await ask()
  await refuses(guest, ["approve", "st-marys.request", ...FILE, "--yes"], "approve is for the coordinator")
  await refuses(guest, ["revoke", "the-host", ...FILE, "--yes"], "revoke is for the coordinator")
  const fresh = await guest.call("party", "init", "--name", "St. Mary's")
  expect(fresh.stderr).toContain("You already act for the party st-marys")
})

it("a party whose clock is ahead is revoked all the same: the order of the journal counts", async () => {
  const soon = { created: new Date(Date.now() + 600_000).toISOString() }
  const payload = { ...payloadOf(join(host.home, await ask())), ...soon } as Payload
  const file = await forge(await own(guest, "st-marys"), payload)
  const yes = ["--yes", "--fingerprint", await guest.fingerprint()]
  expect((await host.call("approve", file, ...FILE, ...yes)).code).toBe(0)
  expect((await host.call("revoke", "st-marys", ...FILE, "--yes")).code).toBe(0)
  const after = await host.call("run", ...FILE, "--yes", "--trust-file")
  expect(after.stdout).not.toContain("the door is open")
  expect(after.code).toBe(0)
  await refuses(host, ["approve", file, ...FILE, ...yes], "was ended")
})
