/** Sites that leave the federation file, or move: nothing that was applied there is forgotten, and nothing is deleted unasked. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, expect, test } from "vitest"
import { main } from "../../lib/cli/main.ts"
import { mirrors } from "../example/notebook.ts"
import { call, io, room } from "./world.ts"

let at: string
beforeEach(() => {
  at = room()
})

const page = (folder: string) => existsSync(join(at, folder, "index.html"))
const flat = (text: string) => text.replace(/\s+/g, " ")

/** Writes the federation file: mirrors by name and folder. */
function file(mirrors: Record<string, string>, original = "o"): string {
  const lines = Object.entries(mirrors).map(
    ([name, folder]) => `  - { name: ${name}, folder: ${at}/${folder} }`,
  )
  writeFileSync(
    join(at, "federation.yaml"),
    `version: 1\nfederation: pages\noriginal: { folder: ${at}/${original} }\nmirrors:\n${lines.join("\n")}\n`,
  )
  return join(at, "federation.yaml")
}
const run = (...more: string[]) => call(at, [...more, "--federation", "federation.yaml"])

test("a site that left the file is named by plan, status and run, and stays until somebody says otherwise", async () => {
  file({ "mirror-1": "m1", "mirror-2": "m2" })
  expect((await run("run", "--yes")).code).toBe(0)
  file({ "mirror-1": "m1" })
  const left = `mirror-2 left the federation: still running in ${at}/m2`
  const how = "mirror-pages teardown --site mirror-2 --federation federation.yaml"
  for (const command of [["plan"], ["status"], ["run", "--yes"], ["status"]]) {
    const { code, stdout } = await run(...command)
    expect(code).toBe(0)
    expect(flat(stdout), command[0]).toContain(left)
    expect(flat(stdout)).toContain(how)
  }
  // Without the file, too: the journal has it.
  expect(flat((await call(at, ["status"])).stdout)).toContain(left)
  expect(page("m2")).toBe(true)
  const refused = await run("plan", "--site", "mirror-2")
  expect(refused.code).toBe(2)
  expect(flat(refused.stderr)).toContain(left)
  expect(refused.stderr).toContain(`next: ${how}`)

  const plan = await run("teardown", "--site", "mirror-2", "--no-input")
  expect(plan.code).toBe(2)
  expect(plan.stdout).toMatch(/mirror-2\n.*remove +delete/)
  expect(plan.stdout).not.toContain("mirror-1")
  expect((await run("teardown", "--gone", "--yes")).code).toBe(0)
  expect([page("m2"), page("m1"), page("o")]).toEqual([false, true, true])
  for (const command of [["plan"], ["status"]]) expect((await run(...command)).stdout).not.toContain(left)
  // The teardown of a former site says nothing about who is in the federation.
  expect(flat((await call(at, ["values"])).stdout)).not.toContain("m2")
  expect((await run("teardown", "--gone", "--yes")).stdout).toContain("Nothing to delete")
})

test("a site that moved: both places are known, and each can be removed", async () => {
  file({ "mirror-1": "m1", "mirror-2": "m2" })
  await run("run", "--yes")
  file({ "mirror-1": "elsewhere", "mirror-2": "m2" })
  const moved = `mirror-1 has moved (mirror-1@1): still running in ${at}/m1`
  expect(flat((await run("plan")).stdout)).toContain(moved)
  const after = await run("run", "--yes")
  expect(after.code).toBe(0)
  expect(flat(after.stdout)).toContain(moved)
  expect([page("m1"), page("elsewhere")]).toEqual([true, true])
  // A second time nothing has moved.
  expect(flat((await run("run", "--yes")).stdout)).toContain(moved)
  expect(await run("teardown", "--site", "mirror-1@1", "--yes")).toMatchObject({ code: 0, stderr: "" })
  expect([page("m1"), page("elsewhere"), page("m2")]).toEqual([false, true, true])
  expect((await run("status")).stdout).not.toContain("has moved")
  // Back again: the earlier place is the present one, and the other one is left.
  file({ "mirror-1": "m1", "mirror-2": "m2" })
  const back = await run("run", "--yes", "--remove-gone")
  expect(back.code).toBe(0)
  expect([page("m1"), page("elsewhere"), page("m2")]).toEqual([true, false, true])
  expect((await run("status")).stdout).not.toContain("has moved")
})

test("a move that no run has seen yet: the teardown names the earlier place all the same", async () => {
  file({ "mirror-1": "m1" })
  await run("run", "--yes")
  file({ "mirror-1": "elsewhere" })
  expect((await run("teardown", "--gone", "--yes")).code).toBe(0)
  expect([page("m1"), page("o")]).toEqual([false, true])
  expect((await run("plan")).stdout).not.toContain("has moved")
})

test("a teardown of everything takes along what has left; a renamed site is not told apart from its successor", async () => {
  file({ "mirror-1": "m1", "mirror-2": "m2", "mirror-3": "m3" })
  await run("run", "--yes")
  file({ "mirror-1": "m1", renamed: "m2" })
  const { stdout } = await run("plan")
  expect(flat(stdout)).toContain(
    `mirror-2 left the federation: still running in ${at}/m2, where renamed is now: a teardown of renamed deletes both`,
  )
  expect(stdout).toContain("teardown --site mirror-3")
  const refused = await run("teardown", "--site", "mirror-2", "--yes")
  expect(refused.code).toBe(2)
  expect(page("m2")).toBe(true)
  expect((await run("teardown", "--yes")).code).toBe(0)
  expect(["o", "m1", "m2", "m3"].filter(page)).toEqual([])
  expect((await run("status")).stdout).not.toContain("left the federation")
})

test("on a terminal a run asks whether to remove what has left, with a plan of its own; Enter leaves it", async () => {
  file({ "mirror-1": "m1", "mirror-2": "m2" })
  await run("run", "--yes")
  file({ "mirror-1": "m1" })
  const typed = async (...answers: [RegExp, string][]) => {
    const screen = io(at, { terminal: true })
    screen.answer(...answers)
    return { code: await main(mirrors, ["run", "--federation", "federation.yaml"], screen.io), ...screen }
  }
  const question = /Remove what is left of mirror-2\? The plan is shown first \(y\/N\)/
  expect((await typed([question, "\r"])).code).toBe(0)
  expect(page("m2")).toBe(true)
  const removed = await typed([question, "y\r"], [/removes [\s\S]*m2[\s\S]*Run this plan\?/, "y\r"])
  expect(removed.code).toBe(0)
  expect([page("m2"), page("m1")]).toEqual([false, true])
})

test("where nothing was applied, nothing is left", async () => {
  file({ "mirror-1": "m1", "mirror-2": "m2" })
  await run("run", "--yes", "--site", "mirror-1,original")
  file({ "mirror-1": "m1" })
  expect((await run("plan")).stdout).not.toContain("left the federation")
})

test("all sites somewhere else: another federation, refused", async () => {
  file({ "mirror-1": "m1" })
  await run("run", "--yes")
  const journal = join(at, "state", "mirror-pages", "pages", "journal.jsonl")
  const before = readFileSync(journal, "utf8")
  file({ "mirror-1": "elsewhere" }, "other")
  const { code, stderr } = await run("run", "--yes")
  expect(code).toBe(2)
  expect(flat(stderr)).toContain(`the folder of original was ${at}/o in this folder and is ${at}/other now`)
  expect(readFileSync(journal, "utf8")).toBe(before)
})
