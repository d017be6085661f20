/** A whole practice: its folder, its faults file, and that it comes back. */
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { parse } from "yaml"
import { openCluster } from "../../lib/cluster/index.ts"
import type { Cluster } from "../../lib/cluster/types.ts"
import { startKeeper } from "../../lib/practice/keep.ts"
import { startPractice } from "../../lib/practice/practice.ts"
import type { Practice, PracticeOptions } from "../../lib/practice/types/practice.ts"
import { deployment, install, is, issue, link, ref, site, skupper, until } from "./controllers/clusters.ts"

let folder: string
const open: { practice: Practice; clusters: Cluster[] }[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "practice test's "))
})
afterAll(async () => {
  for (const one of open) await end(one)
  await rm(folder, { recursive: true })
})

const end = async ({ practice, clusters }: (typeof open)[number]) => {
  await Promise.all(clusters.map((it) => it.close()))
  await practice.close()
}

const practise = async (more: Partial<PracticeOptions> = {}) => {
  const practice = await startPractice({
    sites: [
      { name: "hub", role: "hub" },
      { name: "spoke-1", role: "spoke" },
      { name: "spoke-2", role: "spoke" },
    ],
    values: ({ name }) => ({ project: `project-${name}` }),
    federation: "trial",
    folder: join(folder, "here"),
    delays: "none",
    images: [],
    ...more,
  })
  const clusters = practice.clusters.map((it) =>
    openCluster({ fieldManager: "test", kubeconfig: it.kubeconfig }),
  )
  const started = { practice, clusters }
  open.push(started)
  return {
    ...started,
    async end() {
      open.splice(open.indexOf(started), 1)
      await end(started)
    },
  }
}

test("the folder holds what a run needs, and nobody else may read it", async () => {
  const { practice, clusters, end } = await practise()
  const file = parse(await readFile(practice.federationFile, "utf8"))
  expect(file).toMatchObject({
    version: 1,
    federation: "trial",
    commands: join(folder, "here", "commands"),
    hub: { project: "project-hub", server: practice.clusters[0]!.server.url },
    spokes: [
      { name: "spoke-1", project: "project-spoke-1" },
      { name: "spoke-2", project: "project-spoke-2" },
    ],
  })
  expect(file.hub.name).toBeUndefined()
  expect(await clusters[1]!.whoami()).toBe("kube:admin")
  const { token } = practice.clusters[0]!.admin
  expect((await readFile(file.hub["token-file"], "utf8")).trim()).toBe(token)
  expect(await readFile(practice.federationFile, "utf8")).not.toContain(token)
  const byFile = openCluster({
    fieldManager: "test",
    server: file.hub.server,
    ca: await readFile(file.hub["certificate-authority"], "utf8"),
    token,
  })
  expect(await byFile.whoami()).toBe("kube:admin")
  await byFile.close()
  for (const path of [practice.federationFile, practice.clusters[0]!.kubeconfig, file.hub["token-file"]]) {
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  }
  expect((await stat(practice.folder)).mode & 0o777).toBe(0o700)
  const { stdout } = await promisify(execFile)(join(practice.commands, "oc"), ["whoami"], {
    env: { KUBECONFIG: practice.clusters[0]!.kubeconfig },
  })
  expect(stdout).toBe("kube:admin\n")
  await end()
})

test("the faults file is read again when it changes; a wrong one changes nothing", async () => {
  const faultsFile = join(folder, "faults.yaml")
  await writeFile(faultsFile, "- { where: pod, what: quota }\n")
  const { practice, end } = await practise({ faultsFile, sites: [{ name: "hub", role: "hub" }] })
  expect(practice.faults.faults).toEqual([{ where: "pod", what: "quota" }])
  const warned = new Promise<Error>((resolve) => process.once("warning", resolve))
  await writeFile(faultsFile, "- { where: pot, what: quota }\n")
  expect((await warned).message).toContain("pot")
  expect(practice.faults.faults).toEqual([{ where: "pod", what: "quota" }])
  await writeFile(faultsFile, "[]\n")
  await expect.poll(() => practice.faults.faults).toEqual([])
  await end()
  await expect(practise({ faultsFile: join(folder, "none.yaml") })).rejects.toThrow(
    /none\.yaml cannot be read/,
  )
})

test("kept clusters come back: ports, authorities, tokens, objects, links", async () => {
  const keep = join(folder, "kept.json")
  const before = await practise({ keep })
  const [hub, spoke] = before.clusters as unknown as [Cluster, Cluster]
  await Promise.all([install(hub), install(spoke)])
  await Promise.all([site(hub, "west", { linkAccess: "default" }), site(spoke, "east")])
  await link(spoke, "east", hub, "west", "token")
  await hub.create(deployment("app", "west", "example/app:1"))
  await until(hub, ref("Deployment", "west", "app"), is("Available"))
  const unused = await issue(hub, "west", "unused")
  const state = (practice: Practice) =>
    practice.clusters.map(({ server, admin, developer }) => [
      server.url,
      server.ca.certificate,
      admin,
      developer,
    ])
  const first = state(before.practice)
  await before.end()
  expect((await stat(keep)).mode & 0o777).toBe(0o600)

  const after = await practise({ keep })
  expect(state(after.practice)).toEqual(first)
  const [hubAgain, spokeAgain] = after.clusters as unknown as [Cluster, Cluster]
  await until(spokeAgain, ref("Link", "east", "token"), is("Ready"))
  await until(hubAgain, ref("Deployment", "west", "app"), is("Available"))
  const [pod] = await hubAgain.list({ apiVersion: "v1", kind: "Pod", namespace: "west", labels: "app=app" })
  await until(
    hubAgain,
    ref("Pod", "west", pod!.metadata.name),
    (it) => it?.status?.containerStatuses[0].restartCount === 1,
  )
  // Also the grant server is where it was: a token of before is good.
  await spokeAgain.create(skupper("AccessToken", "east", "unused", unused))
  await until(spokeAgain, ref("AccessToken", "east", "unused"), is("Redeemed"))

  await expect(practise({ keep, folder: join(folder, "twin") })).rejects.toThrow(
    /cannot listen at 127\.0\.0\.1/,
  )
  await expect(practise({ keep, sites: [{ name: "hub", role: "hub" }] })).rejects.toThrow(
    /keeps clusters that are not asked for: spoke-1, spoke-2/,
  )
  await after.end()
  await writeFile(keep, '{"version":2,"clusters":[]}')
  await expect(practise({ keep })).rejects.toThrow(/does not hold practice clusters/)
  expect(await readFile(keep, "utf8")).toBe('{"version":2,"clusters":[]}')
})

test("what happens after its end is not saved", async () => {
  const keep = join(folder, "ended.json")
  vi.useFakeTimers()
  try {
    const keeper = startKeeper(keep, () => ({ version: 1, federation: "trial", clusters: [] }))
    // Whatever else runs in this worker may have timers of its own, but none comes or goes without an await.
    const others = vi.getTimerCount()
    keeper.touch()
    expect(vi.getTimerCount()).toBe(others + 1)
    const closing = keeper.close()
    expect(vi.getTimerCount()).toBe(others)
    await closing
    const later = vi.getTimerCount()
    keeper.touch()
    expect(vi.getTimerCount()).toBe(later)
  } finally {
    vi.useRealTimers()
  }
  expect(await readFile(keep, "utf8")).toContain('"trial"')
})

test("the kept state follows the clusters: a crash loses seconds at most", async () => {
  const keep = join(folder, "crash.json")
  const { clusters, end } = await practise({ keep, sites: [{ name: "hub", role: "hub" }] })
  await clusters[0]!.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "late" } })
  await expect
    .poll(() => readFile(keep, "utf8").catch(() => ""), { timeout: 8000, interval: 50 })
    .toContain('"name":"late"')
  await end()
})
