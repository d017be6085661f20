import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync, statSync, watch, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, test } from "vitest"
import { room } from "./world.ts"

const PROGRAM = fileURLToPath(new URL("./program.ts", import.meta.url))

const started: ChildProcess[] = []

function start(at: string, argv: string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, ...argv], {
    cwd: at,
    env: { PATH: process.env.PATH, TMPDIR: tmpdir(), HOME: at, XDG_STATE_HOME: join(at, "state"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  started.push(child)
  return child
}

/** A test that fails early leaves no program behind. */
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL")
})

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let stdout = ""
  let stderr = ""
  child.stdout?.on("data", (chunk) => (stdout += chunk))
  child.stderr?.on("data", (chunk) => (stderr += chunk))
  const [code] = (await once(child, "close")) as [number | null]
  return { code, stdout, stderr }
}

async function file(at: string, name: string): Promise<void> {
  const watcher = watch(at)
  try {
    while (!existsSync(join(at, name))) await once(watcher, "change")
  } finally {
    watcher.close()
  }
}

const journal = (at: string) =>
  readFileSync(join(at, "state/mirror-pages/default/journal.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; code?: number; outcome?: { kind: string } })

describe("signals", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s: journal, children, exit %i; the next run resumes", async (name, code) => {
    const at = room()
    const sites = ["--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`]
    // A unique length of sleep identifies the child of this test.
    const sleep = `61.${process.pid}${code}`
    const sleeps = () => execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).includes(sleep)
    const child = start(at, ["run", "--yes", ...sites], { SLEEP: sleep })
    const end = ended(child)
    await file(at, "acting")
    expect(sleeps()).toBe(true)
    child.kill(name)
    expect((await end).code).toBe(code)
    const lines = journal(at)
    expect(lines.at(-1)).toMatchObject({ type: "run ended", code })
    expect(lines.filter(({ type }) => type === "action started")).toHaveLength(1)
    expect(sleeps()).toBe(false)
    expect(existsSync(join(at, "state/mirror-pages/default/lock"))).toBe(false)
    const next = await ended(start(at, ["run", "--yes"], { QUICK: "yes" }))
    expect(next.code).toBe(0)
    expect(existsSync(join(at, "m1/index.html"))).toBe(true)
  })
})

describe("work that nothing can wake", () => {
  test("is told and ended by a plan, not left without a word", async () => {
    const at = room()
    const argv = ["plan", "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`]
    const { code, stderr } = await ended(start(at, argv, { STALL: "yes" }))
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining("Nothing is left to wait for, and the work has not ended"),
    })
  })

  test("is journaled and ended by a run, at the step's limit, and the next run resumes", async () => {
    const at = room()
    const sites = ["--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`]
    const { code } = await ended(start(at, ["run", "--yes", "--timeout", "1s", ...sites], { STALL: "yes" }))
    expect(code).toBe(1)
    const lines = journal(at)
    // The second one is the second try of what timed out.
    expect(lines.filter(({ outcome }) => outcome?.kind === "failed")).toHaveLength(2)
    expect(lines.at(-1)).toMatchObject({ type: "run ended", code: 1 })
    expect(existsSync(join(at, "state/mirror-pages/default/lock"))).toBe(false)
    expect((await ended(start(at, ["run", "--yes"], { QUICK: "yes" }))).code).toBe(0)
  })
})

test("what nothing can end does not keep a program whose work is done", async () => {
  const at = room()
  const from = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
  const lines = [
    `import { main } from ${from("../../lib/program.ts")}`,
    `import { mirrors } from ${from("../example/notebook.ts")}`,
    'export const program = { notebook: mirrors, version: "1.2.3" }',
    // As a name that is being resolved, or a file on a network disk that is away.
    "setInterval(() => {}, 60_000)",
    "void main(import.meta.url)",
  ]
  writeFileSync(join(at, "left.mjs"), lines.join("\n"))
  const child = spawn(process.execPath, [join(at, "left.mjs"), "values"], { cwd: at, env: { HOME: at } })
  started.push(child)
  const { code, stdout } = await ended(child)
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("greeting") })
})

test("a closed pipe neither breaks nor ends a run", async () => {
  const at = room()
  const sites = ["--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`]
  const child = start(at, ["run", "--yes", "--json", ...sites], { QUICK: "yes" })
  child.stdout?.destroy()
  const { code, stderr } = await ended(child)
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  expect(existsSync(join(at, "m1/index.html"))).toBe(true)
})

describe("practice clusters keep running", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "until %s, with stdin at its end; then everything of them is deleted",
    async (name) => {
      const at = room()
      const child = start(at, ["practice", "--mirrors", "1", "--delays", "none"], { TMPDIR: at })
      const lines = await new Promise<string[]>((resolve) => {
        let text = ""
        child.stdout?.on("data", (chunk) => {
          text += chunk
          if (text.endsWith("\n")) resolve(text.trimEnd().split("\n"))
        })
      })
      const [, kubeconfig] = /^export KUBECONFIG=(\/\S+)$/.exec(lines[0]!)!
      const [, federation] = /^mirror-pages run --federation (\/\S+)$/.exec(lines[1]!)!
      expect(lines.map((line) => line.split(" ")[0]!.split("/").at(-1))).toEqual([
        "export",
        "mirror-pages",
        "kubectl",
      ])
      expect(statSync(kubeconfig!).mode & 0o077).toBe(0)
      const written = readFileSync(federation!, "utf8")
      expect(written).toMatch(/^original:\n {2}server: https:\/\/127\.0\.0\.1:\d+$/m)
      const token = /token: (\S+)/.exec(readFileSync(kubeconfig!, "utf8"))![1]!
      expect(lines.join("\n") + written).not.toContain(token)
      const folder = dirname(federation!)
      child.kill(name)
      expect((await ended(child)).code).toBe(0)
      expect(existsSync(folder)).toBe(false)
    },
  )
})

describe("what loads", () => {
  /** The packages and files of ours that a call imports. */
  const imported = (...argv: string[]): string[] => {
    const hook = `import { registerHooks } from "node:module"
registerHooks({ load(url, context, next) { process.stderr.write("LOADED " + url + "\\n"); return next(url, context) } })`
    const at = room()
    const hooks = `data:text/javascript,${encodeURIComponent(hook)}`
    const { stderr } = spawnSync(process.execPath, ["--import", hooks, PROGRAM, ...argv], {
      cwd: at,
      env: { PATH: process.env.PATH, TMPDIR: tmpdir(), HOME: at },
      encoding: "utf8",
    })
    return [...stderr.matchAll(/^LOADED file:\/\/(.*)$/gm)].map(([, path]) => path!)
  }
  const packages = (files: string[]) => [
    ...new Set(files.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])),
  ]

  test("--help and completion load no package at all", () => {
    const help = imported("--help")
    expect(help.some((path) => path.endsWith("cli/help.ts"))).toBe(true)
    expect(packages(help)).toEqual([])
    expect(packages(imported("run", "--help"))).toEqual([])
    expect(packages(imported("completion", "bash"))).toEqual([])
  })
  test("plan and status load neither listr2 nor prompts, status no cluster client", () => {
    const status = packages(imported("status"))
    expect(status).not.toContain("@kubernetes/client-node")
    expect(status).not.toContain("zx")
    for (const found of [
      status,
      packages(imported("plan", "--original", "folder=/o", "--mirror", "folder=/m")),
    ]) {
      expect(found).not.toContain("listr2")
      expect(found).not.toContain("@inquirer/prompts")
      expect(found).not.toContain("ora")
    }
  })
})
