/**
 * The same clusters and commands by `flower-runbook run` and by its peers: what each needs of wall time and of CPU time (its own and that
 * of all that it starts), with the CPU time of the practice clusters beside. Each run has fresh clusters and a terminal of 80x24.
 *
 *     npm run bench:peers -- [SUPERNODES] [TIMES] [DELAYS]
 */
import { mkdirSync } from "node:fs"
import { loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import type { Delays } from "../../lib/practice/types/practice.ts"
import temporaryFolder from "../temporary-folder.ts"
import { installedPackage } from "./package.ts"
import { ansiblePlaybook } from "./peers-ansible.ts"
import { type Measured, measure } from "./peers-run.ts"
import { ansible, bash, listr, make, ours, PROGRAM, type Tool } from "./peers-tools.ts"

const WIDE = 10

interface Row {
  readonly tool: Tool
  readonly runs: Measured[]
  failed?: string
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
const medianOf = ({ runs }: Row, what: keyof Measured): number => median(runs.map((one) => one[what]))
const fixed = (value: number, width: number): string =>
  (Number.isNaN(value) ? "-" : value.toFixed(2)).padStart(width)

const [supernodes = 10, times = 3] = process.argv.slice(2, 4).map(Number)
const delays = (process.argv[4] ?? "short") as Delays
const load = loadavg()
const found = ansiblePlaybook()
const removeAll = temporaryFolder()
try {
  const folder = join(tmpdir(), "packed")
  mkdirSync(folder)
  const bin = installedPackage(folder)
  const sites = supernodes + 1
  const mine = ours(bin, "commands")
  const bare = bash(sites, "bare spawns, all sites at once")
  const tools = [
    ...[mine, ours(bin, "api"), bare, bash(1), bash(WIDE), make(WIDE), listr],
    ...[...new Set([WIDE, Math.max(WIDE, sites)])].map((forks) => ansible(forks, found)),
  ]
  const rows = tools.map(
    (tool): Row => ({ tool, runs: [], failed: tool.missing && `skipped: ${tool.missing}` }),
  )
  for (let time = 0; time < times; time++)
    for (const row of rows.filter(({ failed }) => failed === undefined)) {
      const world = { supernodes, delays, bin, folder: join(tmpdir(), `${time}-${rows.indexOf(row)}`) }
      try {
        row.runs.push(await measure(row.tool, world))
      } catch (error) {
        row.failed = `failed: ${(error as Error).message}`
      }
    }
  print(rows, mine, bare)
} finally {
  removeAll()
}

function print(rows: readonly Row[], mine: Tool, bare: Tool): void {
  const averages = load.map((one) => one.toFixed(1)).join(" ")
  console.log(`1+${supernodes} sites, delays ${delays}, medians of ${times}; load before: ${averages}\n`)
  console.log(`${"".padEnd(32)}  wall s (least, most)   CPU s  practice CPU s   ${PROGRAM} / it: wall    CPU`)
  const our = rows.find(({ tool }) => tool === mine)!
  for (const row of rows) {
    const { tool, runs, failed } = row
    if (failed !== undefined) {
      console.log(`${tool.name.padEnd(32)}  ${failed}`)
      continue
    }
    const walls = runs.map(({ wall }) => wall)
    const [wall, cpu, practice] = [medianOf(row, "wall"), medianOf(row, "cpu"), medianOf(row, "practice")]
    const spread = `(${Math.min(...walls).toFixed(1)}, ${Math.max(...walls).toFixed(1)})`
    console.log(
      `${tool.name.padEnd(32)}${fixed(wall, 8)} ${spread.padEnd(14)}${fixed(cpu, 7)}${fixed(practice, 16)}${fixed(medianOf(our, "wall") / wall, 28)}${fixed(medianOf(our, "cpu") / cpu, 7)}`,
    )
  }
  if (our.failed !== undefined) return
  const goal = (what: string, ratio: number, most?: number) =>
    console.log(
      `${what}: ${ratio.toFixed(2)}${most === undefined ? "" : ` (${most} at most)${ratio > most ? "  TOO MUCH" : ""}`}`,
    )
  const peers = rows.filter(({ failed, tool }) => failed === undefined && !tool.name.startsWith(PROGRAM))
  const [fastest] = peers.toSorted((a, b) => medianOf(a, "wall") - medianOf(b, "wall"))
  if (fastest === undefined) return
  console.log()
  const wall = medianOf(our, "wall") / medianOf(fastest, "wall")
  goal(`wall: ${PROGRAM} / the fastest, ${fastest.tool.name}`, wall, 1.05)
  const spawns = peers.find(({ tool }) => tool === bare)
  if (spawns === undefined) return
  const all = (row: Row) => medianOf(row, "cpu") + medianOf(row, "practice")
  goal(`CPU: ${PROGRAM} / the bare spawns`, medianOf(our, "cpu") / medianOf(spawns, "cpu"), 2)
  goal("CPU with that of practice, where the stand-in commands do their work", all(our) / all(spawns))
}
