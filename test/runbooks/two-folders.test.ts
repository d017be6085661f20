/** Two people with a folder each begin the same federation at the same moment: one of them is told, and nothing is made twice. */
import { rmSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openCluster } from "../../lib/cluster/index.ts"
import type { KubeObject } from "../../lib/cluster/types.ts"
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

const run = (person: string, ...more: string[]) =>
  call(at, ["run", "--yes", "--federation", practice.federationFile, "--state", join(at, person), ...more], {
    notebook: guide,
    env: { FLOWER_RUNBOOK_TRUST_FILE: "true" },
  })

async function list(site: string, kind: string): Promise<KubeObject[]> {
  const { kubeconfig } = practice.clusters.find(({ name }) => name === site)!
  const cluster = openCluster({ kubeconfig, fieldManager: "test" })
  try {
    return await cluster.list({ apiVersion: "skupper.io/v2alpha1", kind })
  } finally {
    await cluster.close()
  }
}

test("one applies, the other is told who does; both end verified with one Link", async () => {
  // The Lease lies in the SuperLink's project.
  for (const person of ["alice", "bob"]) expect((await run(person, "--to", "project")).code).toBe(0)
  const both = await Promise.all([run("alice"), run("bob")])
  const codes = both.map(({ code }) => code).sort()
  expect(codes, both.map(({ stdout, stderr }) => stdout + stderr).join("\n")).toEqual([0, 3])
  const told = both.find(({ code }) => code === 3)!
  expect((told.stdout + told.stderr).replace(/\s+/g, " ")).toMatch(
    /is applying this federation: Lease flower-runbook-trial in \S+ was renewed \d+ s ago/,
  )
  for (const person of ["alice", "bob"]) {
    const { code, stdout } = await run(person)
    expect(code, stdout).toBe(0)
    expect(stdout.replace(/\s+/g, " ")).toContain("1 SuperNode is connected to the SuperLink in")
  }
  expect(await list("supernode-1", "Link")).toHaveLength(1)
  expect(await list("superlink", "Site")).toHaveLength(1)
  expect(await list("supernode-1", "Site")).toHaveLength(1)
})
