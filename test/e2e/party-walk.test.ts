/** Two people who walk, each at an own cluster: request, approval and receipt by the choices of the walk. */
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type Institutions, mail, type Person, startInstitutions } from "./institutions.ts"
import { KEY, type Pty } from "./pty.ts"
import { MENU, startWalk } from "./walking.ts"

let world: Institutions
const terminals: Pty[] = []
beforeEach(async () => {
  world = await startInstitutions(1, {}, { keys: false })
}, 120_000)
afterEach(async () => {
  for (const terminal of terminals.splice(0)) terminal.kill("SIGKILL")
  await world.close()
})

function sit(person: Person): Pty {
  const { practice } = world
  const terminal = startWalk([], person.folder, {
    rows: 40,
    env: {
      XDG_STATE_HOME: join(person.state, "..", ".."),
      PATH: `${practice.commands}:${process.env.PATH}`,
      FLOWER_RUNBOOK_LOGIN: "token",
    },
  })
  terminals.push(terminal)
  return terminal
}

/** Questions as they come, and what is typed at each. */
async function answer(terminal: Pty, dialogue: readonly (readonly [string, string])[]): Promise<void> {
  for (const [question, typed] of dialogue) {
    await terminal.reads(question)
    terminal.type(typed)
  }
}

/** The first question, and the name that the keys are made for. @returns the fingerprint that is shown */
async function begin(terminal: Pty, choice: string, name: string): Promise<string> {
  await terminal.reads("What would you like to do?")
  await terminal.choose(choice)
  await answer(terminal, [["Your name, as the others read it", `${name}\r`]])
  return fingerprintOn(terminal)
}

/** The endpoint of the own cluster. */
async function answerSite(terminal: Pty, { site }: Person): Promise<void> {
  const { practice } = world
  const { server } = practice.clusters.find(({ name }) => name === site)!
  await answer(terminal, [
    [`${site}: API server`, `${server.url}\r`],
    ["Give the file of the certificate authority", KEY.enter],
    ["CA file of the API server", `${join(practice.folder, "ca", `${site}.crt`)}\r`],
    [`${site}: Project`, KEY.enter],
    [`${site}: File that holds the token`, `${join(practice.folder, "tokens", site)}\r`],
  ])
  await terminal.reads(MENU, 90)
}

const END = "the end"

/** Enter by Enter until the cell offers this choice first; changes outside the site are approved. */
async function until(terminal: Pty, choice: string): Promise<void> {
  for (let cell = 0; cell < 40; cell++) {
    if (new RegExp(`^❯ ${choice}$`, "m").test(terminal.screen())) return
    terminal.type(KEY.enter)
    await terminal.reads(/^(\? What now\?|\? Approve\?|That was the last cell)/m, 120)
    if (choice === END && /^That was the last cell/m.test(terminal.screen())) return
    if (/^\? Approve\?/m.test(terminal.screen().split("\n").at(-1)!)) {
      terminal.type("y\r")
      await terminal.reads(MENU, 120)
    }
  }
  throw new Error(`no ${choice}:\n${terminal.screen()}`)
}

test("from the first question to verified on both sides", { timeout: 900_000 }, async () => {
  const { coordinator } = world
  const [party] = world.parties as [Person]
  const host = sit(coordinator)
  const hostPrint = await begin(host, "Run a federation that other institutions join", "The Trial")
  await answer(host, [
    ["A name for this federation", "trial\r"],
    ["Who joins it?", "st-marys\r"],
  ])
  await answerSite(host, coordinator)

  const guest = sit(party)
  const guestPrint = await begin(guest, "Join a federation that somebody else runs", "St. Mary's")
  await answer(guest, [
    ["The name of the federation", "trial\r"],
    ["Who runs it?", "the-trial\r"],
    ["How many supernodes?", KEY.enter],
  ])
  await answerSite(guest, party)

  await until(guest, "Write the request")
  guest.type(KEY.enter)
  await guest.reads("asks the-trial to admit St. Mary's")
  await guest.reads(/^❯ Read their file…$/m)
  mail(join(party.folder, "st-marys.request"), coordinator, "st-marys.request")

  await until(host, "Read their file…")
  host.type(KEY.enter)
  await answer(host, [
    ["The file that they sent you", "st-marys.request\r"],
    ["The fingerprint that St. Mary's read out to you", `${guestPrint}\r`],
    ["Admit this party?", "y\r"],
  ])
  await host.reads("St. Mary's is admitted as st-marys")
  await host.reads(MENU, 60)
  // The cells up to the approval; what comes then waits for the receipt.
  await until(host, "Read their file…")
  expect(host.text()).toContain("The approval for St. Mary's is")
  mail(join(coordinator.state, "messages", "st-marys.approval"), party, "st-marys.approval")

  guest.type(KEY.enter)
  await answer(guest, [
    ["The file that they sent you", "st-marys.approval\r"],
    ["The fingerprint that The Trial read out to you", `${hostPrint}\r`],
  ])
  await guest.reads("The Trial admits you to trial")
  await guest.reads(MENU, 60)
  await until(guest, END)
  expect(guest.text()).toContain("The receipt for The Trial is")
  mail(join(party.state, "messages", "the-trial.receipt"), coordinator, "the-trial.receipt")

  host.type(KEY.enter)
  await answer(host, [["The file that they sent you", "the-trial.receipt\r"]])
  await host.reads("St. Mary's says that")
  await host.reads(MENU, 60)
  await until(host, END)
  expect(host.text()).toContain("1 SuperNode is connected")
  // What the other side runs is one line, and asks nothing.
  expect(host.text()).toMatch(/^\d+\/\d+ {2}Redeem the token and create the link: st-marys runs it$/m)
  expect(guest.text()).toMatch(/^\d+\/\d+ {2}Issue a token for the link: the-trial runs it$/m)
  expect(host.text()).not.toMatch(/Redeem the token and create the link +token-redeem/)
  expect(guest.text()).not.toMatch(/Issue a token for the link +token-issue/)
})

async function fingerprintOn(terminal: Pty): Promise<string> {
  await terminal.reads(/(\d{5} ){7}\d{5}/)
  return /(\d{5} ){7}\d{5}/.exec(terminal.text())![0]
}
