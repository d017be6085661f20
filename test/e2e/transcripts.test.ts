/**
 * What each command prints, one readable file per case in transcripts/. After a change of texts, read the difference, then
 * run `vitest -u`.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { COMMANDS } from "../../lib/cli/commands-table.ts"
import type { Recorded } from "../../lib/runner/events.ts"
import { steady } from "../../tools/steady.ts"
import { startWorld, type World } from "./harness.ts"
import { byLane, transcript } from "./transcript.ts"

let world: World
let file: string
beforeAll(async () => {
  // Lines are wrapped before paths are replaced by words, so the paths must always have the same length.
  world = await startWorld({ supernodes: 1, home: "/tmp/flower-" })
  file = world.practice.federationFile
})
afterAll(() => world?.close())

type Call = readonly string[] | { argv: readonly string[]; of: (stdout: string) => string }

/** Makes the calls in order; their output is the content of the file. */
async function golden(name: string, ...calls: Call[]): Promise<void> {
  const texts: string[] = []
  for (const call of calls) {
    const { argv, of } = "argv" in call ? call : { argv: call, of: (stdout: string) => stdout }
    const ended = await world.call(argv)
    for (const line of `${ended.stdout}\n${ended.stderr}`.split("\n").filter(wide)) {
      expect.soft(line).toMatch(WHOLE)
    }
    const stdout = of(steady(world, ended.stdout))
    texts.push(steady(world, transcript(argv, { ...ended, stdout })))
  }
  await expect(texts.join("\n")).toMatchFileSnapshot(`transcripts/${name}.txt`)
}

const lanes = (...argv: string[]): Call => ({ argv, of: byLane })

/** Wider than 80 columns, without a path, host or id that is too long to wrap. */
const wide = (line: string): boolean => [...line].length > 80 && !/\S{40}/.test(line)
/** What is not wrapped: commands to copy, one line per event. */
const WHOLE = /^ *next: |^Next: |^ {2}flower-runbook completion|^[✓✗–·…] \S+ +\S|^approved/

function given(name: string, text: string): string {
  const path = join(world.folder, name)
  writeFileSync(path, text)
  return path
}

describe("help", () => {
  test("of the program", () => golden("help", ["--help"], ["--version"], []))
  test.each(COMMANDS.map(({ name }) => name))("of %s", (name) => golden(`help-${name}`, [name, "--help"]))
})

describe("completion", () => {
  test("for bash", async () => {
    const argv = ["completion", "bash"]
    await expect(transcript(argv, await world.call(argv))).toMatchFileSnapshot(
      "transcripts/completion-bash.txt",
    )
  })
})

describe("what is refused before anything is done", () => {
  test("unknown names", () =>
    golden(
      "refused-names",
      ["rnu"],
      ["run", "--federaton", "federation.yaml"],
      ["step", "site-craete"],
      ["run", "--federation", file, "--yes", "--only", "login,projct"],
      ["step", "login", "--federation", file, "--site", "supernode-9"],
      ["completion", "powershell"],
    ))

  test("missing inputs, all at once", () =>
    golden(
      "refused-missing",
      ["run", "--yes"],
      ["run", "--yes", "--superlink", "server=https://api.a.example:6443", "--supernodes", "2"],
      [
        ...["run", "--yes", "--superlink", "server=https://127.0.0.1:1,project=flower"],
        ...["--supernode", "server=https://127.0.0.1:1,project=flower-1"],
      ],
    ))

  test("a run without approval", () => golden("refused-yes", ["run", "--federation", file]))

  test("a federation file with mistakes, by line and column", () => {
    const key = "superlink:\n  server: https://api.a.example:6443\n  projct: flower\n"
    const bracket = "superlink: { server: https://api.a.example:6443\n"
    const twice = "superlink: { server: https://api.a.example:6443, project: Flower_1 }\nlink-with: pigeon\n"
    return golden(
      "refused-file",
      ["plan", "--federation", given("key.yaml", `version: 1\nfederation: trial\n${key}`)],
      ["plan", "--federation", given("bracket.yaml", `version: 1\n${bracket}`)],
      ["plan", "--federation", given("values.yaml", `version: 1\n${twice}`)],
      ["plan", "--federation", given("version.yaml", "version: 2\nfederation: trial\n")],
      ["plan", "--federation", join(world.folder, "nowhere.yaml")],
    )
  })

  test("invalid values", () =>
    golden(
      "refused-values",
      [
        ...["plan", "--superlink", "server=https://console-openshift-console.apps.a.example,project=flower"],
        ...["--supernode", "server=https://api.b.example:6443,project=flower-1"],
      ],
      ["plan", "--federation", file, "--flower-version", "latest"],
      ["plan", "--federation", file, "--flower-version", "1.27.0"],
      ["plan", "--federation", file, "--image", "flwr/supernode:1.41.0"],
      ["run", "--federation", file, "--yes", "--timeout", "soon"],
      ["run", "--federation", file, "--yes", "--parallel", "0"],
    ))
})

describe("from nothing to a verified federation and back", () => {
  test("before", () =>
    golden(
      "before",
      ["plan", "--federation", file],
      ["status", "--federation", file],
      ["show", "login", "--federation", file],
    ))
  test("values", () => golden("values", ["values", "--federation", file]))
  test("doctor before", () => golden("doctor-before", ["doctor", "--federation", file]))
  test("one step", () => golden("step", ["step", "login", "--federation", file, "--site", "superlink"]))
  test("run", () => golden("run", lanes("run", "--federation", file, "--yes")))
  test("after", () =>
    golden(
      "after",
      ["plan"],
      ["status"],
      ["status", "--live"],
      ["show", "site-create"],
      ["show", "verify-federation"],
      ["plan", "--flower-version", "1.36.0", "--exit-code"],
    ))
  test("a step that is done", () => golden("step-done", ["step", "site-create", "--site", "supernode-1"]))
  test("doctor after", () => golden("doctor-after", ["doctor"]))
  test("run again, as events", () => golden("run-json", { argv: ["run", "--yes", "--json"], of: eventTypes }))
  test("teardown", () =>
    golden("teardown", ["teardown"], lanes("teardown", "--yes"), lanes("teardown", "--yes")))
})

test("practice clusters for one run", { timeout: 60_000 }, () =>
  golden("run-practice", {
    argv: ["run", "--practice", "--yes", "--delays", "none"],
    of: (stdout) => byLane(stdout).replace(/practice-[\da-f]{8}/g, "practice-ID"),
  }),
)

/** The types of events, each once, in the order in which they first appear. */
function eventTypes(stdout: string): string {
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Recorded)
  return [...new Set(lines.map(({ type }) => `{"type":"${type}",…}`))].join("\n")
}
