/** Ends the process as `kill -9` does, right after a chosen line of the journal is on disk, before anything can follow. */
import { type FileHandle, open } from "node:fs/promises"
import { devNull } from "node:os"

/**
 * Patches what the journal is written with. What would have gone to the disk together with the chosen line is cut
 * behind it, as a machine that stops in the middle may leave it.
 * @param choose given the lines of one write, the index of the last one that still gets to the disk; -1: all do, go on
 */
export async function killAfter(choose: (lines: readonly string[]) => number): Promise<void> {
  const handle = await open(devNull)
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const append = prototype.appendFile
  prototype.appendFile = async function (this: FileHandle, data, ...more) {
    const lines = String(data).split("\n").slice(0, -1)
    const last = lines[0]?.startsWith("{") ? choose(lines) : -1
    if (last === -1) return append.call(this, data, ...more)
    await append.call(this, `${lines.slice(0, last + 1).join("\n")}\n`)
    await this.sync()
    process.kill(process.pid, "SIGKILL")
    // The signal is on its way: nothing of the program runs any more.
    await new Promise(() => {})
  }
}
