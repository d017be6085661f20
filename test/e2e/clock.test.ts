/** Whose an object is, where the clock of a cluster and that of this machine differ by ten minutes. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import type { Cluster, KubeObject } from "../../lib/cluster/types.ts"
import type { Recorded } from "../../lib/runner/events.ts"
import { callGuide } from "../campaign/guide.ts"
import { type PracticeHere, practiceHere } from "./practice-here.ts"

const SITE = { apiVersion: "skupper.io/v2alpha1", kind: "Site", namespace: "flower-openshift-demo" } as const

let here: PracticeHere
/** A run, on a machine that has other things to do. */
const call = (argv: readonly string[]) => callGuide(here.folder, argv, {}, 170_000)
afterEach(() => here.close())

/** A run up to the Site, as if it had been killed between the command and the labels. */
async function killedAtSite(
  clock: "ahead" | "behind",
): Promise<{ argv: string[]; site: KubeObject; cluster: Cluster }> {
  here = await practiceHere(1)
  here.practice.faults.set([{ where: "clock", what: clock }])
  const state = join(here.folder, "state")
  const argv = ["--federation", here.practice.federationFile, "--state", state, "--yes"]
  const { code, raw } = await call(["run", "--to", "site-create", ...argv])
  expect(code, raw).toBe(0)
  const file = join(state, "journal.jsonl")
  const lines = readFileSync(file, "utf8").split("\n")
  const start = lines.findIndex((line) => {
    const event = JSON.parse(line) as Recorded
    return event.type === "action started" && event.step === "site-create" && event.site === "superlink"
  })
  writeFileSync(file, `${lines.slice(0, start + 1).join("\n")}\n`, { mode: 0o600 })
  const cluster = here.cluster("superlink")
  const [site] = await cluster.list(SITE)
  const ref = { ...SITE, name: site!.metadata.name }
  const without = Object.fromEntries(Object.keys(site!.metadata.labels ?? {}).map((key) => [key, null]))
  await cluster.merge(ref, { metadata: { labels: without } })
  return { argv, site: site!, cluster }
}

test.each(["ahead", "behind"] as const)("%s: what a killed run has created stays its own", async (clock) => {
  const { argv, cluster } = await killedAtSite(clock)
  const again = await call(["run", "--to", "site-create", ...argv])
  expect(again.code, again.raw).toBe(0)
  const torn = await call(["teardown", ...argv])
  expect(torn.code, torn.raw).toBe(0)
  expect(await cluster.list(SITE)).toEqual([])
})

test.each(["ahead", "behind"] as const)(
  "%s: what somebody else created ten minutes earlier or later stays theirs",
  async (clock) => {
    const { argv, site, cluster } = await killedAtSite(clock)
    await cluster.remove({ ...SITE, name: site.metadata.name })
    await expect.poll(() => cluster.list(SITE)).toEqual([])
    // By the time of this machine it is from the very moment in which the run was killed.
    here.practice.faults.set([])
    const { apiVersion, kind, spec } = site
    await cluster.create({
      ...{ apiVersion, kind, spec },
      metadata: { name: site.metadata.name, namespace: site.metadata.namespace! },
    })
    const again = await call(["run", "--to", "site-create", ...argv])
    expect(again.code, again.raw).toBe(0)
    const torn = await call(["teardown", ...argv])
    expect(torn.code, torn.raw).toBe(0)
    expect(await cluster.list(SITE)).toMatchObject([{ metadata: { name: site.metadata.name } }])
  },
)
