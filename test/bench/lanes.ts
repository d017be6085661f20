/**
 * The display of many lanes in a pseudo-terminal of 80x24: frames per second, and how long the event loop stands still.
 *
 *     node test/bench/lanes.ts LANES [RECORDING]
 */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Pty } from "../e2e/pty.ts"

export interface Lanes {
  readonly lanes: number
  readonly seconds: number
  readonly framesPerSecond: number
  /** Milliseconds for which the event loop stood still: at worst, and the 99th percentile. */
  readonly worst: number
  readonly ninetyNine: number
  /** Screens, one about every second, with the time in seconds. */
  readonly screens: readonly string[]
}

const NOTEBOOK = fileURLToPath(new URL("lanes-notebook.ts", import.meta.url))

export async function lanes(count: number): Promise<Lanes> {
  const folder = mkdtempSync(join(tmpdir(), "bench-lanes-"))
  const file = join(folder, "federation.yaml")
  const sites = Array.from({ length: count }, (_, at) => `  - name: place-${at + 1}\n`)
  writeFileSync(file, `version: 1\nfederation: lanes\nplaces:\n${sites.join("")}`)
  const cost = join(folder, "cost.json")
  const started = performance.now()
  const pty = new Pty({
    file: process.execPath,
    args: [
      NOTEBOOK,
      "run",
      "--federation",
      file,
      "--state",
      join(folder, "state"),
      "--yes",
      "--parallel",
      String(count),
    ],
    env: { PATH: process.env.PATH!, HOME: folder, LANES_COST: cost, LANG: "C.UTF-8" },
    cwd: folder,
  })
  const screens: string[] = []
  while (!pty.ended) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    screens.push(`${"─".repeat(70)} ${seconds} s\n${pty.screen()}`)
  }
  const seconds = (performance.now() - started) / 1000
  // log-update erases the lines of the last frame before it writes the next one.
  const frames =
    pty.raw.split("\u001b[2K\u001b[1A").length > 1 ? (pty.raw.match(/steps? · /g) ?? []).length : 0
  const { worst, ninetyNine } = JSON.parse(readFileSync(cost, "utf8")) as {
    worst: number
    ninetyNine: number
  }
  return { lanes: count, seconds, framesPerSecond: frames / seconds, worst, ninetyNine, screens }
}

export const lanesLine = ({ lanes: count, seconds, framesPerSecond, worst, ninetyNine }: Lanes): string =>
  `${count} lanes shown: ${seconds.toFixed(1)} s, ${framesPerSecond.toFixed(1)} frames per second (10 at most), event loop blocked ${worst.toFixed(0)} ms at worst (50 at most), 99 %: ${ninetyNine.toFixed(0)} ms`

if (process.argv[1] === import.meta.filename) {
  const [count = "200", recording] = process.argv.slice(2)
  const found = await lanes(Number(count))
  console.log(lanesLine(found))
  if (recording !== undefined) writeFileSync(recording, `${found.screens.join("\n")}\n`)
}
