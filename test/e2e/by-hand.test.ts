/** `--by-hand`: the program shows the commands and looks; another terminal does the typing. */
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { program } from "../../runbooks/index.ts"
import { linesOf, startWorld, type World, writing } from "./harness.ts"
import { KEY, type Pty } from "./pty.ts"
import { atCell, startWalk } from "./walking.ts"

const run = promisify(execFile)
let world: World
let person: Pty

beforeAll(async () => {
  world = await startWorld({ supernodes: 1, home: "by-hand-" })
})
afterAll(async () => {
  person?.kill("SIGKILL")
  await world.close()
})

const HEADING = "Type, in another terminal:\n"

/** What stands below the heading, as a person pastes it. */
const toType = (text: string): string =>
  text.slice(text.lastIndexOf(HEADING) + HEADING.length, text.lastIndexOf("\n? What now?"))

test("a person types every command; the cells are ticked off, and nothing is written by the program", {
  timeout: 240_000,
}, async () => {
  const env = {
    XDG_STATE_HOME: join(world.folder, "state"),
    PATH: `${world.practice.commands}:${process.env.PATH}`,
  }
  person = startWalk(["--by-hand", "--federation", world.practice.federationFile], {
    home: world.folder,
    env,
  })
  const requests = world.requests()
  const { steps } = program.notebook
  for (const step of steps) {
    await atCell(person, step.title)
    const screen = person.text().slice(person.text().lastIndexOf("────"))
    person.type(KEY.enter)
    if (!screen.includes("Type, in another terminal")) continue
    await run("/bin/sh", ["-euc", toType(screen)], { cwd: world.folder, env: { ...env, HOME: world.folder } })
  }
  expect(await person.ends(60)).toBe(0)
  const acted = linesOf(world.journal(), "act started")
  expect(acted).toEqual([])
  expect(linesOf(world.journal(), "by hand").length).toBeGreaterThan(8)
  expect(writing(requests()).filter(({ agent }) => agent === program.notebook.name)).toEqual([])
})
