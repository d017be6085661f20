/**
 * Loaded into the program with `node --import`: ends it as `kill -9` does, right after the first awaited line of the
 * journal that no run has written before is on disk, and before anything can follow. What went to the disk with that
 * line is cut behind it, as a machine that stops in the middle may leave it.
 */
import { readFileSync } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { devNull } from "node:os"
import type { Recorded } from "../../lib/runner/events.ts"
import { lineKey } from "./kill-chain.ts"

const seen = new Set(JSON.parse(readFileSync(process.env.E2E_SEEN!, "utf8")) as string[])

const handle = await open(devNull)
const prototype = Object.getPrototypeOf(handle) as FileHandle
await handle.close()

const append = prototype.appendFile
prototype.appendFile = async function (this: FileHandle, data, ...more) {
  const lines = String(data).split("\n").slice(0, -1)
  const last = lines.findIndex((line) => {
    const key = line.startsWith("{") ? lineKey(JSON.parse(line) as Recorded) : undefined
    return key !== undefined && !seen.has(key)
  })
  if (last === -1) return append.call(this, data, ...more)
  await append.call(this, `${lines.slice(0, last + 1).join("\n")}\n`)
  await this.sync()
  process.kill(process.pid, "SIGKILL")
  // The signal is on its way: nothing of the program runs any more.
  await new Promise(() => {})
}
