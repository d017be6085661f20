import { expect, test } from "vitest"
import { COMMANDS } from "../../lib/cli/commands-table.ts"
import type { Flags } from "../../lib/cli/flags.ts"
import { parseCommand } from "../../lib/cli/parse.ts"
import { mirrors } from "../example/notebook.ts"

const flagsOf = (command: string, ...argv: string[]): Flags => {
  const spec = COMMANDS.find(({ name }) => name === command)!
  return parseCommand(mirrors, spec, argv, "/here", "mirror-pages").flags
}

// The compiler holds these lines: each error is expected, so that a type that lets one through is an error itself.
test("a flag that a command does not have, or has otherwise, is a type error", () => {
  const run: Flags<"run"> = flagsOf("run", "--yes", "--delays", "none", "--parallel", "2")
  expect(run.has("yes")).toBe(true)
  // @ts-expect-error misspelt
  expect(run.has("ys")).toBe(false)
  // @ts-expect-error of `plan` alone
  expect(run.has("exit-code")).toBe(false)
  // @ts-expect-error it takes a value
  expect(run.has("parallel")).toBe(true)
  // @ts-expect-error it is a number
  expect(run.path("parallel")).toBe("/here/2")
  const plan: Flags<"plan"> = flagsOf("plan", "--exit-code")
  expect(plan.has("exit-code")).toBe(true)
  // @ts-expect-error of `run` and `teardown`
  expect(plan.has("yes")).toBe(false)
})

test("a choice has the type of its choices", () => {
  const delays: "short" | "real" | "none" | undefined = flagsOf("practice", "--delays", "real").choice(
    "delays",
  )
  expect(delays).toBe("real")
})

test("what helps several commands takes the flags of each", () => {
  const names = (flags: Flags): boolean => flags.has("json")
  const show: Flags<"show"> = flagsOf("show", "copy")
  expect(names(show)).toBe(false)
})

test("names that the notebook decides go by any", () => {
  const flags: Flags<"run"> = flagsOf("run", "--greeting", "hello")
  // @ts-expect-error an input of this notebook, which the table of commands does not know
  expect(flags.text("greeting")).toBe("hello")
  expect(flags.any.text("greeting")).toBe("hello")
})
