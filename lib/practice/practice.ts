/** A set of practice clusters: API servers with controllers, in one network, on loopback. */
import { randomBytes } from "node:crypto"
import { openCluster } from "../cluster/index.ts"
import { RunbookError } from "../notebook/errors.ts"
import { SYSTEM_HOST, startApiServer } from "./apiserver/index.ts"
import { PRACTICE_AUTHORITY } from "./authority-name.ts"
import { createAuthority, loadAuthority } from "./certificates.ts"
import type { CommandServer } from "./commands/server.ts"
import { startControllers } from "./controllers/index.ts"
import { createFaultTable } from "./faults.ts"
import { followFaultsFile, loadFaults } from "./faults-file.ts"
import { kubeconfigOf, writeFiles } from "./files.ts"
import { type Kept, readKept, startKeeper } from "./keep.ts"
import { waitable } from "./longest.ts"
import { createNetwork } from "./network.ts"
import { catchStrays, inNameOf, report } from "./stray.ts"
import type { PracticeUser, Snapshot } from "./types/apiserver.ts"
import type { FaultTable } from "./types/faults.ts"
import type { Network } from "./types/network.ts"
import type { Practice, PracticeCluster, PracticeOptions } from "./types/practice.ts"

const SYSTEM = "system:practice"
const ADMIN = "kube:admin"
const DEVELOPER = "developer"

const newToken = () => `sha256~${randomBytes(32).toString("base64url")}`

const newUsers = (): PracticeUser[] => [
  {
    name: ADMIN,
    token: newToken(),
    password: randomBytes(12).toString("base64url"),
    groups: ["system:authenticated", "system:cluster-admins"],
    admin: true,
  },
  // The well-known user of OpenShift on a laptop; it owns its own projects and nothing else.
  { name: DEVELOPER, token: newToken(), password: DEVELOPER, groups: ["system:authenticated"], admin: false },
  { name: SYSTEM, token: newToken(), groups: ["system:masters", "system:authenticated"], admin: true },
]

interface Running {
  readonly cluster: PracticeCluster
  stop(): Promise<void>
}

interface Parts {
  readonly options: PracticeOptions
  readonly faults: FaultTable
  readonly network: Network
  changed(): void
}

const startCluster = async (
  { name, role }: { name: string; role: string },
  kept: Snapshot | undefined,
  { options, faults, network, changed }: Parts,
): Promise<Running> => {
  const ca =
    kept === undefined ? await createAuthority(`${PRACTICE_AUTHORITY}${name}`) : await loadAuthority(kept.ca)
  const users = kept?.users ?? newUsers()
  const user = (wanted: string) => users.find((one) => one.name === wanted)!
  const server = await startApiServer({
    name,
    users,
    ca,
    faults,
    openshift: options.openshift,
    ...(kept && { port: kept.port, objects: kept.objects, resourceVersion: kept.resourceVersion }),
    onRequest: ({ method }) => method !== "GET" && changed(),
  })
  const cluster = openCluster({
    // By this name requests that need a socket (WebSockets) meet the right certificate.
    server: `https://${SYSTEM_HOST}:${server.port}`,
    ca: ca.certificate,
    dial: server.dial,
    token: user(SYSTEM).token,
    fieldManager: "practice",
  })
  const close = async () => {
    await cluster.close()
    await server.close()
  }
  try {
    const controllers = await startControllers(
      {
        name,
        cluster,
        delays: options.delays ?? "short",
        faults,
        network,
        images: options.images,
        folder: options.folder,
      },
      { openshift: options.openshift },
    )
    const kubeconfig = kubeconfigOf(options.folder, name)
    return {
      cluster: { name, role, server, kubeconfig, admin: user(ADMIN), developer: user(DEVELOPER) },
      async stop() {
        await controllers.stop()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Faults that are cured by the clock are no event of anything: the network is told when their time has come. */
function watchClock(faults: FaultTable, changed: () => void): () => void {
  let timers: NodeJS.Timeout[] = []
  const set = () => {
    for (const timer of timers) clearTimeout(timer)
    timers = faults.faults
      .filter((fault) => fault.seconds !== undefined)
      .map((fault) => setTimeout(changed, waitable(fault.seconds! * 1000 + 10)))
  }
  set()
  const end = faults.onChange(set)
  return () => {
    end()
    for (const timer of timers) clearTimeout(timer)
  }
}

/** The kept clusters by name. @throws RunbookError where they are not those that are asked for */
function broughtBack(options: PracticeOptions, kept: Kept | undefined): Map<string, Snapshot> {
  const found = new Map((kept?.clusters ?? []).map((one) => [one.name, one]))
  const asked = new Set(options.sites.map((site) => site.name))
  const lost = [...found.keys()].filter((one) => !asked.has(one))
  if (lost.length > 0) {
    throw new RunbookError(`${options.keep} keeps clusters that are not asked for: ${lost.join(", ")}`, {
      fix: "ask for as many sites as were kept, or give another file with --keep",
    })
  }
  return found
}

/**
 * Starts practice clusters, all at once, and writes the files by which they are reached.
 * @throws RunbookError for a keep file that cannot be used, a port that is taken; UsageError for faults that are wrong
 */
export async function startPractice(options: PracticeOptions): Promise<Practice> {
  const release = catchStrays()
  try {
    return await inNameOf(report, () => start(options, release))
  } catch (error) {
    release()
    throw error
  }
}

/** @param closed called once everything has ended */
async function start(options: PracticeOptions, closed: () => void): Promise<Practice> {
  const names = options.sites.map(({ name }) => name)
  const read = options.faultsFile === undefined ? [] : await loadFaults(options.faultsFile, names)
  const faults = createFaultTable([...(options.faults ?? []), ...read])
  const kept = options.keep === undefined ? undefined : await readKept(options.keep)
  const before = broughtBack(options, kept)
  const network = createNetwork(options.delays ?? "short")
  let changed = (): void => undefined
  const parts: Parts = { options, faults, network, changed: () => changed() }
  const started = await Promise.allSettled(
    options.sites.map((site) => startCluster(site, before.get(site.name), parts)),
  )
  const running = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []))
  let answering: CommandServer | undefined
  const stop = async () => {
    await Promise.all(running.map((one) => one.stop()))
    await answering?.close()
  }
  try {
    for (const it of started) if (it.status === "rejected") throw it.reason
    const clusters = running.map((one) => one.cluster)
    const { federationFile, commands } = await writeFiles(options, clusters)
    const { serveCommands } = await import("./commands/server.ts")
    answering = await serveCommands(commands, options.delays ?? "short")
    const keeper =
      options.keep === undefined
        ? undefined
        : startKeeper(options.keep, () => ({
            version: 1,
            federation: options.federation,
            clusters: clusters.map((cluster) => cluster.server.snapshot()),
          }))
    changed = () => keeper?.touch()
    keeper?.touch()
    const ends = [watchClock(faults, network.changed)]
    if (options.faultsFile !== undefined) ends.push(followFaultsFile(options.faultsFile, faults, names))
    return {
      folder: options.folder,
      federationFile,
      commands,
      clusters,
      faults,
      async close() {
        for (const end of ends) end()
        await keeper?.close()
        await stop()
        closed()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}
