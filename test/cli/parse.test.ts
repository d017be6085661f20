import { describe, expect, test } from "vitest"
import { COMMANDS } from "../../lib/cli/commands-table.ts"
import { flagsOf } from "../../lib/cli/flags-table.ts"
import { parseCommandLine } from "../../lib/cli/parse.ts"
import { UsageError } from "../../lib/notebook/errors.ts"
import type { Notebook } from "../../lib/notebook/notebook.ts"
import { PROGRAM_FLAGS } from "../../lib/notebook/reserved-flags.ts"
import { mirrors } from "../example/notebook.ts"

const parse = (...argv: string[]) => parseCommandLine(mirrors, argv, "/here", "mirror-pages")
const refusal = (...argv: string[]): string => {
  try {
    parse(...argv)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new Error("it was accepted")
}

describe("what is accepted", () => {
  test("flags by = or by the next word, before and after the argument", () => {
    const { argument, flags } = parse("step", "--site=mirror-1", "copy", "--greeting", "Hi there", "--yes")
    expect(argument).toBe("copy")
    expect(flags.list("site")).toEqual(["mirror-1"])
    expect(flags.any.text("greeting")).toBe("Hi there")
    expect(flags.has("yes")).toBe(true)
    expect(flags.has("rerun")).toBe(false)
  })
  test("lists may be repeated, site flags too", () => {
    const { flags } = parse(
      "run",
      "--only",
      "page,copy",
      "--only",
      "compare",
      "--mirror",
      "name=a",
      "--mirror",
      "name=b",
    )
    expect(flags.list("only")).toEqual(["page", "copy", "compare"])
    expect(flags.any.all("mirror")).toEqual(["name=a", "name=b"])
  })
  test("a value may start with one dash, and hold =", () => {
    expect(parse("run", "--greeting", "-1=2").flags.any.text("greeting")).toBe("-1=2")
    expect(parse("run", "--greeting=--yes").flags.any.text("greeting")).toBe("--yes")
  })
  test("typed values", () => {
    const { flags } = parse(
      "run",
      "--parallel",
      "3",
      "--timeout",
      "2m",
      "--state",
      "x",
      "--delays",
      "real",
      "--mirrors",
      "4",
    )
    expect(flags.count("parallel")).toBe(3)
    expect(flags.duration("timeout")).toBe(120)
    expect(flags.path("state")).toBe("/here/x")
    expect(flags.choice("delays")).toBe("real")
    expect(flags.any.count("mirrors")).toBe(4)
  })
  test("flag inputs are negated by --no-…", () => {
    expect(parse("run", "--loud").flags.any.text("loud")).toBe("true")
    expect(parse("run", "--no-loud").flags.any.text("loud")).toBe("false")
    expect(parse("run", "--loud=false").flags.any.has("loud")).toBe(false)
    expect(parse("run", "--no-input").flags.has("no-input")).toBe(true)
  })
  test("help and version, also with mistakes around", () => {
    expect(parse("--version").version).toBe(true)
    expect(parse("-h").help).toBe(true)
    expect(parse("run", "-h").help).toBe(true)
    expect(parse("help", "plan")).toMatchObject({ help: true, command: { name: "plan" } })
    expect(parse("step", "--help").help).toBe(true)
    expect(parse()).toMatchObject({ command: undefined, help: false })
  })
})

describe("what is refused, with the nearest name", () => {
  test.each([
    [["rnu"], "Unknown command rnu; did you mean run?"],
    [["--yes", "run"], "--yes must come after the command run"],
    [["run", "--yess"], "Unknown flag --yess of run; did you mean --yes?"],
    [["plan", "--yes"], "Unknown flag --yes of plan; it is a flag of run, step, teardown"],
    [
      ["run", "--by-hand"],
      "Unknown flag --by-hand of run; it is a flag of walk, the program without a command",
    ],
    [
      ["step", "copy", "--by-hand"],
      "Unknown flag --by-hand of step; it is a flag of walk, the program without a command",
    ],
    [
      ["run", "--practice", "--spokes=3"],
      "Unknown flag --spokes of run; the number of sites of a role is --mirrors N",
    ],
    [
      ["practice", "--spokes", "3"],
      "Unknown flag --spokes of practice; the number of sites of a role is --mirrors N",
    ],
    [["status", "-z"], "Unknown flag -z of status"],
    [["run", "-y"], "Unknown flag -y of run; did you mean --yes?"],
    [["run", "--greetin", "x"], "Unknown flag --greetin of run; did you mean --greeting?"],
    [["run", "--only", "pge"], "--only: unknown step pge; did you mean page?"],
    [
      ["run", "--from", "zzzzzz"],
      "--from: unknown step zzzzzz; use one of tools, folder, page, copy, compare",
    ],
    [["step"], "step needs ID, one of tools, folder, page, copy, compare"],
    [["step", "cop"], "Unknown step cop; did you mean copy?"],
    [["step", "copy", "page"], 'step takes one ID, but also got "page"'],
    [["run", "now"], 'run takes no argument, but got "now"'],
    [["run", "--timeout"], "--timeout needs a value: --timeout DURATION"],
    [["run", "--timeout", "--yes"], "--timeout needs a value: --timeout DURATION"],
    [["run", "--yes=1"], "--yes takes no value"],
    [["run", "--name", "a", "--name", "b"], "--name is given twice: a and b"],
    [
      ["run", "--original", "folder=/a", "--original", "folder=/b"],
      "--original is given twice: folder=/a and folder=/b",
    ],
    [["completion", "bsh"], "Unknown shell bsh; did you mean bash?"],
    [["teardown", "--only", "copy"], "--only: unknown step copy; use one of remove"],
  ])("%j", (argv, message) => {
    expect(refusal(...argv)).toBe(message)
  })
  test("the walk is the next command for a flag of its own", () => {
    expect(() => parse("run", "--by-hand", "--federation", "my file.yaml", "--yes")).toThrow(
      expect.objectContaining({ next: "mirror-pages walk --by-hand --federation 'my file.yaml'" }),
    )
  })
  test("a flag before the command: the next command has them in order", () => {
    expect(() => parse("--greeting", "Hi there", "run", "--yes")).toThrow(
      expect.objectContaining({ next: "mirror-pages run --greeting 'Hi there' --yes" }),
    )
  })
  test("everything wrong at once", () => {
    expect(refusal("run", "--yess", "--only", "pge", "--parallel").split("\n")).toHaveLength(3)
  })
  test("invalid numbers", () => {
    const { flags } = parse("run", "--parallel", "0", "--mirrors", "1.5", "--timeout", "soon")
    expect(() => flags.count("parallel")).toThrow("--parallel 0: must be a whole number of at least 1")
    expect(() => flags.any.count("mirrors")).toThrow(/whole number/)
    expect(() => flags.duration("timeout")).toThrow(/--timeout: "soon" is not a duration/)
  })
})

test("the names that a notebook cannot take are the flags of the program", () => {
  const empty: Notebook = { name: "empty", title: "", roles: {}, inputs: {}, steps: [] }
  const flags = COMMANDS.flatMap((command) => flagsOf(empty, command).map(({ name }) => name))
  expect([...new Set([...flags, "version"])].toSorted()).toEqual([...PROGRAM_FLAGS])
})
