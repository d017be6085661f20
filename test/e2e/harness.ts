/**
 * The whole program as its user runs it: practice clusters in the test's process, `flower-runbook` as a child with a
 * home, a state folder and a PATH of its own, on which there is neither `oc` nor `skupper`.
 */
import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, watch } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type OpenCluster, openCluster } from "../../lib/cluster/index.ts"
import type { Cluster } from "../../lib/cluster/types.ts"
import { startPractice } from "../../lib/practice/practice.ts"
import type { Delays, Practice, RequestEntry } from "../../lib/practice/types.ts"
import type { Event, Recorded } from "../../lib/runner/events.ts"
import { program } from "../../runbooks/index.ts"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const BIN = "runbooks/flower-runbook.js"
const FEDERATION = "e2e"

/** How a child ended. `code` is null where a signal ended it. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Child {
  readonly pid: number
  readonly ended: Promise<Ended>
  /** What it has printed on stdout once that matches; fails where it ends before. */
  printed(wanted: RegExp): Promise<string>
  kill(signal: NodeJS.Signals): void
}

export interface CallOptions {
  /** In place of the command line: a script of runbooks/. */
  readonly script?: string
  readonly env?: Readonly<Record<string, string>>
  /** For Node itself. */
  readonly node?: readonly string[]
}

/** A request to one of the clusters that is not by the practice controllers. */
export interface Request extends RequestEntry {
  readonly cluster: string
}

export interface World {
  readonly practice: Practice
  /** The federation's folder where nobody says another. */
  readonly state: string
  /** A folder of the test's own. */
  readonly folder: string
  /** Runs to its end. `--federation FILE` is not added: a call is what a person types. */
  call(argv: readonly string[], options?: CallOptions): Promise<Ended>
  start(argv: readonly string[], options?: CallOptions): Child
  /** The lines of a journal; none where there is none. */
  journal(folder?: string): Recorded[]
  /** Settles once the journal holds such a line. */
  line(wanted: (line: Recorded) => boolean): Promise<void>
  /** From now on: what the returned function gives is what came since. */
  requests(): () => Request[]
  /** A practice cluster, as its administrator. */
  cluster(name: string): Cluster
  close(): Promise<void>
}

/** The controllers' own user on practice clusters. */
const CONTROLLERS = "system:practice"

export interface WorldOptions {
  readonly supernodes?: number
  readonly delays?: Delays
  /** False: plain Kubernetes. */
  readonly openshift?: boolean
  /** How the name of the home folder begins. */
  readonly home?: string
}

/** Starts practice clusters: one SuperLink and so many SuperNodes. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  // A space and `_`: the real commands refuse some such paths, and shells split them.
  const folder = mkdtempSync(join(tmpdir(), options.home ?? "e2e home_"))
  const bin = join(folder, "bin")
  mkdirSync(bin)
  // What a step may need beside the commands of the federation file; no oc, no skupper, no browser.
  for (const name of ["bash", "sh"]) symlinkSync(`/bin/${name}`, join(bin, name))
  const numbers = Array.from({ length: options.supernodes ?? 2 }, (_, index) => index + 1)
  const practice = await startPractice({
    sites: [
      { name: "superlink", role: "superlink" },
      ...numbers.map((number) => ({ name: `supernode-${number}`, role: "supernode" })),
    ],
    values: program.practiceValues!,
    images: program.practiceImages!,
    federation: FEDERATION,
    folder: join(folder, "practice"),
    delays: options.delays ?? "none",
    ...(options.openshift !== undefined && { openshift: options.openshift }),
  })
  const running = new Set<Child>()
  const clusters = new Map<string, OpenCluster>()
  const state = join(folder, "state", program.notebook.name, FEDERATION)

  const start: World["start"] = (argv, { script = BIN, env = {}, node = [] } = {}) => {
    const child = spawn(process.execPath, [...node, join(ROOT, script), ...argv], {
      cwd: folder,
      env: { PATH: bin, HOME: folder, XDG_STATE_HOME: join(folder, "state"), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject)
      child.once("close", (code, signal) => {
        running.delete(started)
        resolve({ code, signal, stdout, stderr })
      })
    })
    const printed: Child["printed"] = (wanted) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (wanted.test(stdout)) resolve(stdout)
        }
        look()
        child.stdout.on("data", look)
        void ended.then(
          () => reject(new Error(`it ended without printing ${wanted}:\n${stdout}${stderr}`)),
          reject,
        )
      })
    const started: Child = {
      pid: child.pid!,
      ended,
      printed,
      kill: (signal) => void child.kill(signal),
    }
    running.add(started)
    return started
  }

  const journal = (where = state): Recorded[] => {
    try {
      const text = readFileSync(join(where, "journal.jsonl"), "utf8")
      // The last piece is empty, or a line that is being written.
      const lines = text.split("\n").slice(0, -1)
      return lines.map((line) => JSON.parse(line) as Recorded)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return []
      throw error
    }
  }

  return {
    practice,
    state,
    folder,
    start,
    call: (argv, more) => start(argv, more).ended,
    journal,
    line: (wanted) =>
      new Promise((resolve) => {
        mkdirSync(state, { recursive: true, mode: 0o700 })
        const watcher = watch(state, () => {
          if (!journal().some(wanted)) return
          watcher.close()
          resolve()
        })
      }),
    requests() {
      const from = practice.clusters.map(({ server }) => server.requests.length)
      return () =>
        practice.clusters.flatMap(({ name: cluster, server }, index) =>
          server.requests
            .slice(from[index])
            .filter(({ user }) => user !== CONTROLLERS)
            .map((request) => ({ ...request, cluster })),
        )
    },
    cluster(name) {
      const { kubeconfig } = practice.clusters.find((one) => one.name === name)!
      const cluster = clusters.get(name) ?? openCluster({ kubeconfig })
      clusters.set(name, cluster)
      return cluster
    },
    async close() {
      for (const child of running) child.kill("SIGKILL")
      await Promise.all([...clusters.values()].map((cluster) => cluster.close()))
      await practice.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

type Of<T extends Event["type"]> = Extract<Recorded, { type: T }>

/** The lines of one type. */
export const linesOf = <T extends Event["type"]>(lines: readonly Recorded[], type: T): Of<T>[] =>
  lines.filter((line): line is Of<T> => line.type === type)

/** `supernode-1/site-create`. */
export const place = (at: { step: string; site?: string }): string =>
  [at.site, at.step].filter(Boolean).join("/")

const REVIEW = /^\/apis\/(?:authorization|authentication)\.k8s\.io\/v1\/selfsubject\w*reviews(?:\?|$)/

/** Those that write to a cluster: asking what one may do or who one is writes nothing. */
export const writing = (requests: readonly Request[]): Request[] =>
  requests.filter(({ method, path }) => method !== "GET" && !(method === "POST" && REVIEW.test(path)))

/** The same to be read. */
export const writes = (requests: readonly Request[]): string[] =>
  writing(requests).map(({ cluster, method, path, status }) => `${cluster}: ${method} ${path} ${status}`)

/** A text without its line breaks: sentences are wrapped where the width ends. */
export const flat = (text: string): string => text.replace(/\s+/g, " ")
