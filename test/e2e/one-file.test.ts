import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { install, node } from "./own-notebook.ts"

/** A notebook in one file, which is not called `index`. */
const NOTEBOOK = `
import { main, notebook, type Program, ready, step } from "flower-runbook"

const here = step({ id: "here", title: "Here", on: "here", prose: "", check: () => ready("it is here") })
export const program: Program = {
  version: "1.0.0",
  notebook: notebook({ name: "migration", title: "Migrate", roles: {}, inputs: {}, steps: [here] }),
}
if (import.meta.main) void main(import.meta.url)
`

const room = mkdtempSync(join(tmpdir(), "one file-"))
const folder = join(room, "notebook")
afterAll(() => rmSync(room, { recursive: true, force: true }))
beforeAll(() => {
  mkdirSync(folder)
  install(folder)
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }')
  writeFileSync(join(folder, "migrate.ts"), NOTEBOOK)
})

test("a notebook's file may have any name", () => {
  const plan = node(folder, ["migrate.ts", "plan"])
  expect(plan.stdout).toContain("it is here")
  expect(plan).toMatchObject({ code: 0, stderr: "" })
  expect(node(folder, ["migrate.ts", "--version"]).stdout).toBe("1.0.0\n")
})

test("what it says to type next is typed as it was", () => {
  expect(node(folder, ["migrate.ts", "plan", "--nothing"]).stderr).toMatch(
    /\n +next: +node migrate\.ts plan --help\n/,
  )
})

test("without practice images it says what to do", () => {
  const { code, stderr } = node(folder, ["migrate.ts", "run", "--practice", "--yes"])
  expect(code).toBe(2)
  expect(stderr).toContain("migration cannot run on practice clusters")
  expect(stderr.replace(/\s+/g, " ")).toContain("add practiceImages to its program")
})

test("a file without a program says what it lacks", () => {
  writeFileSync(
    join(folder, "alone.js"),
    'import { main } from "flower-runbook"\nvoid main(import.meta.url)\n',
  )
  const { code, stderr } = node(folder, ["alone.js", "plan"])
  expect(code).toBe(2)
  expect(stderr).toContain("alone.js exports no program, and no index beside it does")
})
