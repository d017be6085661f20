/** The guide on practice clusters, as its user runs it: SuperNodes that leave the federation file, or move. */
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { parse, stringify } from "yaml"
import { openCluster } from "../../lib/cluster/index.ts"
import type { Cluster } from "../../lib/cluster/types.ts"
import { startPractice } from "../../lib/practice/practice.ts"
import type { Practice } from "../../lib/practice/types/practice.ts"
import guide from "../../runbooks/index.ts"
import { practiceImages, practiceValues } from "../../runbooks/practice-images.ts"
import { call, room } from "../cli/world.ts"

let practice: Practice
let at: string
beforeAll(async () => {
  at = room()
  practice = await startPractice({
    sites: [
      { name: "superlink", role: "superlink" },
      { name: "supernode-1", role: "supernode" },
      { name: "supernode-2", role: "supernode" },
    ],
    values: practiceValues,
    federation: "trial",
    folder: join(at, "practice"),
    delays: "none",
    images: practiceImages,
  })
})
afterAll(async () => {
  await practice?.close()
  rmSync(at, { recursive: true, force: true })
})

const flat = (text: string) => text.replace(/\s+/g, " ")
const serverOf = (name: string) => practice.clusters.find((one) => one.name === name)!.server.url
const run = (...more: string[]) =>
  call(at, [...more, "--federation", join(at, "federation.yaml")], {
    notebook: guide,
    env: { FLOWER_RUNBOOK_TRUST_FILE: "true" },
  })
// biome-ignore lint/suspicious/noExplicitAny: a parsed file, of which each test changes a little.
function file(update: (file: any) => void = () => undefined): void {
  const federation = parse(readFileSync(practice.federationFile, "utf8"))
  update(federation)
  writeFileSync(join(at, "federation.yaml"), stringify(federation))
}
async function inside<T>(name: string, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const { kubeconfig } = practice.clusters.find((one) => one.name === name)!
  const opened = openCluster({ kubeconfig, fieldManager: "test" })
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}
const deployments = (name: string, namespace: string): Promise<string[]> =>
  inside(name, async (cluster) => {
    const found = await cluster.list({ apiVersion: "apps/v1", kind: "Deployment", namespace })
    return found.map(({ metadata }) => metadata.name).filter((name) => !name.startsWith("skupper"))
  })

test("a SuperNode that left the file is counted, named and removed on request; one that moved has two places", async () => {
  file()
  const first = await run("run", "--yes")
  expect(first, first.stdout).toMatchObject({ code: 0 })
  expect(flat(first.stdout)).toContain("2 SuperNodes are connected to the SuperLink in")

  // One leaves, and the other moves to another project.
  const before = parse(readFileSync(practice.federationFile, "utf8")).supernodes
  const [earlier, project] = [before[0].project, before[1].project]
  file((federation) => {
    federation.supernodes = [{ ...before[0], project: `${earlier}-b` }]
  })
  const moved = await run("run", "--yes")
  expect(moved, moved.stdout).toMatchObject({ code: 0 })
  expect(flat(moved.stdout)).toContain(
    `supernode-2 left the federation: still running in ${project} on ${serverOf("supernode-2")}`,
  )
  expect(flat(moved.stdout)).toContain(
    `supernode-1 has moved (supernode-1@1): still running in ${earlier} on ${serverOf("supernode-1")}`,
  )
  expect(flat(moved.stdout)).toContain("teardown --gone --federation")
  expect(flat(moved.stdout)).toMatch(
    /3 SuperNodes are connected to the SuperLink in \S+ on \S+: 1 of this federation; the SuperLink has 2 more nodes that are not in the federation file: \d+, \d+\./,
  )

  const gone = await run("teardown", "--gone", "--yes")
  expect(gone, gone.stdout).toMatchObject({ code: 0 })
  expect(await deployments("supernode-2", project)).toEqual([])
  expect(await deployments("supernode-1", earlier)).toEqual([])
  expect(await deployments("supernode-1", `${earlier}-b`)).toEqual(["supernode-1"])
  const last = await run("run", "--yes")
  expect(flat(last.stdout)).toMatch(/1 SuperNode is connected to the SuperLink in \S+ on \S+\. /)
  expect(last.stdout).not.toContain("still running")

  // What is cluster-wide is known by its UID as well.
  await inside("superlink", (cluster) =>
    cluster.merge(
      {
        apiVersion: "operators.coreos.com/v1alpha1",
        kind: "Subscription",
        name: "skupper-operator",
        namespace: "openshift-operators",
      },
      { metadata: { labels: null } },
    ),
  )
  const { stdout } = await run("teardown", "--operator", "--no-input")
  expect(stdout).toContain("removes the operator for the whole cluster")
  expect(stdout).not.toContain("installed no operator here")
})
