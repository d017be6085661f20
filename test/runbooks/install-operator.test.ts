import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import installOperator from "../../runbooks/install-operator.ts"
import { OLM, PACKAGE } from "../../runbooks/openshift/olm.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import { type Clusters, conditions, put, setStatus, startClusters } from "./clusters.ts"
import { CSV, csv, NS, subscription } from "./olm-objects.ts"

const manifest: KubeObject = {
  apiVersion: "packages.operators.coreos.com/v1",
  kind: "PackageManifest",
  metadata: { name: PACKAGE, namespace: "openshift-marketplace" },
  status: {
    packageName: PACKAGE,
    catalogSource: "mirrored-operators",
    catalogSourceNamespace: "openshift-marketplace",
    defaultChannel: "stable-2",
    channels: [{ name: "stable-2" }, { name: "stable-1" }],
  },
}
const group = (name: string): KubeObject => ({
  apiVersion: "operators.coreos.com/v1",
  kind: "OperatorGroup",
  metadata: { name, namespace: NS },
  spec: {},
})

describe("with nothing installed", () => {
  let clusters: Clusters
  beforeAll(async () => {
    clusters = await startClusters({ skupper: false })
    await clusters.superlink.login()
    await clusters.supernode.login("alice")
    await clusters.superlink.admin.create(group("global-operators"))
  })
  afterAll(() => clusters.close())
  const check = (more = {}) => clusters.check(installOperator, clusters.superlink, more)

  test("no catalog offers it", async () => {
    expect(await check()).toMatchObject({
      state: "blocked",
      code: "no catalog",
      reason: `no catalog offers ${PACKAGE}; openshift-marketplace has no CatalogSource`,
    })
  })

  test("a catalog of any name offers it", async () => {
    await clusters.superlink.admin.create(manifest)
    expect(await check()).toMatchObject({
      state: "missing",
      reason: expect.stringContaining("mirrored-operators offers it in channel stable-2"),
      approval: expect.stringContaining("for the whole cluster"),
    })
  })

  test("next to a Subscription with manual approval, the new one waits for an approval too", async () => {
    const { admin } = clusters.superlink
    const mesh = await admin.create({
      apiVersion: OLM,
      kind: "Subscription",
      metadata: { name: "servicemesh", namespace: NS },
      spec: {
        name: "servicemeshoperator3",
        channel: "stable",
        source: "redhat-operators",
        sourceNamespace: "openshift-marketplace",
        installPlanApproval: "Manual",
      },
    })
    expect(await check()).toMatchObject({
      state: "missing",
      reason: expect.stringMatching(
        /servicemesh in \S+ requires manual approval, so an administrator has to approve/,
      ),
    })
    await admin.remove({ apiVersion: OLM, kind: "Subscription", name: mesh.metadata.name, namespace: NS })
  })

  test("a given catalog does not offer it", async () => {
    expect(await check({ site: { operatorSource: "redhat-operators" } })).toMatchObject({
      state: "blocked",
      reason: expect.stringContaining("no catalog named redhat-operators"),
    })
  })

  test("a channel that it does not have", async () => {
    expect(await check({ site: { operatorChannel: "stable-3" } })).toMatchObject({
      state: "blocked",
      reason: "skupper-operator has no channel stable-3; it has stable-2, stable-1",
    })
  })

  test("no OperatorGroup, or two, in its namespace", async () => {
    expect(await check({ site: { operatorNamespace: "openshift" } })).toMatchObject({
      state: "blocked",
      code: "no OperatorGroup",
    })
    await clusters.superlink.admin.create(group("second"))
    expect(await check()).toMatchObject({ state: "blocked", code: "OperatorGroups" })
  })

  test("a user who is not allowed to install it gets what an administrator applies", async () => {
    const { admin } = clusters.supernode
    await admin.create(manifest)
    const found = await clusters.check(installOperator, clusters.supernode)
    expect(found).toMatchObject({
      state: "blocked",
      code: "forbidden",
      next: expect.stringContaining("--site supernode-1"),
    })
    expect(found).toHaveProperty("fix", expect.stringContaining("flower-runbook/federation: trial"))
    expect(found).toHaveProperty("fix", expect.stringMatching(/kind: Subscription[\s\S]*channel: stable-2\n/))
  })
})

describe("with something installed", () => {
  let clusters: Clusters
  beforeEach(async () => {
    clusters = await startClusters()
    await clusters.superlink.login()
    await clusters.superlink.admin.create(group("global-operators"))
  })
  afterEach(() => clusters.close())
  const check = (more = {}) => clusters.check(installOperator, clusters.superlink, more)
  const installed = { installedCSV: CSV, currentCSV: CSV, state: "AtLatestKnown" }

  test("a Subscription of this federation, and one that existed before", async () => {
    const { admin } = clusters.superlink
    await put(admin, csv(CSV, { phase: "Succeeded" }))
    await put(admin, subscription({ status: installed }))
    expect(await check()).toMatchObject({ state: "ready", adopted: true })
    expect(await check({ applyInterrupted: true })).toMatchObject({ state: "ready", adopted: false })
    await admin.merge(
      { apiVersion: OLM, kind: "Subscription", name: PACKAGE, namespace: NS },
      { metadata: { labels: labels("trial") } },
    )
    expect(await check()).toMatchObject({ state: "ready", adopted: false })
  })

  test("another channel", async () => {
    const { admin } = clusters.superlink
    await put(admin, csv(CSV, { phase: "Succeeded" }))
    await put(admin, subscription({ spec: { channel: "stable-2.1" }, status: installed }))
    expect(await check()).toMatchObject({ state: "ready", adopted: true })
    expect(await check({ given: ["operator-channel"] })).toMatchObject({ state: "blocked", code: "channel" })
    await admin.merge(
      { apiVersion: OLM, kind: "Subscription", name: PACKAGE, namespace: NS },
      { metadata: { labels: labels("trial") } },
    )
    expect(await check()).toMatchObject({
      state: "drifted",
      fields: [{ field: "channel", found: "stable-2.1", wanted: "stable-2" }],
      approval: expect.stringContaining("whole cluster"),
    })
  })

  test("two Subscriptions for the package", async () => {
    const { admin } = clusters.superlink
    await put(admin, subscription())
    const other = subscription()
    other.metadata.namespace = "openshift"
    await put(admin, other)
    expect(await check()).toMatchObject({ state: "blocked", code: "Subscriptions" })
  })

  test("a controller from YAML", async () => {
    const { admin } = clusters.superlink
    await admin.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "skupper" } })
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "skupper-controller", namespace: "skupper" },
      spec: {
        selector: { matchLabels: { app: "c" } },
        template: { metadata: { labels: { app: "c" } }, spec: { containers: [{ name: "c", image: "c" }] } },
      },
    }
    const made = await admin.create(deployment)
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: expect.stringContaining("the controller in skupper"),
    })
    await setStatus(admin, made, { conditions: conditions({ Available: "True" }) })
    expect(await check()).toMatchObject({
      state: "ready",
      adopted: true,
      reason: expect.stringContaining("skupper"),
    })
  })

  test("remaining definitions are not an operator", async () => {
    await clusters.superlink.admin.create(manifest)
    expect(await check()).toMatchObject({ state: "missing" })
  })

  test("a user who cannot read it goes by what is served", async () => {
    await clusters.superlink.login("alice")
    expect(await check()).toMatchObject({
      state: "ready",
      adopted: true,
      reason: expect.stringContaining("you cannot read the operator itself"),
    })
  })
})

test("plain Kubernetes has no OLM", async () => {
  const clusters = await startClusters({ openshift: false, skupper: false })
  try {
    await clusters.superlink.login()
    expect(await clusters.check(installOperator, clusters.superlink)).toMatchObject({
      state: "blocked",
      code: "no OLM",
    })
  } finally {
    await clusters.close()
  }
})
