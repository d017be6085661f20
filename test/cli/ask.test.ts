import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, describe, expect, test } from "vitest"
import { main } from "../../lib/cli/main.ts"
import { blocked, missing, step } from "../../lib/index.ts"
import { mirrors } from "../example/notebook.ts"
import { call, io, room, type World } from "./world.ts"

let at: string
let world: World
beforeEach(() => {
  at = room()
  world = io(at, { terminal: true })
})
const run = (...argv: string[]) => main(mirrors, argv, world.io)
const pages = () => ["o", "m1", "m2"].filter((site) => existsSync(join(at, site, "index.html")))

describe("on a terminal", () => {
  test("a run without its inputs asks for all of them, shows the plan, asks once, remembers", async () => {
    world.answer(
      [/How many mirrors\?/, "2\r"],
      [/original: Folder/, "somewhere\r"],
      [/is not an absolute path/, `\u0015${at}/o\r`],
      [/mirror-1: Folder/, `${at}/m1\r`],
      [/mirror-2: Folder/, `${at}/m2\r`],
      [/Plan: 3 to do[\s\S]*Run this plan\?/, "y\r"],
    )
    expect(await run("run")).toBe(0)
    expect(pages()).toEqual(["o", "m1", "m2"])
    expect(world.stdout()).toContain("8 steps done (6 made now)")
    expect((await call(at, ["plan", "--exit-code"])).code).toBe(0)
    expect((await call(at, ["values"])).stdout).toMatch(/mirror-2\n +folder +earlier answer/)
  })
  test("only what is missing is asked", async () => {
    world.answer([/mirror-1: Folder/, `${at}/m1\r`], [/Run this plan\?/, "y\r"])
    expect(await run("run", "--original", `folder=${at}/o`, "--mirrors", "1")).toBe(0)
    expect(world.stdout()).not.toContain("original: Folder")
  })
  test("declined: exit 2, nothing made", async () => {
    world.answer([/Run this plan\?/, "n\r"])
    expect(await run("run", "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`)).toBe(2)
    expect(world.stderr()).toContain("Declined: nothing was changed")
    expect(readdirSync(at)).toEqual([])
  })
  test("declined after questions: the command to type next holds the answers", async () => {
    world.answer(
      [/How many mirrors\?/, "1\r"],
      [/original: Folder/, `${at}/o\r`],
      [/mirror-1: Folder/, `${at}/m1\r`],
      [/Run this plan\?/, "n\r"],
    )
    expect(await run("run")).toBe(2)
    const [, typed = ""] = /next: mirror-pages (run .*)/.exec(world.stderr()) ?? []
    expect(typed).toContain(`--original folder=${at}/o`)
    expect((await call(at, [...typed.split(" "), "--yes"])).code).toBe(0)
    expect(pages()).toEqual(["o", "m1"])
  })
  test("everything waits for a person: nothing is asked, the reason stands at the end", async () => {
    const [first, ...rest] = mirrors.steps
    const stuck = { ...first!, look: () => blocked("the disk is away", { fix: "plug it in" }) }
    const argv = ["run", "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`]
    expect(await main({ ...mirrors, steps: [stuck, ...rest] }, argv, world.io)).toBe(1)
    expect(world.stdout()).not.toContain("Carry out")
    expect(world.stderr()).toMatch(
      /Nothing can begin[\s\S]*why: {2}the disk is away\n {2}fix: {2}plug it in\n {2}next: mirror-pages run/,
    )
    expect(readdirSync(at)).toEqual([])
  })
  test("Ctrl-C at a question: exit 130, nothing made", async () => {
    world.answer([/How many mirrors\?/, "\u0003"])
    expect(await run("run")).toBe(130)
    expect(readdirSync(at)).toEqual([])
  })
  test("nothing to do: nothing is asked", async () => {
    await call(at, ["run", "--yes", "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`])
    expect(await run("run")).toBe(0)
    expect(world.stdout()).not.toContain("Carry out")
  })
  test("a named step asks only for what reaches further", async () => {
    await call(at, ["run", "--yes", "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`])
    expect(await run("step", "page", "--greeting", "x")).toBe(0)
    expect(world.stdout()).not.toContain("Carry out")
    // Here the teardown's step is the named one: what it removes needs a yes of its own.
    const removing = { ...mirrors, steps: mirrors.teardown!.steps }
    world.answer([/removes [\s\S]*index\.html[\s\S]*Run this plan\?/, "y\r"])
    expect(await main(removing, ["step", "remove", "--site", "mirror-1"], world.io)).toBe(0)
    expect(pages()).toEqual(["o"])
    const approvals = readFileSync(join(at, "state/mirror-pages/default/journal.jsonl"), "utf8").match(
      /"type":"consent".*/g,
    )
    expect(approvals).toHaveLength(1)
    expect(approvals![0]).toContain('"how":"asked"')
  })
  test("what only turns up later to reach further was not agreed to", async () => {
    let looks = 0
    const late = step({
      id: "late",
      title: "Late",
      on: "here",
      prose: "",
      check: () => missing("not there", looks++ === 0 ? {} : { approval: "reaches further" }),
      apply: () => {
        throw new Error("it acted")
      },
    })
    const argv = ["step", "late", "--original", "folder=/o", "--mirror", "folder=/m"]
    const code = await main({ ...mirrors, steps: [late] }, argv, world.io)
    expect(world.stderr()).toBe("")
    expect({ code, looks }).toEqual({ code: 1, looks: 2 })
    expect(world.stdout()).toContain("it reaches further: that needs your yes")
  })
  test("bare off a terminal: help and exit 2", async () => {
    const off = await call(at, [])
    expect(off.code).toBe(2)
    expect(off.stdout).toContain("Usage: mirror-pages COMMAND")
  })
})

test("off a terminal a named step that reaches further is blocked, with how to agree", async () => {
  await call(at, ["run", "--yes", "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`])
  const removing = { ...mirrors, steps: mirrors.teardown!.steps }
  const refused = await call(at, ["step", "remove", "--site", "mirror-1"], { notebook: removing })
  expect(refused.code).toBe(1)
  expect(refused.stdout).toContain("--yes")
  expect(pages()).toEqual(["o", "m1"])
  expect(
    (await call(at, ["step", "remove", "--site", "mirror-1", "--yes"], { notebook: removing })).code,
  ).toBe(0)
  expect(pages()).toEqual(["o"])
})
