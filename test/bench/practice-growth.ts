/**
 * What practice clusters cost by the number of sites: they are started in this process and linked to the first one, through
 * their API servers alone. CPU time per site must not grow with the number of sites.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openCluster } from "../../lib/cluster/index.ts"
import type { Cluster, KubeObject, Ref } from "../../lib/cluster/types.ts"
import { startPractice } from "../../lib/practice/practice.ts"

export interface Growth {
  readonly sites: number
  /** Seconds of CPU time until the clusters have started, and from then on until every link is up. */
  readonly started: number
  readonly linked: number
  /** Seconds of CPU time from then on until every site has heard of all others. */
  readonly heard: number
  readonly wall: number
  readonly megabytes: number
  readonly descriptors: number | undefined
}

const cpu = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const API = "skupper.io/v2alpha1"
const skupper = (kind: string, name: string, spec: object): KubeObject => ({
  apiVersion: API,
  kind,
  metadata: { name, namespace: name },
  spec,
})
const isReady = (object: KubeObject | undefined): boolean =>
  (object?.status?.conditions ?? []).some(
    (one: { type: string; status: string }) => one.type === "Ready" && one.status === "True",
  )

async function until(
  cluster: Cluster,
  { name, ...query }: Ref,
  wanted: (object: KubeObject | undefined) => boolean,
): Promise<KubeObject> {
  const ended = new AbortController()
  const { promise, resolve } = Promise.withResolvers<KubeObject>()
  const see = (object: KubeObject | undefined) => wanted(object) && resolve(object!)
  const watching = cluster.watch(
    { ...query, fields: `metadata.name=${name}` },
    { list: (items) => see(items[0]), event: ({ object }) => see(object) },
    ended.signal,
  )
  const found = await promise
  ended.abort()
  await watching
  return found
}

async function putSite(cluster: Cluster, name: string, spec: object): Promise<void> {
  await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } })
  await cluster.create(skupper("Site", name, spec))
  await until(cluster, { apiVersion: API, kind: "Site", namespace: name, name }, isReady)
}

/** Starts one cluster and `sites` others, and links each of these to it. */
export async function practiceGrowth(sites: number): Promise<Growth> {
  const folder = mkdtempSync(join(tmpdir(), "bench-practice-"))
  const began = performance.now()
  const before = cpu()
  const names = ["hub", ...Array.from({ length: sites }, (_, at) => `site-${at + 1}`)]
  const practice = await startPractice({
    sites: names.map((name) => ({ name, role: "site" })),
    values: () => ({}),
    federation: "bench",
    folder,
    delays: "short",
    images: [],
    openshift: false,
  })
  const doors = practice.clusters.map(({ kubeconfig }) => openCluster({ kubeconfig, fieldManager: "bench" }))
  try {
    const started = cpu()
    const hub = doors[0]!
    const others = doors.slice(1)
    await putSite(hub, "hub", { linkAccess: "default" })
    await hub.create(
      skupper("AccessGrant", "hub", { redemptionsAllowed: 4 * sites, expirationWindow: "15m0s" }),
    )
    const grant = { apiVersion: API, kind: "AccessGrant", namespace: "hub", name: "hub" }
    const { url, code, ca } = (await until(hub, grant, isReady)).status
    await hub.create(skupper("Listener", "hub", { routingKey: "key", host: "key", port: 80 }))
    await Promise.all(
      others.map(async (cluster, at) => {
        const name = `site-${at + 1}`
        await putSite(cluster, name, {})
        await cluster.create(skupper("AccessToken", name, { url, code, ca }))
        await cluster.create(skupper("Connector", name, { routingKey: "key", host: "10.0.0.1", port: 80 }))
        await until(cluster, { apiVersion: API, kind: "Link", namespace: name, name }, isReady)
      }),
    )
    const linked = cpu()
    const all = doors.map((cluster, at) =>
      until(
        cluster,
        { apiVersion: API, kind: "Site", namespace: names[at]!, name: names[at]! },
        (site) => site?.status?.sitesInNetwork === names.length,
      ),
    )
    await Promise.all(all)
    return {
      sites,
      started: started - before,
      linked: linked - started,
      heard: cpu() - linked,
      wall: (performance.now() - began) / 1000,
      megabytes: process.memoryUsage().rss / 2 ** 20,
      descriptors: existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : undefined,
    }
  } finally {
    await Promise.all(doors.map((door) => door.close()))
    await practice.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === import.meta.filename) {
  console.log(JSON.stringify(await practiceGrowth(Number(process.argv[2] ?? 10))))
}
