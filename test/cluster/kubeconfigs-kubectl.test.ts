/**
 * The table of kubeconfigs against the real kubectl (on PATH, or KUBECTL): each kubeconfig, and the copy that a login makes
 * of it. Where the table lists a difference, only the kubeconfig itself is compared.
 */
import { execFile, execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { copyContext } from "../../lib/cluster/kubeconfig.ts"
import { type Row, write } from "./kubeconfigs/row.ts"
import { groups } from "./kubeconfigs/rows.ts"
import { type Seen, startSeen } from "./kubeconfigs/seen.ts"

const KUBECTL = process.env.KUBECTL ?? "kubectl"
const there = ((): boolean => {
  try {
    execFileSync(KUBECTL, ["version", "--client"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
})()
if (!there) console.warn("skipped: kubectl is not on PATH, and KUBECTL does not name it")

/** Servers that are not in use: each row has one of its own while it runs. */
const free: Seen[] = []
const waiting: ((seen: Seen) => void)[] = []
const AT_ONCE = 3
let folder: string
beforeAll(async () => {
  for (let n = 0; there && n < AT_ONCE; n++) free.push(await startSeen())
  folder = mkdtempSync(join(tmpdir(), "kubectl configs_"))
})
afterAll(async () => {
  for (const seen of free) await seen.close()
  rmSync(folder, { recursive: true })
})

async function withServer<T>(use: (seen: Seen) => Promise<T>): Promise<T> {
  const seen = free.pop() ?? (await new Promise<Seen>((resolve) => waiting.push(resolve)))
  try {
    return await use(seen)
  } finally {
    const next = waiting.shift()
    if (next === undefined) free.push(seen)
    else next(seen)
  }
}

/** What the server sees, or what kubectl prints where it fails. */
const kubectl = (
  sources: string,
  row: Row,
  env: Record<string, string>,
  room: string,
  seen: Seen,
): Promise<string> =>
  new Promise((resolve) => {
    const context = row.context === undefined ? [] : ["--context", row.context]
    const options = {
      env: { PATH: process.env.PATH, HOME: room, KUBECONFIG: sources, ...env },
      timeout: 60_000,
    }
    seen.take()
    const child = execFile(KUBECTL, ["version", "-o", "json", ...context], options, (error, stdout, stderr) =>
      resolve(error === null ? (seen.take() ?? "nobody came") : stderr + stdout),
    )
    // Without credentials it asks for a user name.
    child.stdin?.end()
  })

describe.skipIf(!there).each(groups)("%s", (_, rows) => {
  test.concurrent.each(rows)("$what", (row) =>
    withServer(async (seen) => {
      const room = join(folder, row.what.replaceAll(/\W+/g, "-"))
      const { sources, env } = write(row, room, seen)
      const check = async (list: string): Promise<void> => {
        const found = await kubectl(
          list,
          list === sources ? row : { ...row, context: undefined },
          env,
          room,
          seen,
        )
        if (row.seen === undefined) expect(found).toMatch(row.refused!)
        else expect(found).toBe(row.seen.replace("FIRST", seen.proxies.first))
      }
      await check(sources)
      if (row.ours !== undefined) return
      const copy = join(room, "copies", "copy")
      try {
        await copyContext(sources, row.context, copy)
      } catch (error) {
        if (row.seen === undefined) return
        throw error
      }
      await check(copy)
    }),
  )
})
