/** What other programs call our commands, and variables that mean nothing. */
import { expect, test } from "vitest"
import { main } from "../../lib/cli/main.ts"
import guide from "../../runbooks/index.ts"
import { mirrors } from "../example/notebook.ts"
import { call, io, room } from "./world.ts"

const nextOf = (stderr: string): string | undefined => /^ {2}next: (.*)$/m.exec(stderr)?.[1]

test.each([
  [["login", "--site", "superlink"], "flower-runbook step login --site superlink"],
  [["verify"], "flower-runbook step verify"],
  [["apply", "--federation", "f.yaml"], "flower-runbook run --federation f.yaml"],
  [["apply", "-f", "f.yaml"], "flower-runbook run"],
  [["destroy", "--site", "supernode-1"], "flower-runbook teardown --help"],
  [["remove-site"], "flower-runbook teardown --help"],
  [["version"], "flower-runbook --version"],
  [["diff"], "flower-runbook plan"],
])("%j is answered with the command that is meant", async (argv, next) => {
  const screen = io(room())
  const code = await main(guide, argv, { ...screen.io, program: "flower-runbook" })
  expect({ code, next: nextOf(screen.stderr()) }).toEqual({ code: 2, next })
})

test.each([
  ["MIRROR_PAGES_GREETIN", "MIRROR_PAGES_GREETING"],
  ["MIRROR_PAGES_MIRROR_1_FOLDR", "MIRROR_PAGES_MIRROR_1_FOLDER"],
  // Of a site that only the variable names.
  ["MIRROR_PAGES_MIRROR_7_FOLDR", "MIRROR_PAGES_MIRROR_7_FOLDER"],
  ["MIRROR_PAGES_SOMETHING_ELSE", undefined],
])("%s is refused with the nearest name", async (variable, near) => {
  const cwd = room()
  const sites = ["--original", `folder=${cwd}/o`, "--mirror", `folder=${cwd}/m`]
  const { code, stderr } = await call(cwd, ["plan", ...sites], { env: { [variable]: "x" } })
  expect(code).toBe(2)
  expect(stderr).toContain(
    `${variable}: unknown variable; ${near === undefined ? "unset it" : "did you mean"}`,
  )
  if (near !== undefined) expect(stderr.replace(/\s+/g, " ")).toContain(`did you mean ${near}?`)
})

test("of a program with a name of one word, others may share the prefix", async () => {
  const cwd = room()
  const notebook = { ...mirrors, name: "mirror" }
  const sites = ["--original", `folder=${cwd}/o`, "--mirror", `folder=${cwd}/m`]
  const env = { MIRROR_OF_ANOTHER_PROGRAM: "x", MIRROR_GREETING: "Hi" }
  expect(await call(cwd, ["plan", ...sites], { notebook, env })).toMatchObject({ code: 0 })
})

test("show prints what a step has seen that runs no command for it, and on a terminal step does too", async () => {
  const cwd = room()
  const sites = ["--original", `folder=${cwd}/o`, "--mirror", `folder=${cwd}/m`]
  expect((await call(cwd, ["run", "--yes", ...sites])).code).toBe(0)
  const notebook = { ...mirrors, steps: mirrors.steps.map(({ show: _, ...step }) => step) }
  const again = await call(cwd, ["step", "page", ...sites], { notebook, terminal: true })
  expect(again.code).toBe(0)
  expect(again.stdout).toMatch(/original\/page +unchanged +\S/)
  const fresh = room()
  const other = ["--original", `folder=${fresh}/o`, "--mirror", `folder=${fresh}/m`]
  await call(fresh, ["run", "--yes", ...other], { notebook })
  const shown = await call(fresh, ["show", "page"], { notebook })
  expect(shown).toMatchObject({ code: 0, stderr: "" })
  expect(shown.stdout).toMatch(/original\/page +applied +\S/)
})
