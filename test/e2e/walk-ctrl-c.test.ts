/** Ctrl-C in the walk: at a question, in a run, twice. */
import { describe, expect, test } from "vitest"
import { linesOf } from "./harness.ts"
import { KEY } from "./pty.ts"
import { atCell, MENU, onwards, titleOf, Walking } from "./walking.ts"

const walking = new Walking()

describe("Ctrl-C", () => {
  test("at a question asks once; twice ends with 130", { timeout: 120_000 }, async () => {
    const person = walking.walk()
    await atCell(person, "What you need")
    person.type(KEY.ctrlC)
    await person.reads("Stop here?")
    person.type("n\r")
    await person.reads(MENU)
    person.type(KEY.ctrlC)
    await person.reads("Stop here?")
    person.type(KEY.ctrlC)
    expect(await person.ends()).toBe(130)
    expect(person.raw.lastIndexOf("\u001b[?25h")).toBeGreaterThan(person.raw.lastIndexOf("\u001b[?25l"))
  })

  test("in a run ends the cell only, with a clean journal; Retry resumes", {
    timeout: 120_000,
  }, async () => {
    const person = await walking.continued("install-operator")
    const { world } = walking
    world.practice.faults.set([{ where: "site", what: "pending" }])
    person.type(KEY.enter)
    await person.sees(/0\/1 +site-create/)
    await world.line((line) => line.type === "waiting" && line.step === "site-create")
    person.type(KEY.ctrlC)
    await person.reads("interrupted")
    await person.reads(/^❯ Retry$/m)
    const ends = linesOf(world.journal(), "run ended")
    expect(ends.at(-1)).toMatchObject({ code: 130 })
    world.practice.faults.set([])
    await onwards(person, titleOf("token-issue"))
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })

  test("twice in a run ends everything at once, the terminal restored", { timeout: 120_000 }, async () => {
    const person = await walking.continued("install-operator")
    const { world } = walking
    world.practice.faults.set([{ where: "site", what: "pending" }])
    person.type(KEY.enter)
    await world.line((line) => line.type === "waiting" && line.step === "site-create")
    // The first may have ended the cell before the second comes: then the second answers a question.
    for (let pressed = 0; pressed < 4 && !person.ended; pressed++) {
      person.type(KEY.ctrlC)
      await person.silent(0.3)
    }
    expect(await person.ends()).toBe(130)
    expect(person.raw.lastIndexOf("\u001b[?25h")).toBeGreaterThanOrEqual(
      person.raw.lastIndexOf("\u001b[?25l"),
    )
  })
})
