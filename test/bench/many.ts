/**
 * Runs over many sites: practice clusters in this process, the program in another one. What it needs of CPU time, memory, requests and
 * processes, for a first run and for one with nothing to do.
 *
 *     node test/bench/many.ts SUPERNODES [api|commands] [DELAYS] [--paths]
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parse, stringify } from "yaml"
import type { Delays } from "../../lib/practice/types/practice.ts"
import { practiceHere } from "../e2e/practice-here.ts"

export interface Cost {
  readonly code: number
  /** Seconds. */
  readonly wall: number
  /** Seconds of CPU time of the program's own process. */
  readonly cpu: number
  /** Peak resident memory in MB. */
  readonly peak: number
  /** Of one site, the median: requests that read, and that write. */
  readonly reads: number
  readonly writes: number
  /** Commands that the journal has for sites, per site. */
  readonly commands: number
  /** Seconds of CPU time of the practice clusters meanwhile. */
  readonly practice: number
  /** How often each path was read, at one SuperNode's cluster and at the SuperLink's. */
  readonly paths: { readonly supernode: Map<string, number>; readonly superlink: Map<string, number> }
  /** The clusters that were written to. */
  readonly written: readonly string[]
  /** The last lines of its output. */
  readonly tail: string
}

export interface RunOptions {
  readonly argv?: readonly string[]
  /** The federation file; default: that of all sites. */
  readonly file?: string
  /** Kill -9 once so many SuperNodes are verified. */
  readonly killAt?: number
}

export interface Many {
  run(options?: RunOptions): Promise<Cost>
  /** The federation file with the SuperLink and the first SuperNodes alone. */
  file(supernodes: number): string
  readonly descriptors: number | undefined
  /** Peak resident memory of this process, with the practice clusters. */
  readonly megabytes: number
  readonly folder: string
  close(): Promise<void>
}

/** Writes what the program needed into a file when it ends. */
const REPORT = `process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  require("node:fs").writeFileSync(process.env.COST_FILE, JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, peak: maxRSS / 1024 }))
})`

const PROGRAM = fileURLToPath(new URL("../../runbooks/flower-runbook.js", import.meta.url))
const AGENT = "flower-runbook"
const REVIEW = /self\w*reviews/

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const cpuOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6

export async function many(supernodes: number, delays: Delays = "short", bin = PROGRAM): Promise<Many> {
  const folder = mkdtempSync(join(tmpdir(), "bench-many-"))
  const here = await practiceHere(supernodes, { folder, delays })
  const { practice } = here
  const reporter = join(folder, "report.cjs")
  writeFileSync(reporter, REPORT)
  const env = { ...process.env, HOME: folder, XDG_STATE_HOME: join(folder, "state") }
  const state = join(folder, "federation")
  const linesNow = () =>
    existsSync(join(state, "journal.jsonl"))
      ? readFileSync(join(state, "journal.jsonl"), "utf8").split("\n").length
      : 0

  return {
    folder,
    get descriptors() {
      return existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : undefined
    },
    get megabytes() {
      return process.resourceUsage().maxRSS / 1024
    },
    file(count) {
      const { supernodes: all, ...rest } = parse(readFileSync(practice.federationFile, "utf8")) as {
        supernodes: object[]
      }
      const path = join(dirname(practice.federationFile), `first-${count}.yaml`)
      writeFileSync(path, stringify({ ...rest, supernodes: all.slice(0, count) }), { mode: 0o600 })
      return path
    },
    async run({ argv: more = [], file = practice.federationFile, killAt } = {}) {
      const before = practice.clusters.map(({ server }) => server.requests.length)
      const linesBefore = linesNow()
      const ownBefore = process.cpuUsage()
      const started = performance.now()
      const costFile = join(folder, "cost.json")
      const argv = ["run", "--federation", file, "--state", state, "--yes", ...more]
      const child = spawn(process.execPath, ["--require", reporter, bin, ...argv], {
        env: { ...env, COST_FILE: costFile },
        stdio: ["ignore", "pipe", "pipe"],
      })
      let output = ""
      let verified = 0
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (text: string) => {
          output = (output + text).slice(-4000)
          verified += text.match(/^✓ supernode-\d+ +verify /gm)?.length ?? 0
          if (killAt !== undefined && verified >= killAt) child.kill("SIGKILL")
        })
      const [code] = (await once(child, "exit")) as [number]
      const wall = (performance.now() - started) / 1000
      const { cpu, peak } = existsSync(costFile)
        ? (JSON.parse(readFileSync(costFile, "utf8")) as { cpu: number; peak: number })
        : { cpu: Number.NaN, peak: Number.NaN }
      rmSync(costFile, { force: true })
      const sites = practice.clusters.map(({ server }, at) =>
        server.requests.slice(before[at]).filter(({ agent }) => agent === AGENT),
      )
      const asked = sites.slice(1).filter((all) => all.length > 0)
      const isRead = ({ method, path }: { method: string; path: string }) =>
        method === "GET" || REVIEW.test(path) || path.includes("dryRun")
      const lines = readFileSync(join(state, "journal.jsonl"), "utf8")
        .split("\n")
        .slice(linesBefore - 1)
        .flatMap(parsed)
      const paths = (at: number) => {
        const counts = new Map<string, number>()
        for (const { method, path } of sites[at]!.filter(isRead))
          counts.set(`${method} ${path}`, (counts.get(`${method} ${path}`) ?? 0) + 1)
        return counts
      }
      return {
        code,
        wall,
        cpu,
        peak,
        reads: median(asked.map((all) => all.filter(isRead).length)),
        writes: median(asked.map((all) => all.filter((one) => !isRead(one)).length)),
        commands:
          lines.filter(({ type, site }) => (type === "command" || type === "shown") && site).length /
          practice.clusters.length,
        practice: cpuOf(process.cpuUsage(ownBefore)),
        paths: { supernode: paths(1), superlink: paths(0) },
        written: practice.clusters.flatMap(({ name }, at) =>
          sites[at]!.some((one) => !isRead(one) && !one.path.includes("/leases")) ? [name] : [],
        ),
        tail: output,
      }
    },
    close: () => here.close(),
  }
}

/** A line of the journal; none if it is the torn last one of a killed run. */
function parsed(line: string): { type: string; site?: string }[] {
  try {
    return [JSON.parse(line)]
  } catch {
    return []
  }
}

/** One line. */
export const costLine = (what: string, cost: Cost): string =>
  `${what.padEnd(14)} wall ${cost.wall.toFixed(1)} s, CPU ${cost.cpu.toFixed(1)} s, peak ${cost.peak.toFixed(0)} MB, per site ${cost.reads} reads, ${cost.writes} writes, ${cost.commands.toFixed(1)} commands; practice ${cost.practice.toFixed(1)} s of CPU`

if (process.argv[1] === import.meta.filename) {
  const [count = "2", via = "commands", delays = "short", ...flags] = process.argv.slice(2)
  const started = performance.now()
  const world = await many(Number(count), delays as Delays)
  console.log(`${count} SuperNodes started in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  try {
    for (const what of ["first run", "nothing to do"]) {
      const cost = await world.run({ argv: ["--via", via] })
      console.log(costLine(what, cost))
      if (cost.code !== 0) console.log(cost.tail)
      if (flags.includes("--paths"))
        for (const [site, paths] of Object.entries(cost.paths)) {
          console.log(`  ${site}:`)
          for (const [path, times] of [...paths].sort((a, b) => b[1] - a[1]))
            console.log(`  ${times}  ${path}`)
        }
    }
    console.log(`practice: ${world.descriptors} descriptors, ${world.megabytes.toFixed(0)} MB`)
  } finally {
    await world.close()
  }
}
