import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, describe, expect, test } from "vitest"
import { federationFlags } from "../../lib/cli/call.ts"
import { type Opened, openWalkFederation, withAnswer } from "../../lib/cli/walk/opening.ts"
import { io, room, call as typed, type World, walkCall } from "./world.ts"

const DOWN = "\u001b[B"
const ENTER = "\r"

let at: string
let world: World
beforeEach(() => {
  at = room()
  world = io(at, { terminal: true })
})

const open = async (...argv: string[]): Promise<Opened> => {
  const opening = await openWalkFederation(walkCall(world, argv))
  if (opening.practise) throw new Error("practice was chosen")
  return opening
}
const finished = (name: string) =>
  typed(at, ["run", "--yes", "--name", name, "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`])

describe("which federation", () => {
  test("without any: practise, or own clusters; a bare Enter practises", async () => {
    Object.assign(world.io, { practiceImages: [] })
    world.answer([/What would you like to do\?[\s\S]*Practise on[\s\S]*Set up your own clusters/, ENTER])
    expect(await openWalkFederation(walkCall(world))).toEqual({ practise: true })
  })
  test("own clusters: the questions of the endpoints", async () => {
    Object.assign(world.io, { practiceImages: [] })
    world.answer(
      [/What would you like to do/, `${DOWN}${ENTER}`],
      [/How many mirrors\?/, `1${ENTER}`],
      [/original: Folder/, `relative${ENTER}`],
      [/is not an absolute path/, `\u0015${at}/o${ENTER}`],
      [/mirror-1: Folder/, `${at}/m1${ENTER}`],
    )
    const { opened, start, fresh, call } = await open()
    expect({ start, fresh, name: opened.federation.name }).toEqual({
      start: "plan",
      fresh: false,
      name: "default",
    })
    expect(opened.federation.sites.map(({ folder }) => folder)).toEqual([`${at}/o`, `${at}/m1`])
    expect(opened.missing).toEqual([])
    expect(federationFlags(call)).toBe(" --name default")
    // Questions create nothing.
    expect(existsSync(join(at, "state"))).toBe(false)
  })
  test("a program without practice does not offer it, and asks at once", async () => {
    world.answer([/How many mirrors/, `1${ENTER}`], [/original: Folder/, "\u0003"])
    await expect(open()).rejects.toMatchObject({ exitCode: 130 })
    expect(world.stdout()).not.toContain("What would you like")
    expect(readdirSync(at)).toEqual([])
  })
  test("--practice is no question", async () => {
    expect(await openWalkFederation(walkCall(world, ["--practice"]))).toEqual({ practise: true })
    expect(world.stdout()).toBe("")
  })
  test("with some: the last one comes first, then Continue", async () => {
    await finished("older")
    await finished("newer")
    world.answer(
      [
        /Continue newer: 5 of 5 steps done, last run 20[\s\S]*Continue older: 5 of 5[\s\S]*Set up another/,
        `${DOWN}${ENTER}`,
      ],
      [
        /older: 5 of 5 steps done[\s\S]*mirror-pages run --yes --name older[\s\S]*succeeded[\s\S]*Continue/,
        ENTER,
      ],
    )
    const { opened, start, fresh, call } = await open()
    expect({ start, fresh, name: opened.federation.name }).toEqual({
      start: "continue",
      fresh: false,
      name: "older",
    })
    expect(federationFlags(call)).toBe(" --name older")
  })
  test("another one needs a name that is free", async () => {
    await finished("mine")
    world.answer(
      [/What would you like/, `${DOWN}${ENTER}`],
      [/A name for this federation/, `mine${ENTER}`],
      [/the federation mine already exists/, `\u0015Bad${ENTER}`],
      [/is not a name/, `\u0015other${ENTER}`],
      [/How many mirrors/, `1${ENTER}`],
      [/original: Folder/, `/o${ENTER}`],
      [/mirror-1: Folder/, `/m${ENTER}`],
    )
    const { opened } = await open()
    expect(opened.federation.name).toBe("other")
    expect(opened.folder).toBe(join(at, "state", "mirror-pages", "other"))
  })
  test("a journal that cannot be read: its line says why", async () => {
    const folder = join(at, "state", "mirror-pages", "broken")
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "journal.jsonl"), '{"v":99,"type":"run started"}\n')
    world.answer([/Continue broken: .*journal[\s\S]*Set up another/, "\u0003"])
    await expect(open()).rejects.toMatchObject({ exitCode: 130 })
  })
})

describe("resuming", () => {
  test("a folder without a run is not asked how; nothing is asked that is known", async () => {
    const { start, fresh } = await open("--original", "folder=/o", "--mirror", "folder=/m")
    expect({ start, fresh }).toEqual({ start: "plan", fresh: false })
  })
  test("Check everything", async () => {
    await finished("mine")
    world.answer([/How do you want to continue\?[\s\S]*Continue/, `${DOWN}${ENTER}`])
    expect(await open("--name", "mine")).toMatchObject({ start: "plan", fresh: false })
    expect(world.stdout()).not.toContain("original: Folder")
  })
  test("Start over asks again, with the earlier answers for a bare Enter", async () => {
    await finished("mine")
    world.answer(
      [/How do you want to continue\?/, `${DOWN}${DOWN}${ENTER}`],
      [/original: Folder/, ENTER],
      [/mirror-1: Folder/, `\u0015${at}/elsewhere${ENTER}`],
    )
    const { opened, start, fresh } = await open("--name", "mine")
    expect({ start, fresh }).toEqual({ start: "plan", fresh: true })
    expect(opened.federation.sites.map(({ folder }) => folder)).toEqual([`${at}/o`, `${at}/elsewhere`])
  })
  test("answers that do not fit together are asked again, each kept by Enter", async () => {
    world.answer(
      [/How many mirrors/, `1${ENTER}`],
      [/original: Folder/, `/same${ENTER}`],
      [/mirror-1: Folder/, `/same${ENTER}`],
      [/two sites have the same folder \(give each its own\)[\s\S]*original: Folder/, ENTER],
      [/mirror-1: Folder/, `\u0015/other${ENTER}`],
    )
    expect((await open()).opened.federation.sites.map(({ folder }) => folder)).toEqual(["/same", "/other"])
  })
})

describe("another answer", () => {
  const base = () => open("--original", "folder=/o", "--mirror", "folder=/m", "--greeting", "Hi")
  test("takes precedence over every source, one after the other", async () => {
    const { call, opened } = await base()
    const changed = withAnswer(call, opened, "greeting", undefined, "Bye")
    if ("wrong" in changed) throw new Error(changed.wrong)
    expect(changed.opened.federation.values).toMatchObject({ greeting: "Bye" })
    expect(changed.note).toContain("the flag sets it too")
    const twice = withAnswer(call, changed.opened, "mode", "mirror-1", "link")
    if ("wrong" in twice) throw new Error(twice.wrong)
    expect(twice.note).toBeUndefined()
    expect(twice.opened.federation.values).toMatchObject({ greeting: "Bye" })
    expect(twice.opened.federation.sites[1]).toMatchObject({ mode: "link" })
    expect(twice.opened.federation.origins).toMatchObject({ greeting: "prompt", "mirror-1.mode": "prompt" })
  })
  test.each([
    ["max-age", undefined, "soon", /is not a duration/],
    ["mode", "mirror-1", "move", /is not one of copy, link/],
    ["footer", "mirror-1", "no-such-file", /does not exist/],
    ["folder", "mirror-1", "/o", /two sites have the same folder \(give each its own\)/],
  ])("%s: says why it cannot be", async (name, site, text, why) => {
    const { call, opened } = await base()
    expect(withAnswer(call, opened, name, site, text)).toEqual({ wrong: expect.stringMatching(why) })
  })
  test("one site may be somewhere else", async () => {
    await finished("mine")
    world.answer([/How do you want to continue\?/, ENTER])
    const { call, opened } = await open("--name", "mine")
    expect(withAnswer(call, opened, "folder", "mirror-1", "/moved")).toMatchObject({
      opened: { federation: { sites: [{}, { name: "mirror-1", folder: "/moved" }] } },
    })
  })
})
