/** `new DIR`: what it writes runs and passes its test as it is. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { BIN, install, node } from "./own-notebook.ts"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const room = mkdtempSync(join(tmpdir(), "new room_"))
afterAll(() => rmSync(room, { recursive: true, force: true, maxRetries: 3 }))

const make = (...argv: string[]) => node(room, [BIN, "new", ...argv])
const edit = (file: string, before: string, after: string): void => {
  const text = readFileSync(file, "utf8")
  expect(text).toContain(before)
  writeFileSync(file, text.replaceAll(before, after))
}

describe("the notebook that it writes", () => {
  const folder = join(room, "greetings-2")
  let made: ReturnType<typeof make>
  beforeAll(() => {
    made = make("greetings-2")
    install(folder)
  })

  test("says what to type next: from a checkout the package is packed first", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }
    expect({ code: made.code, stderr: made.stderr }).toEqual({ code: 0, stderr: "" })
    expect(made.stdout.split("\n")).toEqual([
      "Created the notebook greetings-2 in greetings-2: two steps, and a test on practice clusters.",
      "",
      "Next:",
      "  cd greetings-2",
      expect.stringMatching(/^ {2}npm pack --silent \S+ {2}# creates flower-runbook-[\d.]+\.tgz:/),
      `  npm install ./flower-runbook-${version}.tgz`,
      "  npm test  # on practice clusters",
      "  npx greetings-2 run --practice --yes  # the same, live in the terminal",
      "",
    ])
  })

  test("is a package of that name, on this version, and leaves nothing else behind", () => {
    const own = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))
    const made = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    expect(made).toMatchObject({
      name: "greetings-2",
      dependencies: { "flower-runbook": own.version },
      devDependencies: { node: own.devDependencies.node },
      scripts: { test: "node --test" },
    })
    expect(readdirSync(folder)).toContain(".gitignore")
    expect(readdirSync(room).filter((name) => name.startsWith("."))).toEqual([])
  })

  test("passes its test, which fails once a step is broken", { timeout: 120_000 }, () => {
    const { code, stdout } = node(folder, ["--test"])
    expect({ code, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stdout: "" })
    expect(stdout).toMatch(/pass 2$/m)
    const step = join(folder, "greeting.js")
    edit(step, "oc apply", "oc aply")
    const broken = node(folder, ["--test", "--test-name-pattern", "greets"])
    edit(step, "oc aply", "oc apply")
    expect(broken.code).toBe(1)
    expect(broken.stdout).toMatch(/'hub greeting: .*oc aply/)
  })

  test("is a program: runs on practice clusters, and a step is a script", () => {
    const run = node(folder, [
      "index.js",
      "run",
      "--practice",
      "--yes",
      "--text",
      "Guten Tag",
      "--delays",
      "none",
    ])
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" })
    expect(run.stdout).toContain("it says Guten Tag")
    expect(run.stdout).toMatch(/✓ practice: 9 steps done \(9 applied\)/)
    const sites = ["--hub", "server=https://127.0.0.1:1", "--spoke", "server=https://127.0.0.1:1"]
    const plan = node(folder, ["index.js", "plan", ...sites])
    expect(plan).toMatchObject({ code: 0, stderr: "" })
    expect(plan.stdout).toMatch(/login +blocked +127\.0\.0\.1:1 cannot be reached/)
    expect(node(folder, ["greeting.js", "--help"]).stdout).toMatch(/^greeting\n/)
  })
})

describe("a folder that is refused", () => {
  test("is not empty: nothing is written", () => {
    const full = join(room, "full")
    mkdirSync(full)
    writeFileSync(join(full, "mine"), "")
    const { code, stdout, stderr } = make("full")
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toMatch(/full is not empty.*why:.*it contains mine.*next: flower-runbook new my-notebook/s)
    expect(readdirSync(full)).toEqual(["mine"])
  })

  test("is a file", () => {
    writeFileSync(join(room, "file"), "")
    expect(make("file")).toMatchObject({ code: 2, stderr: expect.stringMatching(/file is a file/) })
  })

  test.each(["My_Notebook", "2nd", "node", "flower-runbook"])("has the name %s", (name) => {
    const { code, stderr } = make(name)
    expect(code).toBe(2)
    expect(stderr).toMatch(/cannot be the name of a notebook/)
    expect(readdirSync(room)).not.toContain(name)
    const next = /next: flower-runbook new (\S+)/.exec(stderr)?.[1]
    expect(next).toBe(name === "My_Notebook" ? "my-notebook" : name === "2nd" ? "nd" : "my-notebook")
  })

  test("is not given, and nothing can be asked", () => {
    expect(make()).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/needs a folder.*next: flower-runbook new my-notebook/s),
    })
  })

  test("an empty one is used, even if it is the working folder", () => {
    const here = join(room, "here")
    mkdirSync(here)
    const { code, stdout } = node(here, [BIN, "new", "."])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Created the notebook here here: /)
    expect(stdout).not.toMatch(/ cd /)
    expect(readdirSync(here)).toContain("index.js")
  })
})
