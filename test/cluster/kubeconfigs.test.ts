/** The table of kubeconfigs: who comes where, through what, when a context is copied and used. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { openCluster } from "../../lib/cluster/index.ts"
import { copyContext } from "../../lib/cluster/kubeconfig.ts"
import { CheckError } from "../../lib/notebook/check-result.ts"
import { RunbookError } from "../../lib/notebook/errors.ts"
import { type Row, write } from "./kubeconfigs/row.ts"
import { groups } from "./kubeconfigs/rows.ts"
import { type Seen, startSeen } from "./kubeconfigs/seen.ts"

let seen: Seen
let folder: string
beforeAll(async () => {
  seen = await startSeen()
  folder = mkdtempSync(join(tmpdir(), "kube configs_"))
})
afterAll(async () => {
  await seen.close()
  rmSync(folder, { recursive: true })
})

/** What the server sees, or the words of the refusal. */
async function reached(row: Row): Promise<string> {
  const room = join(folder, row.what.replaceAll(/\W+/g, "-"))
  const { sources, env } = write(row, room, seen)
  const copy = join(room, "copy")
  const cluster = openCluster({
    kubeconfig: copy,
    fieldManager: "test",
    env: { PATH: process.env.PATH, ...env },
  })
  seen.take()
  try {
    await copyContext(sources, row.context, copy)
    await cluster.version()
    return seen.take() ?? "nobody came"
  } catch (error) {
    if (error instanceof RunbookError) return `${error.message}: ${error.why}`
    if (error instanceof CheckError) return error.message
    throw error
  } finally {
    await cluster.close()
  }
}

describe.each(groups)("%s", (_, rows) => {
  test.each(rows)("$what", async (row) => {
    const wanted = row.ours ?? row
    const found = await reached(row)
    if (wanted.seen !== undefined) {
      expect(found).toBe(wanted.seen.replace("FIRST", seen.proxies.first))
      return
    }
    expect(found).toMatch(wanted.refused!)
    expect(found).not.toContain("CANARY")
    expect(found).not.toContain("\n")
  })
})
