/** A run that is killed after each awaited line of its journal, resumed, killed after the next one, … until it ends. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Recorded } from "../../lib/runner/events.ts"
import { type Ended, place, type Request, type World, writing } from "./harness.ts"

const PRELOAD = fileURLToPath(new URL("./kill-after.ts", import.meta.url))
/** No run needs as many: then resuming leads nowhere. */
const MOST = 400

/** What an awaited line tells, whichever run wrote it; undefined for lines that nobody awaits. */
export function lineKey(line: Recorded): string | undefined {
  switch (line.type) {
    case "run started":
    case "run ended":
      return line.type
    case "consent":
      return `consent ${line.what}`
    case "act started":
    case "act ended":
      return `${line.type} ${line.action} ${place(line)}`
    case "checkpoint":
      return `checkpoint ${place(line)}`
    default:
      return undefined
  }
}

/** @returns how the run that was not killed ended, and after which lines the others were */
export async function killChain(
  world: World,
  argv: readonly string[],
): Promise<{ ended: Ended; killed: string[] }> {
  const file = join(world.folder, "seen.json")
  const killed: string[] = []
  while (killed.length < MOST) {
    const seen = [...new Set(world.journal().flatMap((line) => lineKey(line) ?? []))]
    writeFileSync(file, JSON.stringify(seen))
    const ended = await world.call(argv, { env: { E2E_SEEN: file }, node: ["--import", PRELOAD] })
    if (ended.signal !== "SIGKILL") return { ended, killed }
    killed.push(lineKey(world.journal().at(-1)!) ?? "a line that nobody awaits")
  }
  throw new Error(`killed ${MOST} times, last after: ${killed.slice(-5).join("; ")}`)
}

/** Acts that were started although a line before tells that their effect was seen. */
export function repeatedActs(journal: readonly Recorded[]): string[] {
  const seen = new Set<string>()
  const repeated: string[] = []
  for (const line of journal) {
    if (line.type === "act started" && seen.has(place(line))) repeated.push(place(line))
    const there =
      (line.type === "looked" && (line.look.is === "done" || line.look.is === "under way")) ||
      (line.type === "act ended" && line.ok) ||
      line.type === "checkpoint"
    if (there) seen.add(place(line as { step: string; site?: string }))
  }
  return repeated
}

/** How often the commands made something, by cluster and collection. */
export function created(requests: readonly Request[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { cluster, method, path, status } of writing(requests)) {
    if (status !== 201) continue
    const key = `${cluster} ${method} ${path.replace(/\?.*/, "")}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}
