/** From the guide to state, probes, policies and hardened pods, and back, on one federation. */
import { afterAll, beforeAll, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { startWorld, type World } from "./practice.ts"

const ROWS = { "superlink-state": "disk", probes: "on", "pod-hardening": "on", "network-policy": "on" }

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const deployment = async (site: string): Promise<KubeObject> =>
  (await world
    .cluster(site)
    .get({ apiVersion: "apps/v1", kind: "Deployment", namespace: world.project(site), name: site }))!
const template = async (site: string) => (await deployment(site)).spec.template.spec

test.each(["1.34.0", "1.38.0", "1.42.0"])("Flower %s", async (version) => {
  await world.begin()
  const guide = { "flower-version": version }
  const hardened = { ...guide, ...ROWS }
  expect((await world.run({ values: guide }))["supernode-1/verify"]).toMatch(/^unchanged: .* active$/)
  const before = [await template("superlink"), await template("supernode-1")]

  const plan = await world.plan({ values: hardened })
  for (const field of ["persistent volume", "startup probe", "root file system", "service account token"])
    expect(plan["superlink/deploy-superlink"]).toContain(`${field} is `)
  const there = await world.run({ values: hardened })
  expect(there["superlink/deploy-superlink"]).toMatch(/^updated: /)
  expect(there["supernode-1/verify"]).toMatch(/^unchanged: .* active$/)
  const pods = await world
    .cluster("superlink")
    .list({ apiVersion: "v1", kind: "Pod", namespace: world.project("superlink"), labels: "app=superlink" })
  expect(pods).toHaveLength(1)
  expect(pods[0]?.status.containerStatuses[0]).toMatchObject({ ready: true, started: true, restartCount: 0 })
  const again = await world.run({ values: hardened })
  expect(Object.values(again).filter((one) => !/^(?:unchanged|skipped: not needed): /.test(one))).toEqual([])

  const back = await world.run({ values: guide })
  expect(back["supernode-1/verify"]).toMatch(/^unchanged: .* active$/)
  const account = { serviceAccount: "default", serviceAccountName: "default" }
  for (const [index, site] of ["superlink", "supernode-1"].entries()) {
    const { serviceAccount, serviceAccountName, ...after } = await template(site)
    expect({ serviceAccountName }).toEqual({ serviceAccountName: account.serviceAccountName })
    expect(after).toEqual(before[index])
  }
  const still = await world.run({ values: guide })
  expect(Object.values(still).filter((one) => !/^(?:unchanged|skipped: not needed): /.test(one))).toEqual([])
})
