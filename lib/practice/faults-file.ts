/** A file of faults that is read again whenever it changes. */
import { watch } from "node:fs"
import { basename, dirname } from "node:path"
import { UsageError } from "../notebook/errors.ts"
import { readRegularText } from "../regular-file.ts"
import { readFaults } from "./faults.ts"
import type { Fault, FaultTable } from "./types/faults.ts"

/**
 * Reads the faults of a file.
 * @param clusters those that there are
 * @throws UsageError where it cannot be read, or holds something else
 */
export async function loadFaults(path: string, clusters?: readonly string[]): Promise<Fault[]> {
  let text: string
  try {
    text = readRegularText(path)
  } catch (error) {
    throw new UsageError(`the faults file ${path} cannot be read`, {
      why: (error as Error).message,
      fix: "check the path",
    })
  }
  try {
    return readFaults(text, clusters)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    throw new UsageError(`${path}: ${error.message}`, { why: error.why, fix: error.fix })
  }
}

/**
 * Keeps a table as a file says. The folder is watched, because editors put a new file in the old one's place. A file
 * that is wrong, or half written, changes nothing and is told as a warning.
 */
export function followFaultsFile(path: string, table: FaultTable, clusters?: readonly string[]): () => void {
  let last = JSON.stringify(table.faults)
  let reading = Promise.resolve()
  let closed = false
  const read = async (): Promise<void> => {
    try {
      // Many programs empty a file before they write it: that says nothing yet.
      if (readRegularText(path).trim() === "") return
      const faults = await loadFaults(path, clusters)
      const now = JSON.stringify(faults)
      if (closed || now === last) return
      last = now
      table.set(faults)
    } catch (error) {
      const { message, why, fix } = error as UsageError
      if (!closed) process.emitWarning([message, why, fix].filter((one) => one !== undefined).join("; "))
    }
  }
  const watcher = watch(dirname(path), (_, name) => {
    if (name === null || name === basename(path)) reading = reading.then(read)
  })
  watcher.on("error", () => watcher.close())
  return () => {
    closed = true
    watcher.close()
  }
}
