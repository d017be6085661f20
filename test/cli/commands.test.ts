import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, describe, expect, test } from "vitest"
import { main, script } from "../../lib/cli/main.ts"
import { step } from "../../lib/index.ts"
import { openState } from "../../lib/runner/open-state.ts"
import { mirrors } from "../example/notebook.ts"
import { call, io, room } from "./world.ts"

let at: string
let sites: string[]
const page = (site: string) => readFileSync(join(at, site, "index.html"), "utf8")
const state = () => join(at, "state", "mirror-pages", "default")

beforeEach(() => {
  at = room()
  sites = ["--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`, "--mirror", `folder=${at}/m2`]
})

describe("run", () => {
  test("off a terminal it needs --yes; without it nothing is created", async () => {
    const { code, stdout, stderr } = await call(at, ["run", ...sites])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toContain("stdin is not a terminal")
    expect(stderr).toContain(`next: mirror-pages run --original folder=${at}/o`)
    expect(readdirSync(at)).toEqual([])
  })
  test("from nothing to ready, then remembered, then nothing to do", async () => {
    const first = await call(at, ["run", "--yes", ...sites])
    expect(first.code).toBe(0)
    expect(first.stdout).toContain("default: 8 steps done (6 applied, 2 unchanged)")
    expect([page("o"), page("m1"), page("m2")]).toEqual(Array(3).fill("<h1>Hello</h1>\n"))
    const again = await call(at, ["run", "--yes"])
    expect(again.code).toBe(0)
    expect(again.stdout).toMatch(/8 steps done \(8 unchanged\), in/)
    expect(again.stdout).not.toContain("applied")
  })
  test("a changed input makes exactly its steps stale; the answers stay", async () => {
    await call(at, ["run", "--yes", ...sites])
    const plan = await call(at, ["plan", "--greeting", "Bye", "--exit-code"])
    expect(plan.code).toBe(5)
    expect(plan.stdout.match(/stale: .*/g)).toEqual(["stale: greeting Hello → Bye"])
    expect((await call(at, ["run", "--yes", "--greeting", "Bye"])).code).toBe(0)
    expect(page("m2")).toBe("<h1>Bye</h1>\n")
    expect((await call(at, ["plan", "--exit-code"])).code).toBe(0)
    expect((await call(at, ["values"])).stdout).toMatch(/greeting +earlier answer +Bye/)
  })
  test("with nothing but a walk on practice clusters, whatever reads is about that", async () => {
    await call(at, ["run", "--yes", ...sites])
    renameSync(state(), join(at, "state", "mirror-pages", ".practice"))
    for (const reads of [["status"], ["status", "--live"]]) {
      expect(await call(at, reads)).toMatchObject({ code: 0, stdout: expect.stringContaining("mirror-1") })
    }
    expect((await call(at, ["plan"])).stderr).toContain("inputs are missing")
  })
  test("a failed step: exit 1, the rest says why it was skipped", async () => {
    writeFileSync(join(at, "m1"), "a file where a folder should be")
    const { code, stdout } = await call(at, ["run", "--yes", ...sites])
    expect(code).toBe(1)
    expect(stdout).toContain("mirror-1/copy failed")
    expect(page("m2")).toBe(page("o"))
    expect(stdout).toMatch(/Then: mirror-pages run --yes/)
  })
  test("a selection that no step matches is refused", async () => {
    const { code, stderr } = await call(at, ["run", "--yes", ...sites, "--only", "page", "--skip", "page"])
    expect(code).toBe(2)
    expect(stderr).toContain("No step matches the selection")
    expect(existsSync(state())).toBe(false)
  })
  test("a state folder that is not writable: what, why and the fix, no stack", async () => {
    const refusing = {
      ...mirrors,
      validate: () => {
        throw Object.assign(new Error("EACCES"), {
          code: "EACCES",
          syscall: "mkdir",
          path: "/somewhere/kept",
        })
      },
    }
    const { code, stderr } = await call(at, ["run", "--yes", ...sites], { notebook: refusing })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^✗ \/somewhere\/kept cannot be created \(EACCES\)\n {2}why: .*\n {2}fix: /)
    expect(stderr).not.toContain("    at ")
  })
  test("selection by steps and sites", async () => {
    const { code } = await call(at, ["run", "--yes", ...sites, "--to", "page", "--site", "original"])
    expect(code).toBe(0)
    expect(existsSync(join(at, "o", "index.html"))).toBe(true)
    expect(existsSync(join(at, "m1"))).toBe(false)
  })
  test("--json is the event stream and nothing else", async () => {
    const { code, stdout, stderr } = await call(at, ["run", "--yes", "--json", ...sites])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    const types = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).type as string)
    expect(types[0]).toBe("run started")
    expect(types.at(-1)).toBe("run ended")
    expect(new Set(types)).toContain("checkpoint")
  })
  test("a held lock is exit 3", async () => {
    const held = await openState(state(), { command: "the other one" })
    try {
      const { code, stderr } = await call(at, ["run", "--yes", ...sites])
      expect(code).toBe(3)
      expect(stderr).toContain("the other one")
    } finally {
      await held.close()
    }
  })
})

describe("step", () => {
  test("checks, applies if needed, shows; needs no --yes", async () => {
    await call(at, ["run", "--yes", ...sites, "--only", "tools,folder"])
    const first = await call(at, ["step", "page"])
    expect(first.code).toBe(0)
    expect(first.stdout).toContain("<h1>Hello</h1>")
    expect(page("o")).toBe("<h1>Hello</h1>\n")
    expect((await call(at, ["step", "page"])).stdout).toMatch(/page +unchanged/)
  })
  test("the command of that other step is complete, as the program is called", async () => {
    const screen = io(at)
    const argv = ["step", "copy", "--site", "mirror-1", ...sites]
    expect(await main(mirrors, argv, { ...screen.io, program: "node pages.ts" })).toBe(1)
    expect(screen.stdout()).toMatch(/next: node pages\.ts step (folder|page) --site (original|mirror-1)/)
  })
  test("what needs another step first says so", async () => {
    const { code, stdout } = await call(at, ["step", "page", ...sites])
    expect(code).toBe(1)
    expect(stdout).toContain("original/folder was not selected and missing")
  })
})

describe("what only reads", () => {
  test("plan creates nothing, here or anywhere", async () => {
    const { code, stdout } = await call(at, ["plan", "--exit-code", ...sites])
    expect(code).toBe(5)
    expect(stdout).toContain("Plan: 3 to apply, 4 waiting, 1 ok.")
    expect(readdirSync(at)).toEqual([])
    await call(at, ["run", "--yes", ...sites])
    const before = snapshot(state())
    expect((await call(at, ["plan"])).code).toBe(0)
    await call(at, ["status", "--live"])
    await call(at, ["doctor"])
    expect(snapshot(state())).toEqual(before)
  })
  test("status: nothing yet, done, stale", async () => {
    expect((await call(at, ["status"])).stdout).toContain("Nothing has run yet")
    await call(at, ["run", "--yes", ...sites])
    const { stdout } = await call(at, ["status"])
    expect(stdout).toMatch(/STEP +original(.*\n)+?page +✓ applied/)
    expect((await call(at, ["status", "--site", "mirror-1"])).stdout).not.toMatch(/STEP.*mirror-2|mirror-2\//)
    expect((await call(at, ["status", "--greeting", "x"])).stdout).toContain("stale: greeting Hello → x")
    rmSync(join(at, "m2", "index.html"))
    expect((await call(at, ["status"])).stdout).not.toContain("no copy yet")
    expect((await call(at, ["status", "--live"])).stdout).toContain("no copy yet")
  })
  test("show: saved output next to the expected one, marked if it differs", async () => {
    const none = await call(at, ["show", "page"])
    expect(none.code).toBe(1)
    expect(none.stderr).toContain("next: mirror-pages step page")
    await call(at, ["run", "--yes", "--greeting", "Bye", ...sites])
    const { code, stdout } = await call(at, ["show", "page"])
    expect(code).toBe(0)
    expect(stdout).toContain("    <h1>Bye</h1>")
    expect(stdout).toContain("≠ | <h1>Hello</h1>")
    expect((await call(at, ["show", "page", "--site", "mirror-1"])).code).toBe(1)
  })
  test("doctor: here, and a journal that cannot be read", async () => {
    const unknown = await call(at, ["doctor"])
    expect(unknown.code).toBe(0)
    expect(unknown.stdout).toContain("folder is missing, so the site cannot be checked")
    expect((await call(at, ["doctor", ...sites])).stdout).toContain("No problems found.")
    mkdirSync(state(), { recursive: true, mode: 0o755 })
    const open = await call(at, ["doctor"])
    expect(open.code).toBe(0)
    expect(open.stdout).toMatch(/can\s+be\s+read\s+by\s+other\s+users/)
    writeFileSync(join(state(), "journal.jsonl"), 'not json\n{"v":1,"type":"warning","text":""}\n')
    const damaged = await call(at, ["doctor"])
    expect(damaged.code).toBe(2)
    expect(damaged.stderr).toMatch(/is\s+damaged\s+at\s+line\s+1/)
  })
})

describe("teardown", () => {
  test("deletes, and needs --yes off a terminal", async () => {
    await call(at, ["run", "--yes", ...sites])
    expect((await call(at, ["teardown"])).code).toBe(2)
    expect(existsSync(join(at, "o", "index.html"))).toBe(true)
    const { code } = await call(at, ["teardown", "--yes", "--site", "mirror-1,mirror-2"])
    expect(code).toBe(0)
    expect(existsSync(join(at, "m1", "index.html"))).toBe(false)
    expect(existsSync(join(at, "o", "index.html"))).toBe(true)
  })
  test("a notebook without one says so", async () => {
    const { code, stderr } = await call(at, ["teardown", "--yes"], {
      notebook: { ...mirrors, teardown: undefined },
    })
    expect(code).toBe(2)
    expect(stderr).toContain("mirror-pages has no teardown")
  })
})

describe("a script run alone", () => {
  const steps = (...ids: string[]) => mirrors.steps.filter(({ id }) => ids.includes(id))
  test("two steps of one file run in the notebook's order", async () => {
    const [first, second] = steps("tools", "folder")
    const screen = io(at)
    expect(await script(mirrors, [second!, first!], [...sites, "--site", "mirror-1"], screen.io)).toBe(0)
    expect(screen.stdout()).toMatch(/folder +applied/)
    expect(existsSync(join(at, "m1"))).toBe(true)
    expect(existsSync(join(at, "m2"))).toBe(false)
  })
  test("the file of a teardown's steps is the teardown", async () => {
    await call(at, ["run", "--yes", ...sites])
    const screen = io(at)
    expect(await script(mirrors, mirrors.teardown!.steps, ["--yes"], screen.io)).toBe(0)
    expect(existsSync(join(at, "o", "index.html"))).toBe(false)
  })
  test("its help names the steps", async () => {
    const screen = io(at)
    expect(await script(mirrors, steps("page"), ["--help"], screen.io)).toBe(0)
    expect(screen.stdout()).toContain("page")
  })
})

describe("an input that only a browser login gives counts as missing if nothing can be asked", () => {
  const web = {
    ...mirrors,
    missing: async (found: readonly { name: string }[]) =>
      found.map(({ name }) => ({ site: name, input: "folder", why: "a person is needed" })),
  }
  test("exit 2 before the first step, for the selected sites", async () => {
    const { code, stderr } = await call(at, ["run", "--yes", ...sites, "--site", "mirror-2"], {
      notebook: web,
    })
    expect(code).toBe(2)
    expect(stderr).toContain("mirror-2 folder: a person is needed")
    expect(stderr).not.toContain("mirror-1 folder")
    expect(readdirSync(at)).toEqual([])
    expect((await call(at, ["plan", ...sites], { notebook: web })).code).toBe(0)
  })
})

test("an unexpected error comes with its stack and the versions", async () => {
  const broken = {
    ...mirrors,
    validate: () => Object.freeze([1]).map((n) => (n as unknown as { x: { y: never } }).x.y),
  }
  const { code, stderr } = await call(at, ["plan", ...sites], { notebook: broken })
  expect(code).toBe(1)
  expect(stderr).toContain("Unexpected error")
  expect(stderr).toContain("mirror-pages 1.2.3, Node v")
  expect(stderr).toMatch(/at .*commands\.test\.ts/)
})

test("a step's own secret is in no output", async () => {
  const leaky = step({
    id: "leak",
    title: "Leaks",
    on: "here",
    prose: "",
    check: ({ secret }) => {
      secret("hunter2-hunter2")
      throw new Error("the password hunter2-hunter2 is wrong")
    },
  })
  const { stdout, stderr, code } = await call(at, ["run", "--yes", ...sites, "--only", "leak"], {
    notebook: { ...mirrors, steps: [leaky] },
  })
  expect(code).toBe(1)
  expect(stdout).toContain("the password ‹secret› is wrong")
  expect(stdout + stderr + readFileSync(join(state(), "journal.jsonl"), "utf8")).not.toContain("hunter2-")
})

/** Every file of a folder with its content. */
function snapshot(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [
        join(entry.parentPath, entry.name),
        readFileSync(join(entry.parentPath, entry.name), "utf8"),
      ]),
  )
}
