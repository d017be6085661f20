import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
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
      writeFileSync(join(at, "lock"), JSON.stringify({ pid, host: hostname(), since: "then", command: "x" }))
      await (await openState(at, { command: "t" })).close()
      parent.kill("SIGKILL")
    },
  )

  it("does not judge a process on another machine", async () => {
    const at = folder()
    writeFileSync(
      join(at, "lock"),
      JSON.stringify({ pid: 1, host: "elsewhere", since: "then", command: "x" }),
    )
    await expect(openState(at, { command: "t" })).rejects.toMatchObject({
      exitCode: 3,
      fix: expect.stringContaining("remove"),
    })
  })

  it("removes the drafts of killed writers, which may hold tokens, and nothing else", async () => {
    const at = folder()
    await (await openState(at, { command: "t" })).close()
    const child = spawn("true")
    await once(child, "exit")
    const kept = [
      "kubeconfigs/supernode-1",
      "private/supernode-1.token.yaml",
      `kubeconfigs/b.${process.pid}.abc`,
    ]
    const drafts = [
      `kubeconfigs/a.${child.pid}.x1y2z3`,
      `lock.${child.pid}`,
      `manifests/c.yaml.${child.pid}.tmp`,
    ]
    for (const name of [...kept, ...drafts]) writeFileSync(join(at, name), "x")
    await (await openState(at, { command: "t" })).close()
    expect(kept.filter((name) => !existsSync(join(at, name)))).toEqual([])
    expect(drafts.filter((name) => existsSync(join(at, name)))).toEqual([])
  })
})
