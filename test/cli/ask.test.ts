import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, describe, expect, test } from "vitest"
import { main } from "../../lib/cli/main.ts"
import { blocked, foresee, missing, ready, type Step, step } from "../../lib/index.ts"
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
      [/Plan: 3 to apply[\s\S]*Run this plan\?/, "y\r"],
    )
    expect(await run("run")).toBe(0)
    expect(pages()).toEqual(["o", "m1", "m2"])
    expect(world.stdout()).toContain("8 steps done (6 applied, 2 unchanged)")
    expect((await call(at, ["plan", "--exit-code"])).code).toBe(0)
    expect((await call(at, ["values"])).stdout).toMatch(/mirror-2\n +folder +earlier answer/)
  })
  test("only what is missing is asked", async () => {
    world.answer([/mirror-1: Folder/, `${at}/m1\r`], [/Run this plan\?/, "y\r"])
    expect(await run("run", "--original", `folder=${at}/o`, "--mirrors", "1")).toBe(0)
    expect(world.stdout()).not.toContain("original: Folder")
  })
  test("declined: exit 2, nothing created", async () => {
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
  test("everything is blocked: nothing is asked, the reason is at the end", async () => {
    const [first, ...rest] = mirrors.steps
    const stuck = { ...first!, check: () => blocked("the disk is away", { fix: "plug it in" }) }
    const argv = ["run", "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`]
    expect(await main({ ...mirrors, steps: [stuck, ...rest] }, argv, world.io)).toBe(1)
    expect(world.stdout()).not.toContain("Run this plan")
    expect(world.stderr()).toMatch(
      /Nothing can start[\s\S]*why: {2}the disk is away\n {2}fix: {2}plug it in\n {2}next: mirror-pages run/,
    )
    expect(readdirSync(at)).toEqual([])
  })
  test("Ctrl-C at a question: exit 130, nothing created", async () => {
    world.answer([/How many mirrors\?/, "\u0003"])
    expect(await run("run")).toBe(130)
    expect(readdirSync(at)).toEqual([])
  })
  test("nothing to do: nothing is asked", async () => {
    await call(at, ["run", "--yes", "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`])
    expect(await run("run")).toBe(0)
    expect(world.stdout()).not.toContain("Run this plan")
  })
  test("a named step asks only about changes outside its site", async () => {
    await call(at, ["run", "--yes", "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`])
    expect(await run("step", "page", "--greeting", "x")).toBe(0)
    expect(world.stdout()).not.toContain("Run this plan")
    // Here the step of the teardown is named: what it deletes needs an approval of its own.
    const removing = { ...mirrors, steps: mirrors.teardown!.steps }
    world.answer([/removes [\s\S]*index\.html[\s\S]*Run this plan\?/, "y\r"])
    expect(await main(removing, ["step", "remove", "--site", "mirror-1"], world.io)).toBe(0)
    expect(pages()).toEqual(["o"])
    const approvals = readFileSync(join(at, "state/mirror-pages/default/journal.jsonl"), "utf8").match(
      /"type":"approval".*/g,
    )
    expect(approvals).toHaveLength(1)
    expect(approvals![0]).toContain('"how":"asked"')
  })
  test("a change outside the site that only appears later was not approved", async () => {
    let checks = 0
    const late = step({
      id: "late",
      title: "Late",
      on: "here",
      prose: "",
      check: () => missing("not there", checks++ === 0 ? {} : { approval: "reaches further" }),
      apply: () => {
        throw new Error("it was applied")
      },
    })
    const argv = ["step", "late", "--original", "folder=/o", "--mirror", "folder=/m"]
    const code = await main({ ...mirrors, steps: [late] }, argv, world.io)
    expect(world.stderr()).toBe("")
    expect({ code, checks }).toEqual({ code: 1, checks: 2 })
    expect(world.stdout()).toContain("this step reaches further, which requires approval")
  })
  test("a plan approves what it has shown or announced, and nothing that appears later", async () => {
    const notes: string[] = []
    const reaching = (id: string, more: Partial<Step> = {}) =>
      step({
        id,
        title: id,
        on: "here",
        prose: "",
        check: () =>
          notes.includes(id) ? ready("there") : missing("not there", { approval: `creates ${id}` }),
        apply: () => void notes.push(id),
        ...more,
      })
    const steps = [
      reaching("shown"),
      reaching("announced", { needs: ["shown"], foresees: () => [foresee.outside("creates announced")] }),
      reaching("later", {
        needs: ["announced"],
        check: () => missing("not there", { approval: "creates a surprise" }),
      }),
    ]
    world.answer([/creates shown[\s\S]*creates announced, if needed[\s\S]*Run this plan\? \(y\/N\)/, "y\r"])
    const argv = ["run", "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`]
    expect(await main({ ...mirrors, steps }, argv, world.io)).toBe(1)
    expect(notes).toEqual(["shown", "announced"])
    expect(world.stdout()).not.toMatch(/surprise[\s\S]*Run this plan/)
    expect(world.stdout().replace(/\s+/g, " ")).toContain(
      "the plan that you approved did not show it: run it again",
    )
  })
  test("bare off a terminal: help and exit 2", async () => {
    const off = await call(at, [])
    expect(off.code).toBe(2)
    expect(off.stdout).toContain("Usage: mirror-pages COMMAND")
  })
})

test("off a terminal a named step that changes more than its site is blocked, with how to approve it", async () => {
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
