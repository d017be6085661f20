/** What the walk looks like, in terminals of several sizes. */
import { describe, expect, test } from "vitest"
import { MENU, onwards, titleOf, Walking } from "./walking.ts"

const walking = new Walking()

/** Replaces what differs from run to run by text of the same width. */
const masked = (text: string): string =>
  text
    .replaceAll(walking.world.folder, "/home/person")
    .replace(/127\.0\.0\.1:\d+/g, (all) => all.replace(/\d+$/, (port) => "9".repeat(port.length)))
    .replace(/ +\d+(?:\.\d)? s\b/g, "  9.9 s")
    .replace(/by \S+@\S+/g, "by person@host")
    .replace(/\[\d+\] .*?,/g, "[9] just now,")

describe("screens", () => {
  test.each([
    ["80x24", { columns: 80, rows: 24 }],
    ["40x24", { columns: 40, rows: 24 }],
    ["80x24 without colour", { columns: 80, rows: 24, env: { NO_COLOR: "1" } }],
  ])("a cell before and after, %s", { timeout: 120_000 }, async (name, size) => {
    const person = await walking.continued("install-operator", size)
    const before = person.text().slice(person.text().lastIndexOf("─\n6/14"))
    await onwards(person, titleOf("token-issue"))
    const after = person.text().slice(person.text().indexOf("✔ What now? Run"))
    await expect(masked(`${before}\n${after}`)).toMatchFileSnapshot(`screens/cell ${name}.txt`)
    const coloured = /\u001b\[(?:3[1-7]|9[0-7])m/
    if (name.includes("without colour")) expect(person.raw).not.toMatch(coloured)
    else expect(person.raw).toMatch(coloured)
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })

  test("a terminal can be made narrower", { timeout: 120_000 }, async () => {
    const person = await walking.continued("install-operator")
    person.resize(40, 20)
    await person.choose("Values")
    await person.reads(MENU)
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })
})
