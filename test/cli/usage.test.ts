/** A call that is wrong ends with a command to type. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import type { Io } from "../../lib/cli/io.ts"
import { main } from "../../lib/cli/main.ts"
import { blocked, missing, unknown } from "../../lib/index.ts"
import { mirrors } from "../example/notebook.ts"
import { call, io, room } from "./world.ts"

const nextOf = (stderr: string): string | undefined => /^ {2}next: (.*)$/m.exec(stderr)?.[1]

/** As `call`, of a program that knows practice clusters. */
async function practising(cwd: string, argv: readonly string[], more: Partial<Io> = {}) {
  const screen = io(cwd)
  const code = await main(mirrors, argv, { ...screen.io, practiceImages: [], ...more })
  return { code, stdout: screen.stdout(), stderr: screen.stderr() }
}

describe("a wrong call", () => {
  test.each([
    [["run", "--mode", "shout"], "mirror-pages run --help"],
    [
      ["run", "--parallel", "0", "--original", "folder=/o", "--mirror", "folder=/m", "--yes"],
      "mirror-pages run --help",
    ],
    [["plan", "--federation", "nowhere.yaml"], "mirror-pages plan --help"],
  ])("%s names the next command", async (argv, next) => {
    const { code, stderr } = await call(room(), argv)
    expect({ code, next: nextOf(stderr) }).toEqual({ code: 2, next })
  })

  test("a mistake in a file is fixed there, so the next command is the same", async () => {
    const cwd = room()
    writeFileSync(join(cwd, "f.yaml"), "version: 1\nunknown: 1\n")
    const { code, stderr } = await call(cwd, ["plan", "--federation", "f.yaml"])
    expect({ code, next: nextOf(stderr) }).toEqual({ code: 2, next: "mirror-pages plan --federation f.yaml" })
  })

  test("the same with a faults file, but not with one that does not exist", async () => {
    const cwd = room()
    writeFileSync(join(cwd, "faults.yaml"), "- { where: nowhere, what: 503 }\n")
    const wrong = await practising(cwd, ["run", "--practice", "--yes", "--faults", "faults.yaml"])
    expect({ code: wrong.code, next: nextOf(wrong.stderr) }).toEqual({
      code: 2,
      next: "mirror-pages run --practice --yes --faults faults.yaml",
    })
    const absent = await practising(cwd, ["run", "--practice", "--yes", "--faults", "absent.yaml"])
    expect({ code: absent.code, next: nextOf(absent.stderr) }).toEqual({
      code: 2,
      next: "mirror-pages run --help",
    })
    const number = await practising(cwd, ["run", "--practice", "--yes", "--mirrors", "x"])
    expect({ code: number.code, next: nextOf(number.stderr) }).toEqual({
      code: 2,
      next: "mirror-pages run --help",
    })
  })

  test("a folder of practiceCommands that does not exist is named", async () => {
    const cwd = room()
    const own = { practiceCommands: join(cwd, "stand-ins") }
    const { code, stderr } = await practising(cwd, ["run", "--practice", "--yes"], own)
    expect(code).toBe(1)
    const text = stderr.replace(/\s+/g, " ")
    expect(text).toContain(`The folder of the program's practiceCommands cannot be read: ${cwd}/stand-ins`)
    expect(text).toContain(
      "why: the folder does not exist fix: create the folder, or correct practiceCommands",
    )
  })

  test("of practice clusters leaves no folder behind", async () => {
    const cwd = room()
    const state = join(cwd, "state-of-practice")
    for (const more of [[], ["--state", state]]) {
      const { code } = await practising(cwd, ["run", "--practice", "--yes", "--mirrors", "x", ...more])
      expect(code).toBe(2)
    }
    const ours = readdirSync(tmpdir()).filter((name) => name.includes(`-practice-${process.pid}-`))
    expect(ours).toEqual([])
    expect(existsSync(state)).toBe(false)
  })

  test("while another run holds the folder, its status is next", async () => {
    const cwd = room()
    const state = join(cwd, "held")
    mkdirSync(state, { mode: 0o700 })
    const owner = { pid: process.pid, host: hostname(), since: new Date().toISOString(), command: "other" }
    writeFileSync(join(state, "lock"), `${JSON.stringify(owner)}\n`, { mode: 0o600 })
    const sites = ["--original", `folder=${cwd}/o`, "--mirror", `folder=${cwd}/m`]
    const { code, stderr } = await call(cwd, ["run", "--yes", "--state", state, ...sites])
    expect({ code, next: nextOf(stderr) }).toEqual({ code: 3, next: `mirror-pages status --state ${state}` })
  })
})

test("what practice clusters cannot do is refused at once, with the flag that fixes it", async () => {
  const notebook = { ...mirrors, practiceFlag: { name: "real", help: "Run the real thing" } }
  const needed = ({ loud }: Record<string, unknown>) => (loud === true ? "a played page is quiet" : undefined)
  const screen = io(room())
  const practice = { practiceImages: [], practiceVariant: { images: [], needed } }
  const argv = ["run", "--practice", "--yes", "--loud"]
  expect(await main(notebook, argv, { ...screen.io, ...practice })).toBe(2)
  expect(screen.stderr()).toMatch(/need --real\n {2}why: {2}a played page is quiet/)
  expect(nextOf(screen.stderr())).toBe("mirror-pages run --practice --yes --loud --real")
  const [quiet, flagged] = [io(room()), io(room())]
  // The sites of the example are not clusters: its file is refused later, by its keys.
  await main(notebook, argv.slice(0, 3), { ...quiet.io, ...practice })
  await main(notebook, [...argv, "--real"], { ...flagged.io, ...practice })
  for (const { stderr } of [quiet, flagged])
    expect(stderr()).toContain("federation.yaml:3:1: commands: unknown")
})

describe("what is missing, as a file to fill in", () => {
  test("is shown if there is no file yet, and can be read", async () => {
    const cwd = room()
    const { stderr } = await call(cwd, ["run", "--yes"])
    const [, lines] = /All of them as federation.yaml:\n([\s\S]*?) {2}fix:/.exec(stderr)!
    writeFileSync(
      join(cwd, "federation.yaml"),
      lines!.replaceAll("…", `${cwd}/x`).replace(`${cwd}/x`, `${cwd}/y`),
    )
    expect(nextOf(stderr)).toBe("mirror-pages run --yes --federation federation.yaml")
    expect(await call(cwd, ["run", "--yes", "--federation", "federation.yaml"])).toMatchObject({ code: 0 })
  })

  test("is not shown if there is one", async () => {
    const cwd = room()
    writeFileSync(join(cwd, "f.yaml"), "version: 1\n")
    const { stderr } = await call(cwd, ["run", "--yes", "--federation", "f.yaml"])
    expect(stderr).not.toContain("All of them")
    expect(nextOf(stderr)).toBe("mirror-pages run --yes --federation f.yaml")
  })
})

describe("status --live", () => {
  const sites = (cwd: string) => ["--original", `folder=${cwd}/o`, "--mirror", `folder=${cwd}/m`]
  const withFolder = (check: () => ReturnType<typeof missing> | ReturnType<typeof unknown>) => ({
    ...mirrors,
    steps: mirrors.steps.map((step) => (step.id === "folder" ? { ...step, check } : step)),
  })

  test("says what could not be checked, and ends with 1", async () => {
    const cwd = room()
    const notebook = withFolder(() => unknown("unreachable", "nothing listens there"))
    const { code, stdout, stderr } = await call(cwd, ["status", "--live", ...sites(cwd)], { notebook })
    expect(code).toBe(1)
    expect(stdout).toContain("2 unknown")
    expect(stderr).toMatch(
      /^✗ original, mirror-1 could not be checked; .*\n {2}why: {2}nothing listens there/,
    )
    expect(nextOf(stderr)).toBe(`mirror-pages doctor ${sites(cwd).join(" ")}`)
  })

  test("asks for no approval", async () => {
    const cwd = room()
    const notebook = withFolder(() => missing("none", { approval: "creates a folder" }))
    expect((await call(cwd, ["plan", ...sites(cwd)], { notebook })).stdout).toContain("Approving also allows")
    const { code, stdout } = await call(cwd, ["status", "--live", ...sites(cwd)], { notebook })
    expect(code).toBe(0)
    expect(stdout).not.toContain("Approving also allows")
  })
})

test("after a fix with its own command, the run comes next", async () => {
  const cwd = room()
  const stuck = (more: { next?: string }) => ({
    ...mirrors,
    steps: mirrors.steps.map((step) =>
      step.id === "tools" ? { ...step, check: () => blocked("no cp", { fix: "get one", ...more }) } : step,
    ),
  })
  const argv = ["run", "--yes", "--original", `folder=${cwd}/o`, "--mirror", `folder=${cwd}/m`]
  const first = await call(cwd, argv, { notebook: stuck({ next: "apt install cp" }) })
  expect(first.stdout).toMatch(/ {2}next: apt install cp\n[\s\S]*\nThen: mirror-pages run --yes/)
  const only = await call(cwd, argv, { notebook: stuck({}) })
  expect(only.stdout).toMatch(/\nNext: mirror-pages run --yes/)
})
