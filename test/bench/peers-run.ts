/** One run of a tool on fresh clusters: what it needed, and whether its federation works. */
import { mkdirSync, readFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { stripVTControlCharacters } from "node:util"
import { spawn } from "@lydell/node-pty"
import { type OpenCluster, openCluster } from "../../lib/cluster/index.ts"
import type { KubeObject } from "../../lib/cluster/types.ts"
import type { Delays } from "../../lib/practice/types/practice.ts"
import { guideCommands } from "./peers-commands.ts"
import { type PracticeThere, practiceThere } from "./peers-practice.ts"
import type { Tool } from "./peers-tools.ts"

export interface Measured {
  /** Seconds. */
  readonly wall: number
  /** Seconds of CPU time of the tool and of all processes that it has started and waited for. */
  readonly cpu: number
  /** Seconds of CPU time of the practice clusters meanwhile, with what `oc` and `skupper` do there. */
  readonly practice: number
}

export interface World {
  readonly supernodes: number
  readonly delays: Delays
  /** The program. */
  readonly bin: string
  /** A folder that does not exist yet. */
  readonly folder: string
}

/** Longer than any tool that somebody would use. */
const LIMIT = 20 * 60_000

/** bash's own `time` counts like wait(2): the process and every descendant that was waited for. Its figures go to a file. */
const TIMED = `TIMEFORMAT='%3R %3U %3S'; { time "$@" 2>&3 3>&-; } 3>&2 2>"$0"`

/** @throws Error if the tool fails, or what it has built does not work */
export async function measure(tool: Tool, { supernodes, delays, bin, folder }: World): Promise<Measured> {
  mkdirSync(folder)
  const own = join(folder, "tool")
  mkdirSync(own)
  // Caches of compiled code are filled from run to run, as on a user's machine.
  const home = join(dirname(folder), "home")
  mkdirSync(home, { recursive: true })
  const practice = await practiceThere(supernodes, join(folder, "clusters"), delays)
  try {
    const { federationFile, commands } = practice
    const lanes = guideCommands(federationFile, bin, own)
    const call = tool.call({ lanes, federationFile, folder: own })
    const before = await practice.cpu()
    const { code, tail, wall, cpu } = await timed(call, own, {
      ...tool.env,
      PATH: `${commands}${delimiter}${process.env.PATH}`,
      HOME: home,
    })
    const used = (await practice.cpu()) - before
    if (code !== 0) throw new Error(`exit code ${code}\n${stripVTControlCharacters(tail)}`)
    await assertFederation(practice)
    return { wall, cpu, practice: used }
  } finally {
    await practice.close()
  }
}

/** Runs it in a terminal, as its user would. */
async function timed(
  call: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; tail: string; wall: number; cpu: number }> {
  const figures = join(folder, "time")
  const terminal = spawn("bash", ["-c", TIMED, figures, ...call], {
    name: "xterm-256color",
    cols: 80,
    rows: 24,
    cwd: folder,
    env: { ...process.env, ...env },
  })
  let tail = ""
  terminal.onData((data) => {
    tail = (tail + data).slice(-2000)
  })
  const limit = setTimeout(() => terminal.kill(), LIMIT)
  const code = await new Promise<number>((resolve) =>
    terminal.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode)),
  )
  clearTimeout(limit)
  const [wall = Number.NaN, user = Number.NaN, system = Number.NaN] =
    code > 128 ? [] : readFileSync(figures, "utf8").trim().split(" ").map(Number)
  return { code, tail, wall, cpu: user + system }
}

const isTrue = ({ status }: KubeObject, type: string): boolean =>
  (status?.conditions ?? []).some(
    (one: { type: string; status: string }) => one.type === type && one.status === "True",
  )

/** The same question to the clusters of every tool: is each Deployment available, and is each SuperNode's link ready? */
async function assertFederation({ clusters }: PracticeThere): Promise<void> {
  for (const { name, kubeconfig } of clusters) {
    const cluster = openCluster({ fieldManager: "bench", kubeconfig })
    try {
      await assertSite(name, cluster)
    } finally {
      await cluster.close()
    }
  }
}

async function assertSite(name: string, cluster: OpenCluster): Promise<void> {
  const deployments = await cluster.list({ apiVersion: "apps/v1", kind: "Deployment" })
  if (!deployments.some((one) => one.metadata.name === name && isTrue(one, "Available")))
    throw new Error(`the federation does not work: Deployment ${name} is not available`)
  if (name === "superlink") return
  const links = await cluster.list({ apiVersion: "skupper.io/v2alpha1", kind: "Link" })
  if (links.length !== 1 || !links.every((one) => isTrue(one, "Ready")))
    throw new Error(`the federation does not work: ${name} has no link that is ready`)
}
