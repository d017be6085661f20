/** A run that is killed after each awaited line of its journal, resumed, killed after the next one, … until it ends. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Recorded } from "../../lib/runner/events.ts"
import { type Ended, place, type Request, writing } from "./harness.ts"
import { lineKey } from "./line-key.ts"
import { allEnded } from "./processes.ts"
import type { Programs } from "./programs.ts"

const PRELOAD = fileURLToPath(new URL("./kill-after.ts", import.meta.url))
/** No run needs as many: then resuming does not get further. */
const MOST = 400

/** @returns how the run that was not killed ended, and after which lines the others were */
export async function killChain(
  world: Programs,
  argv: readonly string[],
): Promise<{ ended: Ended; lines: string[] }> {
  const file = join(world.folder, "seen.json")
  const lines: string[] = []
  while (lines.length < MOST) {
    const seen = [...new Set(world.journal().flatMap((line) => lineKey(line) ?? []))]
    writeFileSync(file, JSON.stringify(seen))
    const ended = await world.call(argv, { env: { E2E_SEEN: file }, node: ["--import", PRELOAD] })
    // Commands that it had started continue without it.
    await allEnded(world)
    if (ended.signal !== "SIGKILL") return { ended, lines }
    lines.push(lineKey(world.journal().at(-1)!) ?? "a line that is not awaited")
  }
  throw new Error(`killed ${MOST} times, last after: ${lines.slice(-5).join("; ")}`)
}

/** Actions that were started although an earlier line records their effect. */
export function repeatedActions(journal: readonly Recorded[]): string[] {
  const seen = new Set<string>()
  const repeated: string[] = []
  for (const line of journal) {
    if (line.type === "action started") {
      // A step may apply and then update what it created: two actions, and each has its own effect.
      const action = `${line.action} ${place(line)}`
      if (seen.has(action) || seen.has(place(line))) repeated.push(action)
    }
    if (line.type === "action ended" && line.ok) seen.add(`${line.action} ${place(line)}`)
    if (line.type === "checkpoint") seen.add(place(line))
    if (line.type === "checked" && (line.result.state === "ready" || line.result.state === "progressing")) {
      seen.add(place(line))
    }
  }
  return repeated
}

/** How often the commands created something, by cluster and collection. */
export function created(requests: readonly Request[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { cluster, method, path, status } of writing(requests)) {
    if (status !== 201) continue
    const key = `${cluster} ${method} ${path.replace(/\?.*/, "")}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}
