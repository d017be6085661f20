import { execFile } from "node:child_process"
import { PassThrough } from "node:stream"
import { promisify } from "node:util"
import { describe, expect, it } from "vitest"
import { waitingFor } from "../../lib/terminal/index.ts"
import { FakeTerminal } from "./screen.ts"

describe("waitingFor", () => {
  it("is silent off a terminal and hands on what it waited for", async () => {
    const pipe = new PassThrough()
    expect(await waitingFor("starting", Promise.resolve(3), pipe as unknown as NodeJS.WriteStream)).toBe(3)
    expect(pipe.read()).toBe(null)
  })

  it("says on a terminal what is waited for and how it ended", async () => {
    const terminal = new FakeTerminal(80, 24)
    const { promise, resolve } = Promise.withResolvers<string>()
    const waiting = waitingFor("Starting practice clusters", promise, terminal.asStream)
    await expect.poll(() => terminal.text()).toContain("Starting practice clusters")
    resolve("up")
    expect(await waiting).toBe("up")
    expect(terminal.text()).toMatch(/✔ Starting practice clusters \(\d\.\d s\)\n$/)
    const failing = waitingFor("Again", Promise.reject(new Error("no")), terminal.asStream)
    await expect(failing).rejects.toThrow("no")
    expect(terminal.text()).toMatch(/✖ Again\n$/)
  })
})

describe("lib/terminal", () => {
  it("loads neither listr2 nor inquirer nor ora before they are used", async () => {
    const index = new URL("../../lib/terminal/index.ts", import.meta.url).href
    const script = `
      import { registerHooks } from "node:module"
      const loaded = []
      registerHooks({ resolve(name, context, next) { const found = next(name, context); loaded.push(found.url); return found } })
      const terminal = await import(${JSON.stringify(index)})
      const stdout = process.stderr
      await terminal.createView({ kind: "plain", stdout, stderr: stdout, titles: (id) => id })
      const before = loaded.filter((url) => url.includes("node_modules")).map((url) => url.replace(/.*node_modules\\/((@[^/]+\\/)?[^/]+).*/, "$1"))
      await terminal.createView({ kind: "lanes", stdout, stderr: stdout, titles: (id) => id })
      console.log(JSON.stringify({ before: [...new Set(before)], after: loaded.some((url) => url.includes("/listr2/")) }))`
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script])
    const { before, after } = JSON.parse(stdout)
    expect(before.toSorted()).toEqual(["fast-string-truncated-width", "fast-string-width"])
    expect(after).toBe(true)
  })
})
