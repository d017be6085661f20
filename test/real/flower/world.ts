/**
 * Practice clusters whose pods run real Flower, in the test's process, and the program as a child: as test/e2e/harness.ts,
 * with a cache that outlives the test (a virtual environment takes half a minute to make).
 */
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { type OpenCluster, openCluster } from "../../../lib/cluster/index.ts"
import type { Cluster, ClusterReader, KubeObject } from "../../../lib/cluster/types.ts"
import { startPractice } from "../../../lib/practice/practice.ts"
import type { Practice } from "../../../lib/practice/types/practice.ts"
import {
  ensureEnvironment,
  findEnvironment,
  findPython,
  QUIET,
} from "../../../runbooks/flower/environment.ts"
import { readSupernodeLog } from "../../../runbooks/flower/flower-logs.ts"
import { program } from "../../../runbooks/index.ts"
import { untilSeen } from "../../../runbooks/shared/reading.ts"
import { processesWith } from "../../e2e/processes.ts"
import { barePath, type Ended, type Programs, startPrograms } from "../../e2e/programs.ts"
import { sitesOf } from "../../e2e/sites.ts"

const FEDERATION = "real-flower"

/** Why nothing of this can run here, or nothing. */
export const cannot: string | undefined = await findPython().then(
  () => undefined,
  (error: Error & { why?: string }) => `${error.message}: ${error.why}`,
)
if (cannot !== undefined) console.log(`skipped: ${cannot}`)

export interface FlowerWorld extends Programs {
  readonly practice: Practice
  /** A program on these clusters; fails with what it printed where it does not end with this code. */
  ends(code: number, ...argv: string[]): Promise<Ended>
  cluster(site: string): Cluster
  /** The one pod of SuperLink or SuperNode. */
  pod(site: string): Promise<KubeObject>
  /** The same, running or not. */
  anyPod(site: string): Promise<KubeObject>
  /** The log of its present container, or of the one before. */
  log(site: string, previous?: boolean): Promise<string>
  /** The SuperNode's present id. */
  id(site: string): Promise<string>
  /** The status of every node that the SuperLink knows of, by id, as its own `flwr` tells it. */
  listed(): Promise<Map<string, string>>
  /** What a read gives once it gives something. */
  waitFor<T>(
    site: string,
    read: (reader: ClusterReader) => Promise<T | undefined>,
    seconds?: number,
  ): Promise<T>
  close(): Promise<void>
}

/** As practice names them. */
export const projectOf = (site: string): string =>
  site === "superlink" ? "flower-openshift-demo" : `flower-${site}`

const cacheHome = process.env.XDG_CACHE_HOME || join(homedir(), ".cache")

/** The environment that programs of a test need beside their own. */
export const CACHE = { XDG_CACHE_HOME: cacheHome }

/** One SuperLink, so many SuperNodes, and the environment of this version. */
export async function startFlowerWorld(version: string, supernodes: number): Promise<FlowerWorld> {
  await ensureEnvironment(version)
  const folder = mkdtempSync(join(tmpdir(), "real flower_"))
  const bin = barePath(folder)
  const practice = await startPractice({
    sites: sitesOf(supernodes),
    values: program.practiceValues!,
    images: program.practiceVariant!.images,
    ownCommands: program.practiceCommands!,
    federation: FEDERATION,
    folder: join(folder, "practice"),
    delays: "none",
  })
  const programs = startPrograms(folder, bin, FEDERATION)
  const clusters = new Map<string, OpenCluster>()
  const cluster = (site: string): Cluster => {
    const { kubeconfig } = practice.clusters.find(({ name }) => name === site)!
    const opened = clusters.get(site) ?? openCluster({ fieldManager: "test", kubeconfig })
    clusters.set(site, opened)
    return opened
  }
  const waitFor: FlowerWorld["waitFor"] = async (site, read, seconds = 60) => {
    const found = await untilSeen(cluster(site), AbortSignal.timeout(seconds * 1000), read)
    if (found === undefined) throw new Error(`not seen at ${site} within ${seconds} s`)
    return found
  }
  const podOf = async (reader: ClusterReader, site: string): Promise<KubeObject | undefined> => {
    const pods = await reader.list({
      apiVersion: "v1",
      kind: "Pod",
      namespace: projectOf(site),
      labels: `app=${site}`,
    })
    return pods.find(
      ({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase === "Running",
    )
  }
  const pod = (site: string) => waitFor(site, (reader) => podOf(reader, site))
  return {
    ...programs,
    practice,
    cluster,
    waitFor,
    pod,
    anyPod: (site) =>
      waitFor(site, async (reader) => {
        const pods = await reader.list({
          apiVersion: "v1",
          kind: "Pod",
          namespace: projectOf(site),
          labels: `app=${site}`,
        })
        return pods.find(({ metadata }) => metadata.deletionTimestamp === undefined)
      }),
    async ends(code, ...argv) {
      const file = ["--federation", practice.federationFile, "--flower-version", version]
      const ended = await programs.call([...argv, ...file], { env: CACHE })
      if (ended.code !== code)
        throw new Error(`${argv.join(" ")} ended with ${ended.code}:\n${ended.stdout}${ended.stderr}`)
      return ended
    },
    async log(site, previous = false) {
      return cluster(site).log({ namespace: projectOf(site), pod: (await pod(site)).metadata.name, previous })
    },
    id: (site) =>
      waitFor(site, async (reader) => {
        const found = await podOf(reader, site)
        if (found?.status?.containerStatuses?.[0]?.state?.running === undefined) return undefined
        const log = await reader.log({ namespace: projectOf(site), pod: found.metadata.name })
        const registration = readSupernodeLog(log)
        return registration.is === "registered" ? registration.id : undefined
      }),
    async listed() {
      const log = await cluster("superlink").log({
        namespace: projectOf("superlink"),
        pod: (await pod("superlink")).metadata.name,
      })
      const port = /Control (?:HTTP )?API on 127\.0\.0\.1:(\d+)/.exec(log)![1]
      const home = join(folder, "flwr")
      mkdirSync(home, { recursive: true })
      const lab = `[superlink]\ndefault = "lab"\n\n[superlink.lab]\naddress = "127.0.0.1:${port}"\ninsecure = true\n`
      writeFileSync(join(home, "config.toml"), lab)
      const flwr = join((await findEnvironment(version))!, "flwr")
      const env = { ...QUIET, HOME: home, FLWR_HOME: home }
      const { stdout } = await promisify(execFile)(flwr, ["supernode", "list", "lab", "--format", "json"], {
        env,
      })
      const { nodes } = JSON.parse(stdout) as { nodes: { "node-id": string; status: string }[] }
      return new Map(nodes.map((node) => [node["node-id"], node.status]))
    },
    async close() {
      programs.kill()
      await Promise.all([...clusters.values()].map((one) => one.close()))
      await practice.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** Processes of this machine whose environment names a folder, but for our own. */
export const processesIn = (folder: string): number[] =>
  processesWith(`${folder}/`).filter((pid) => pid !== process.pid)

/** The processes of a pod: their folders are its own, named after its uid. */
export const programsOf = ({ metadata }: KubeObject): number[] => processesIn(`/${metadata.uid}`)
