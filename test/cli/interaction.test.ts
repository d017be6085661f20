import { expect, test } from "vitest"
import { decideInteraction } from "../../lib/cli/interaction.ts"

const terminal = { isTTY: true }
const pipe = { isTTY: false }
const base = { stdin: terminal, stdout: terminal, env: {}, yes: false, noInput: false }

test("questions are asked on a terminal only, and never against a flag", () => {
  expect(decideInteraction(base)).toEqual({ ask: true })
  expect(decideInteraction({ ...base, yes: true }).because).toMatch(/--yes/)
  expect(decideInteraction({ ...base, noInput: true }).because).toMatch(/--no-input/)
  expect(decideInteraction({ ...base, json: true }).because).toMatch(/--json/)
  expect(decideInteraction({ ...base, stdin: pipe }).because).toMatch(/stdin/)
  expect(decideInteraction({ ...base, stdout: pipe }).because).toMatch(/stdout/)
})

test.each([
  ["true", false],
  ["1", false],
  ["woodpecker", false],
  ["", true],
  ["false", true],
  ["0", true],
])("CI=%s: asks %s", (CI, ask) => {
  expect(decideInteraction({ ...base, env: { CI } }).ask).toBe(ask)
})
