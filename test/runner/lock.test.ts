import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { openState } from "../../lib/runner/open-state.ts"
import { folder } from "./world.ts"

describe("lock", () => {
  it("refuses a second run, naming the first, with exit code 3", async () => {
    const at = folder()
    const first = await openState(at, { command: "flower-runbook run" })
    await expect(openState(at, { command: "other" })).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining(`pid ${process.pid}`),
      why: "that run is: flower-runbook run",
    })
    await first.close()
    await (await openState(at, { command: "other" })).close()
  })

  it("takes over from a process that was killed, and from a reused pid", async () => {
    const at = folder()
    const child = spawn("sleep", ["60"])
    const owner = (started?: string) =>
      writeFileSync(
        join(at, "lock"),
        JSON.stringify({
          pid: child.pid,
          host: hostname(),
          since: "then",
          command: "x",
          ...(started && { started }),
        }),
        { mode: 0o600 },
      )
    owner()
    await expect(openState(at, { command: "t" })).rejects.toMatchObject({ exitCode: 3 })
    owner("1")
    await (await openState(at, { command: "t" })).close()
    owner()
    child.kill("SIGKILL")
    await once(child, "exit")
    const state = await openState(at, { command: "t" })
    expect(readFileSync(join(at, "lock"), "utf8")).toContain(`"pid":${process.pid}`)
    await state.close()
  })

  it.runIf(process.platform === "linux")(
    "takes over from a killed process that nobody has waited for",
    async () => {
      const at = folder()
      // The shell becomes a sleep, which never waits for its child: one that ends after that stays a zombie.
      const parent = spawn("bash", ["-c", "sleep 0.3 & echo $!; exec sleep 60"], {
        stdio: ["ignore", "pipe", "inherit"],
      })
      const [line] = (await once(parent.stdout, "data")) as [Buffer]
      const pid = Number(String(line).trim())
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "utf8"), { timeout: 10_000 }).toMatch(/\) Z /)
      writeFileSync(
        join(at, "lock"),
        JSON.stringify({ pid, host: hostname(), since: "then", command: "x" }),
        { mode: 0o600 },
      )
      await (await openState(at, { command: "t" })).close()
      parent.kill("SIGKILL")
    },
  )

  it("does not judge a process on another machine, or in another container", async () => {
    const at = folder()
    writeFileSync(
      join(at, "lock"),
      JSON.stringify({ pid: 1, host: "elsewhere", since: "then", command: "x" }),
      { mode: 0o600 },
    )
    const refused = { exitCode: 3, fix: expect.stringContaining("remove") }
    await expect(openState(at, { command: "t" })).rejects.toMatchObject(refused)
    const other = { pid: 2 ** 30, host: hostname(), space: "pid:[1]", since: "then", command: "x" }
    writeFileSync(join(at, "lock"), JSON.stringify(other))
    await expect(openState(at, { command: "t" })).rejects.toMatchObject(refused)
  })

  it.each([
    "",
    "null",
    "[]",
    '"x"',
    "5",
    "{}",
    '{"pid":"1"}',
    '{"pid":-1,"host":"x"}',
    "\0\0\0",
    "{".repeat(70_000),
  ])("takes over a lock that names no process: %.12s", async (text) => {
    const at = folder()
    writeFileSync(join(at, "lock"), text, { mode: 0o600 })
    await (await openState(at, { command: "t" })).close()
    expect(existsSync(join(at, "lock"))).toBe(false)
  })

  it("has one owner among three contenders for the lock of a dead one, however they interleave", async () => {
    const at = folder()
    const child = spawn("true")
    await once(child, "exit")
    const dead = JSON.stringify({ pid: child.pid, host: hostname(), since: "then", command: "x" })
    writeFileSync(join(at, "lock"), dead, { mode: 0o600 })
    // A claim of a contender that was killed while it took over, too.
    const hash = createHash("sha256").update(dead).digest("hex").slice(0, 16)
    writeFileSync(join(at, `lock.dead-${hash}`), dead, { mode: 0o600 })
    const lock = new URL("../../lib/runner/lock.ts", import.meta.url).href
    const contend = (name: string) => `
      import { writeFileSync } from "node:fs"
      const { takeLock } = await import(${JSON.stringify(lock)})
      let said = "holds"
      try { takeLock(${JSON.stringify(at)}, "${name}") } catch (error) { said = String(error.exitCode ?? error) }
      writeFileSync(${JSON.stringify(at)} + "/${name}.said", said)
      process.stdin.resume()`
    // The first has seen that the owner is dead; before it acts, the second takes over, and after that the third comes.
    const first = `
      import fs from "node:fs"
      import { spawn } from "node:child_process"
      import { syncBuiltinESMExports } from "node:module"
      const begin = (name, text) => {
        const said = ${JSON.stringify(at)} + "/" + name + ".said"
        if (fs.existsSync(said)) return
        spawn(process.execPath, ["--input-type=module", "-e", text], { stdio: ["pipe", "ignore", "inherit"] })
        while (!fs.existsSync(said)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
      }
      const isLock = (path) => String(path) === ${JSON.stringify(join(at, "lock"))}
      const { renameSync, linkSync, rmSync } = fs
      fs.renameSync = (from, to) => {
        if (isLock(from)) begin("second", ${JSON.stringify(contend("second"))})
        renameSync(from, to)
        if (isLock(from)) begin("third", ${JSON.stringify(contend("third"))})
      }
      fs.linkSync = (from, to) => {
        if (/dead/.test(to)) begin("second", ${JSON.stringify(contend("second"))})
        linkSync(from, to)
      }
      fs.rmSync = (path, options) => {
        rmSync(path, options)
        if (isLock(path)) begin("third", ${JSON.stringify(contend("third"))})
      }
      syncBuiltinESMExports()
      ${contend("first").replace('import { writeFileSync } from "node:fs"', "const { writeFileSync } = fs")}
      begin("third", ${JSON.stringify(contend("third"))})
      process.exit()`
    const running = spawn(process.execPath, ["--input-type=module", "-e", first], {
      stdio: ["pipe", "ignore", "inherit"],
    })
    await once(running, "exit")
    const said = (name: string) => readFileSync(join(at, `${name}.said`), "utf8")
    expect(["first", "second", "third"].map(said)).toEqual(["3", "holds", "3"])
  }, 60_000)

  it("removes the drafts of killed writers, which may hold tokens, and nothing else", async () => {
    const at = folder()
    const first = await openState(at, { command: "t" })
    await first.journal.append({ type: "warning", text: "x" }).durable
    await first.close()
    const child = spawn("true")
    await once(child, "exit")
    const kept = [
      "kubeconfigs/supernode-1",
      "private/supernode-1.token.yaml",
      `kubeconfigs/b.draft-${process.pid}-0123abcd`,
      // Named by the user, however much they look like it.
      ...["report.2023.csv", `model.${child.pid}`, `private/notes.${child.pid}.abc123`],
    ]
    const drafts = [
      `kubeconfigs/a.draft-${child.pid}-0123abcd`,
      `lock.draft-${child.pid}-0123abcd`,
      `manifests/c.yaml.draft-${child.pid}-0123abcd`,
    ]
    for (const name of [...kept, ...drafts]) writeFileSync(join(at, name), "x", { mode: 0o600 })
    mkdirSync(join(at, `kubeconfigs/x.draft-${child.pid}-0123abcd`), { mode: 0o700 })
    await (await openState(at, { command: "t" })).close()
    expect(kept.filter((name) => !existsSync(join(at, name)))).toEqual([])
    expect(drafts.filter((name) => existsSync(join(at, name)))).toEqual([])
  })
})
