/** `--by-hand`: the program shows the commands and checks; they are typed in another terminal. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { isWanted } from "../../lib/notebook/notebook.ts"
import { program } from "../../runbooks/index.ts"
import { GUIDE_SECURITY } from "../../runbooks/security/inputs.ts"
import { linesOf, writing } from "./harness.ts"
import { KEY } from "./pty.ts"
import { atCell, Walking } from "./walking.ts"

const run = promisify(execFile)
const walking = new Walking()

const HEADING = "Type in another terminal:\n"

/** What is below the heading, as a person pastes it. */
const toType = (text: string): string =>
  text.slice(text.lastIndexOf(HEADING) + HEADING.length, text.lastIndexOf("\n? What now?"))

test("a person types every command; the cells are ticked off, and nothing is written by the program", {
  timeout: 240_000,
}, async () => {
  const { world, env } = walking
  const person = walking.walk(["--by-hand", ...walking.federationFlags])
  const requests = world.requests()
  const values = { ...GUIDE_SECURITY, network: "shared", owners: "one" }
  const steps = program.notebook.steps.filter((step) => isWanted(step, { values }))
  for (const step of steps) {
    await atCell(person, step.title)
    const screen = person.text().slice(person.text().lastIndexOf("────"))
    if (!screen.includes("Type in another terminal")) {
      person.type(KEY.enter)
      continue
    }
    const waits = world.line((line) => line.type === "manual" && line.step === step.id)
    person.type(KEY.enter)
    // Commands that are typed before the first check leave nothing to wait for.
    await waits
    await run("/bin/sh", ["-euc", toType(screen)], { cwd: world.folder, env: { ...env, HOME: world.folder } })
  }
  expect(await person.ends(60)).toBe(0)
  const started = linesOf(world.journal(), "action started")
  expect(started).toEqual([])
  expect(linesOf(world.journal(), "manual").length).toBeGreaterThan(8)
  expect(writing(requests()).filter(({ agent }) => agent === program.notebook.name)).toEqual([])
})
