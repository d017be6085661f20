/** Every `next:` works as typed: each one of a table of situations is typed, as a shell and the command line read it. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { main } from "../../lib/cli/main.ts"
import { parseCommandLine } from "../../lib/cli/parse.ts"
import { startedAs } from "../../lib/cli/started-as.ts"
import { plainWords } from "../../lib/cli/walk/plain-words.ts"
import { blocked, ready } from "../../lib/index.ts"
import type { Notebook } from "../../lib/notebook/notebook.ts"
import guide from "../../runbooks/index.ts"
import { checkNext } from "../next-lines.ts"
import { io, room } from "./world.ts"

const PROGRAM = "npx flower-runbook"

async function call(cwd: string, argv: readonly string[], notebook: Notebook = guide, more = {}) {
  const screen = io(cwd, more)
  const code = await main(notebook, argv, { ...screen.io, program: PROGRAM })
  const text = `${screen.stdout()}${screen.stderr()}`
  const next = [...text.matchAll(/^\s*(?:next:|Next:|Then:)\s+(.*)$/gm)].map(([, line]) => line!)
  return { code, next, text }
}

/** The words of a line after the program; the test fails where it is not the program as it was started. */
function typed(line: string): string[] {
  const words = plainWords(line)
  expect(words.slice(0, 2).join(" ")).toBe(PROGRAM)
  return words.slice(2)
}

const SITES = [
  "--superlink",
  "server=https://127.0.0.1:1,project=p,login=token,token-file=t",
  "--supernode",
  "name=s 1,server=https://127.0.0.1:1,project=q,login=token,token-file=t",
].map((word) => word.replace("s 1", "s1"))

/** The guide with a login whose check answers so. */
const answering = (next: string): Notebook => ({
  ...guide,
  steps: guide.steps.map((step) => {
    if (step.id === "prerequisites") return { ...step, check: () => ready("all is there") }
    return step.id === "login"
      ? { ...step, check: () => blocked("it is blocked", { fix: "fix it", next }) }
      : step
  }),
})

function prepared(): string {
  const cwd = room()
  writeFileSync(join(cwd, "t"), "sha256~a\n")
  mkdirSync(join(cwd, "a folder"))
  writeFileSync(
    join(cwd, "a folder/f.yaml"),
    `version: 1\nsuperlink: { server: "https://127.0.0.1:1", project: p, token-file: ../t }\nsupernodes: [{ name: s1, server: "https://127.0.0.1:1", project: q, token-file: ../t }]\n`,
  )
  return cwd
}

const FILE = ["--federation", "a folder/f.yaml"]

describe("is a command of the program, for the same federation, that is accepted", () => {
  test.each<[string, readonly string[]]>([
    ["an unknown command", ["stat"]],
    ["another program's command", ["apply", ...FILE]],
    ["an unknown flag", ["run", "--federatoin", "x"]],
    ["a flag before the command", ["--yes", "run"]],
    ["an unknown step", ["step", "site-crate", ...FILE]],
    ["an unknown site", ["plan", "--site", "s2", ...FILE]],
    ["an unknown site of flags", ["plan", "--site", "s2", ...SITES]],
    ["an empty selection", ["plan", "--only", "login", "--skip", "login", ...SITES]],
    ["missing inputs", ["plan"]],
    ["no approval", ["run", ...FILE]],
    ["an unreachable server", ["plan", ...FILE]],
    ["an unreachable server of flags", ["plan", ...SITES]],
    ["nothing to report", ["report", ...FILE]],
    ["nothing to report of flags", ["report", ...SITES]],
    ["no output", ["show", "login", ...FILE]],
    ["a walk without a terminal", ["walk"]],
    ["nothing to delete", ["teardown"]],
    ["a state that cannot be checked", ["status", "--live", ...SITES]],
    ["doctor", ["doctor", ...SITES]],
    ["practice and a file", ["run", "--practice", ...FILE]],
    ["a name for a notebook", ["new", "Not-A-Name"]],
  ])("%s", async (_, argv) => {
    const cwd = prepared()
    const { next, text } = await call(cwd, argv)
    const own = next.filter((line) => line.includes("flower-runbook"))
    expect(text).not.toMatch(/^\s*next:\s+flower-runbook/m)
    if (
      ![
        "an unreachable server",
        "an unreachable server of flags",
        "a state that cannot be checked",
        "doctor",
      ].includes(_)
    )
      expect(own.length).toBeGreaterThan(0)
    for (const line of own) {
      const words = typed(line)
      expect(() => parseCommandLine(guide, words, cwd, PROGRAM)).not.toThrow()
      // It is about the same federation: the file or the sites are named again.
      const names = argv.some((word) => word.includes("f.yaml")) ? "a folder/f.yaml" : undefined
      if (names !== undefined && !words.includes("--help") && !words.includes("--practice"))
        expect(words).toContain(names)
      // What changes nothing is really run.
      if (["values", "status"].includes(words[0]!) || words.includes("--help"))
        expect((await call(cwd, words)).code, line).toBe(0)
      if (argv.includes("--superlink") && !words.includes("--help")) expect(words).toContain("--superlink")
    }
  })

  test("what a step suggests is completed", async () => {
    const cwd = prepared()
    const at = async (argv: readonly string[]) =>
      (await call(cwd, argv, answering("flower-runbook step verify --site s1"))).next[0]
    expect(await at(["plan", ...FILE])).toBe(
      `${PROGRAM} step verify --site s1 --federation 'a folder/f.yaml'`,
    )
    expect(await at(["run", "--yes", "--name", "trial", ...SITES])).toBe(
      `${PROGRAM} step verify --site s1 --name trial`,
    )
    const line = (await at(["plan", ...SITES]))!
    expect(parseCommandLine(guide, typed(line), cwd, PROGRAM).flags.any.all("supernode")).toEqual([SITES[3]])
  })

  test("a command for a cluster has the site's kubeconfig and the folder of commands", async () => {
    const cwd = prepared()
    const notebook = answering("oc get routes -n p")
    const state = join(cwd, "state/flower-runbook/default/kubeconfigs/superlink")
    expect((await call(cwd, ["plan", ...FILE], notebook)).next[0]).toBe(
      `KUBECONFIG=${state} oc get routes -n p`,
    )
    mkdirSync(join(cwd, "bin"))
    writeFileSync(join(cwd, "bin/oc"), "#!/bin/sh\n")
    chmodSync(join(cwd, "bin/oc"), 0o755)
    expect((await call(cwd, ["plan", "--commands", "bin", ...FILE], notebook)).next[0]).toBe(
      `KUBECONFIG=${state} ${cwd}/bin/oc get routes -n p`,
    )
    // The user's own kubeconfig is meant, or none.
    for (const own of ["oc config get-contexts", "skupper version"])
      expect((await call(cwd, ["plan", ...FILE], answering(own))).next[0]).toBe(own)
  })
})

describe("a command that deletes is suggested only for what was named", () => {
  test("no other site is suggested", async () => {
    const cwd = prepared()
    const { code, text, next } = await call(cwd, ["teardown", "--site", "s2", ...FILE])
    expect(code).toBe(2)
    expect(text).toContain("--site: unknown site s2; the sites are superlink, s1")
    expect(text).not.toContain("did you mean")
    expect(next.map(typed).map(([command]) => command)).toEqual(["values"])
  })

  test.each(["teardown", "run", "step login"])("%s with several federations", async (command) => {
    const cwd = prepared()
    for (const name of ["one", "two"]) mkdirSync(join(cwd, "state/flower-runbook", name), { recursive: true })
    const { next } = await call(cwd, [...command.split(" "), "--yes"])
    expect(next).toEqual([`${PROGRAM} status --name one`])
    expect((await call(cwd, typed(next[0]!))).code).toBe(0)
  })

  test("no federation was run: no teardown is suggested", async () => {
    const { next } = await call(prepared(), ["teardown", "--yes"])
    expect(next.map(typed)).toEqual([["status"]])
  })
})

test.each([
  [{}, "flower-runbook", "flower-runbook"],
  [
    { npm_lifecycle_event: "npx", npm_lifecycle_script: "'flower-runbook'" },
    "flower-runbook",
    "npx flower-runbook",
  ],
  [{ npm_lifecycle_event: "npx", npm_lifecycle_script: "'vitest'" }, "flower-runbook", "flower-runbook"],
  [{ npm_lifecycle_event: "npx", npm_lifecycle_script: "'node'" }, "node r/f.js", "npx node r/f.js"],
  [
    { npm_lifecycle_event: "practice", npm_lifecycle_script: "node r/f.js run" },
    "node r/f.js",
    "npx node r/f.js",
  ],
  [{ npm_lifecycle_event: "test", npm_lifecycle_script: "vitest" }, "node r/f.js", "node r/f.js"],
])("started by npm (%j), %s is typed as %s", (env, command, typedAs) => {
  expect(startedAs(command, env)).toBe(typedAs)
})

test("whatever the suite sees is checked so: whole programs, calls of campaigns", () => {
  for (const refused of ["run --federatoin x", "step site-crate", "stat", "plan --site"])
    expect(() => checkNext(`✗ It failed\n    next: npx flower-runbook ${refused}\n`, "/"), refused).toThrow(
      `next: npx flower-runbook ${refused}: as typed it is refused`,
    )
  for (const accepted of [
    "flower-runbook report > 'a b'",
    "flower-runbook plan",
    "mv a b",
    "oc get pods | head",
  ])
    checkNext(`  next: ${accepted}\n`, "/")
})

test("what is completed and reported is the program, not how it was started", async () => {
  const cwd = prepared()
  expect((await call(cwd, ["completion", "bash"])).text).toMatch(/^complete .* flower-runbook$/m)
  expect((await call(cwd, ["completion", "bash"])).text).not.toContain("npx")
  expect((await call(cwd, ["completion", "--help"])).text).toContain("completions/flower-runbook")
  const script = await call(cwd, ["report", "--format", "sh", ...FILE])
  expect(script.text).not.toContain("npx")
})

test("every command that a step of the guide suggests is accepted", () => {
  const folder = new URL("../../runbooks/", import.meta.url)
  const files = (readdirSync(folder, { recursive: true, encoding: "utf8" }) as string[]).filter((name) =>
    name.endsWith(".ts"),
  )
  const lines = files.flatMap((name) =>
    [
      ...readFileSync(new URL(name, folder), "utf8").matchAll(
        /["`](flower-runbook (?:step|run|plan)[^"`]*?)\\?["`]/g,
      ),
    ].map(([, line]) =>
      line!.replace(/\$\{(?:target\.)?step(?:\.id)?\}/g, "verify").replace(/\$\{[^}]*\}/g, "x"),
    ),
  )
  expect(lines.length).toBeGreaterThan(10)
  for (const line of lines)
    expect(
      () => parseCommandLine(guide, plainWords(line).slice(1), "/", "flower-runbook"),
      line,
    ).not.toThrow()
})
