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

test("also where it is called index, or by its folder", () => {
  writeFileSync(join(folder, "index.js"), NOTEBOOK.replace("type Program, ", "").replace(": Program", ""))
  const next = (...argv: string[]) =>
    /next: +(.*)/.exec(node(folder, [...argv, "plan", "--nothing"]).stderr)?.[1]
  expect(next("index.js")).toBe("node index.js plan --help")
  expect(next(".")).toBe("node . plan --help")
})

test("a notebook that is refused is one sentence, not a stack trace", () => {
  const text = NOTEBOOK.replace('prose: "",', 'prose: "", needs: ["there"],')
  writeFileSync(join(folder, "refused.ts"), text)
  writeFileSync(join(folder, "bad-value.ts"), 'import { value } from "flower-runbook"\nvalue("Not A Name")\n')
  const refused = node(folder, ["refused.ts", "plan"])
  expect(refused).toMatchObject({ code: 2, stdout: "" })
  expect(refused.stderr).toMatch(
    /^✗ step here needs there, which is not a step of the notebook\n {2}fix: .*\n$/,
  )
  const value = node(folder, ["bad-value.ts"])
  expect(value).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^✗ a value cannot be named "Not A Name"[^✗]*\n {2}fix: .*\n$/),
  })
})
