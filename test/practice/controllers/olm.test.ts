/** The operator's troubles, each as OLM shows it, and that it goes on once cured. */
import { expect, test } from "vitest"
import type { Cluster, KubeObject, Ref } from "../../../lib/cluster/types.ts"
import type { FaultTable } from "../../../lib/practice/types/faults.ts"
import { CSV, deployment, is, namespace, OLM, ref, skupper, start, subscription, until } from "./clusters.ts"

const SUBSCRIPTION: Ref = {
  apiVersion: OLM,
  kind: "Subscription",
  name: "skupper-operator",
  namespace: "openshift-operators",
}
const succeeded = (it: KubeObject | undefined) => it?.status?.phase === "Succeeded"

const world = async (what?: string): Promise<{ cluster: Cluster; faults: FaultTable }> => {
  const faults = what === undefined ? [] : [{ where: "operator" as const, what }]
  const started = await start({ names: ["here"], faults })
  return { cluster: started.worlds[0]!.cluster, faults: started.faults }
}
const condition = (object: KubeObject, type: string) =>
  object.status?.conditions?.find((it: { type: string }) => it.type === type)

test("a cluster before anybody came; nothing of Skupper acts or is served", async () => {
  const { cluster } = await world()
  const [manifest] = await cluster.list({
    apiVersion: "packages.operators.coreos.com/v1",
    kind: "PackageManifest",
    namespace: "openshift-marketplace",
    fields: "metadata.name=skupper-operator",
  })
  expect(manifest!.status).toMatchObject({ defaultChannel: "stable-2", catalogSource: "redhat-operators" })
  expect(manifest!.status.channels.map((it: { name: string }) => it.name)).toContain("stable-1")
  expect(await cluster.list({ apiVersion: "operators.coreos.com/v1", kind: "OperatorGroup" })).toHaveLength(1)
  expect(await cluster.serves("skupper.io/v2alpha1", "Site")).toBe(false)
})

test("fault fails: the CSV is Failed; cured, it is installed", async () => {
  const { cluster, faults } = await world("fails")
  await cluster.create(subscription())
  const failed = await until(cluster, CSV, (it) => it?.status?.phase === "Failed")
  expect(failed.status.reason).toBe("InstallCheckFailed")
  faults.set([])
  await until(cluster, CSV, succeeded)
})

test("fault manual: the plan waits for its approval", async () => {
  const { cluster } = await world("manual")
  await cluster.create(subscription())
  const waiting = await until(cluster, SUBSCRIPTION, is("InstallPlanPending"))
  const { name } = waiting.status.installPlanRef
  const plan: Ref = { apiVersion: OLM, kind: "InstallPlan", name, namespace: "openshift-operators" }
  const found = await until(cluster, plan, (it) => it?.status?.phase === "RequiresApproval")
  expect(found.spec).toMatchObject({ approved: false, clusterServiceVersionNames: [CSV.name] })
  await cluster.merge(plan, { spec: { approved: true } })
  await until(cluster, CSV, succeeded)
})

test("fault no-catalog", async () => {
  const { cluster, faults } = await world("no-catalog")
  await cluster.create(subscription())
  const unhealthy = await until(cluster, SUBSCRIPTION, is("CatalogSourcesUnhealthy"))
  expect(condition(unhealthy, "CatalogSourcesUnhealthy").message).toBe(
    "targeted catalogsource openshift-marketplace/redhat-operators missing",
  )
  faults.set([])
  await until(cluster, CSV, succeeded)
})

test("faults no-group and two-groups: no word from OLM", async () => {
  for (const [what, count] of [
    ["no-group", 0],
    ["two-groups", 2],
  ] as const) {
    const { cluster, faults } = await world(what)
    await cluster.create(subscription())
    // Another Subscription in a namespace with a group of its own shows that OLM has come past.
    await namespace(cluster, "other")
    await cluster.create({
      apiVersion: "operators.coreos.com/v1",
      kind: "OperatorGroup",
      metadata: { name: "g", namespace: "other" },
    } as KubeObject)
    const elsewhere = subscription({ channel: "nope" })
    elsewhere.metadata.namespace = "other"
    await cluster.create(elsewhere)
    const failed = await until(cluster, { ...SUBSCRIPTION, namespace: "other" }, is("ResolutionFailed"))
    expect(condition(failed, "ResolutionFailed").message).toContain("no operators found in channel nope")
    const groups = {
      apiVersion: "operators.coreos.com/v1",
      kind: "OperatorGroup",
      namespace: "openshift-operators",
    }
    expect(await cluster.list(groups)).toHaveLength(count)
    expect((await cluster.get(SUBSCRIPTION))!.status).toBeUndefined()
    faults.set([])
    await until(cluster, CSV, succeeded)
  }
})

test("fault old: version 1 is there, without Sites", async () => {
  const { cluster, faults } = await world("old")
  const old = await until(cluster, SUBSCRIPTION, (it) => it?.status?.state === "AtLatestKnown")
  expect(old.status.installedCSV).toMatch(/^skupper-operator\.v1\./)
  await until(cluster, { ...CSV, name: old.status.installedCSV }, succeeded)
  await until(cluster, ref("Deployment", "openshift-operators", "skupper-site-controller"), is("Available"))
  expect(await cluster.serves("skupper.io/v2alpha1", "Site")).toBe(false)
  faults.set([])
  await until(cluster, SUBSCRIPTION, (it) => it === undefined)
  await until(cluster, { ...CSV, name: old.status.installedCSV }, (it) => it === undefined)
  await cluster.create(subscription())
  await until(cluster, CSV, succeeded)
})

test("the controller acts only while its Deployment runs; a left-over CSV blocks the next Subscription", async () => {
  const { cluster } = await world()
  await cluster.create(subscription())
  await until(cluster, CSV, succeeded)
  await namespace(cluster, "app")
  await cluster.remove(SUBSCRIPTION)
  await cluster.create(subscription())
  const failed = await until(cluster, SUBSCRIPTION, is("ResolutionFailed"))
  expect(condition(failed, "ResolutionFailed").message).toContain(
    `clusterserviceversion ${CSV.name} exists and is not referenced by a subscription`,
  )
  await cluster.remove(SUBSCRIPTION)
  await cluster.remove(CSV)
  const gone = (it: KubeObject | undefined) => it === undefined
  await until(cluster, ref("Deployment", "openshift-operators", "skupper-controller"), gone)

  // The definitions stay; nobody acts on them, until a controller is installed in another way.
  await cluster.create(skupper("Site", "app", "s"))
  await cluster.create(deployment("probe", "app", "example/probe:1"))
  await until(cluster, ref("Deployment", "app", "probe"), is("Available"))
  expect((await cluster.get(ref("Site", "app", "s")))!.status).toBeUndefined()
  await namespace(cluster, "skupper")
  await cluster.create(deployment("skupper-controller", "skupper", "quay.io/skupper/controller:2.2.1"))
  const ready = await until(cluster, ref("Site", "app", "s"), is("Ready"))
  expect(ready.status.controller.namespace).toBe("skupper")
})
