import { execFileSync, spawn } from "node:child_process"
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { Redactor } from "../../lib/notebook/secrets.ts"
import { CommandError, createShell } from "../../lib/shell/index.ts"
import type { Shell, ShellEvent } from "../../lib/shell/types.ts"

let folder: string
let events: ShellEvent[]
let abort: AbortController
let $: Shell
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shell with space_"))
  events = []
  abort = new AbortController()
  $ = shell(process.env)
})
afterEach(() => rm(folder, { recursive: true }))

const redactor = new Redactor()
redactor.add("hunter2hunter2")
const shell = (env: NodeJS.ProcessEnv): Shell =>
  createShell({
    env,
    cwd: folder,
    emit: (event) => events.push(event),
    redact: (text) => redactor.text(text),
    signal: abort.signal,
  })
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A zombie is not alive.
    return !execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).startsWith("Z")
  } catch {
    return false
  }
}
const pidIn = async (name: string): Promise<number> => {
  await expect
    .poll(() => readFile(join(folder, name), "utf8").catch(() => ""), { interval: 5 })
    .toMatch(/\d+\n/)
  return Number(await readFile(join(folder, name), "utf8"))
}

test("every value is one argument, an array several; the line is what would be typed", async () => {
  const args = ["plain", "a b", "", "it's", "$HOME", "--flag=x"]
  const { stdout, line } = await $`printf '[%s]' ${args} ${"one;two"}`
  expect(stdout).toBe("[plain][a b][][it's][$HOME][--flag=x][one;two]")
  expect(line).toBe(`printf '[%s]' plain 'a b' '' 'it'\\''s' '$HOME' --flag=x 'one;two'`)
  expect((await $`echo a ${[]} b`).line).toBe("echo a b")
  await expect($`echo ${undefined}`).rejects.toThrow("argument 1 of a command is missing")
})

test("events: the command, whole lines of output, the end; secrets in none of them", async () => {
  const result = await $`printf 'é hunt'; printf 'er2hunter2 tail'; echo ${"hunter2hunter2"} >&2; exit 0`
  expect(result).toMatchObject({ exitCode: 0, stdout: "é hunter2hunter2 tail", stderr: "hunter2hunter2\n" })
  expect(result.line).toMatch(/echo ‹secret› >&2; exit 0$/)
  expect(events[0]).toMatchObject({ type: "command" })
  expect(events.filter((event) => event.type === "output")).toEqual([
    { type: "output", stream: "stderr", text: "‹secret›\n" },
    { type: "output", stream: "stdout", text: "é ‹secret› tail" },
  ])
  expect(events.at(-1)).toMatchObject({ type: "command ended", exitCode: 0, seconds: expect.any(Number) })
})

test("a secret output is not an event; onOutput gets it as it comes", async () => {
  const heard: string[] = []
  const { stdout } = await $.with({
    secret: true,
    onOutput: (text, stream) => heard.push(`${stream}:${text}`),
  })`
    echo quiet`
  expect(stdout).toBe("quiet\n")
  expect(heard).toEqual(["stdout:quiet\n"])
  expect(events.map((event) => event.type)).toEqual(["command", "command ended"])
})

test("long output of many bytes per character arrives unbroken", async () => {
  const { stdout } = await $`printf '€%.0s' {1..70000}`
  expect(stdout).toBe("€".repeat(70_000))
})

test("no stdin unless some is given; folder and environment as given", async () => {
  expect((await $`cat`).stdout).toBe("")
  expect((await $.with({ input: "hello" })`cat`).stdout).toBe("hello")
  expect((await $`pwd`).stdout.trim()).toBe(folder)
  expect((await $.with({ cwd: tmpdir() })`pwd`).stdout.trim()).toBe(tmpdir())
  const nested = $.with({ env: { A: "1" } }).with({ env: { B: "2" } })
  expect((await nested`echo $A$B`).stdout).toBe("12\n")
  const bare = shell({ PATH: process.env.PATH })
  expect((await bare`env`).stdout).not.toMatch(/^HOME=/m)
  await expect($.with({ cwd: join(folder, "none") })`true`).rejects.toThrow("none is not a folder")
})

test("a failed command reports its own words: stderr, else stdout", async () => {
  const failed = (await $`echo on stdout; echo the reason >&2; exit 3`.catch(
    (error) => error,
  )) as CommandError
  expect(failed).toBeInstanceOf(CommandError)
  expect(failed).toMatchObject({ why: "the reason", result: { exitCode: 3, stdout: "on stdout\n" } })
  expect(failed.message).toMatch(/ended with exit code 3$/)
  await expect($`echo Login failed; exit 1`).rejects.toMatchObject({ why: "Login failed" })
  await expect($`echo hunter2hunter2 >&2; false`).rejects.toMatchObject({ why: "‹secret›" })
  await expect($`false | true`).rejects.toMatchObject({ result: { exitCode: 1 } })
  expect(await $.with({ nothrow: true })`exit 4`).toMatchObject({ exitCode: 4 })
  expect(await $.with({ nothrow: true })`kill -9 $$`).toMatchObject({ exitCode: 137 })
})

test("the signal ends the command and what it started, and nothing runs after it", async () => {
  const running = $`sleep 60 & echo $! > pid; wait`
  running.catch(() => undefined)
  const pid = await pidIn("pid")
  expect(alive(pid)).toBe(true)
  abort.abort(new Error("interrupted"))
  await expect(running).rejects.toThrow("interrupted")
  await expect.poll(() => alive(pid)).toBe(false)
  await expect($`touch ran`).rejects.toThrow("interrupted")
  await expect(readFile(join(folder, "ran"))).rejects.toThrow("ENOENT")
})

test("until ends it early, without an error", async () => {
  const enough = new AbortController()
  const running = $.with({ until: enough.signal })`echo said; echo $$ > pid; sleep 60`
  await pidIn("pid")
  enough.abort()
  expect(await running).toMatchObject({ exitCode: 143, stdout: "said\n" })
})

test("a timeout: SIGTERM, then SIGKILL for what ignores it, though another session holds the pipe", async () => {
  const began = performance.now()
  const slow = $.with({
    timeout: 2,
  })`trap '' TERM; setsid sleep 8 & echo $$ > pid; while :; do sleep 0.2; done`
  await expect(slow).rejects.toMatchObject({ message: expect.stringMatching(/timed out after 2 s$/) })
  expect(performance.now() - began).toBeLessThan(8_000)
  expect(alive(await pidIn("pid"))).toBe(false)
})

test("which searches the commands' PATH", async () => {
  await writeFile(join(folder, "oc"), "#!/bin/sh\necho ours\n")
  expect(await $.which("oc-that-is-nowhere")).toBeUndefined()
  const own = shell({ ...process.env, PATH: `${folder}:${process.env.PATH}` })
  expect(await own.which("oc")).not.toBe(join(folder, "oc"))
  await chmod(join(folder, "oc"), 0o755)
  expect(await own.which("oc")).toBe(join(folder, "oc"))
  expect((await own`oc`).stdout).toBe("ours\n")
})

test("a missing bash is reported with its fix", async () => {
  await expect(shell({ PATH: folder })`true`).rejects.toMatchObject({
    name: "RunbookError",
    message: "bash was not found on PATH",
    fix: expect.stringContaining("install bash"),
  })
})

test("a process that exits takes its commands along, and Node warns of nothing", async () => {
  const script = `
    import { createShell } from ${JSON.stringify(join(import.meta.dirname, "../../lib/shell/index.ts"))}
    const $ = createShell({ env: process.env, cwd: ${JSON.stringify(folder)}, emit: () => {}, redact: (t) => t, signal: new AbortController().signal })
    await $.with({ timeout: 0.1, nothrow: true })\`sleep 5\`
    void $\`echo $$ > pid; sleep 60\`
    setInterval(() => {}, 1000)
    process.on("SIGTERM", () => process.exit(7))`
  await writeFile(join(folder, "main.ts"), script)
  const child = spawn(process.execPath, [join(folder, "main.ts")], { stdio: ["ignore", "ignore", "pipe"] })
  let stderr = ""
  child.stderr.on("data", (chunk) => {
    stderr += chunk
  })
  const pid = await pidIn("pid")
  child.kill("SIGTERM")
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(7)
  await expect.poll(() => alive(pid)).toBe(false)
  expect(stderr).toBe("")
})
