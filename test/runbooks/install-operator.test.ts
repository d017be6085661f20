import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import installOperator from "../../runbooks/install-operator.ts"
import { labels } from "../../runbooks/labels.ts"
import { judge, OLM, PACKAGE, type Subscribed } from "../../runbooks/olm.ts"
import { type Clusters, conditions, put, setStatus, startClusters } from "./clusters.ts"

const NS = "openshift-operators"

const subscription = (
  more: { spec?: object; status?: object; labels?: Record<string, string> } = {},
): KubeObject => ({
  apiVersion: OLM,
  kind: "Subscription",
  metadata: { name: PACKAGE, namespace: NS, ...(more.labels && { labels: more.labels }) },
  spec: {
    name: PACKAGE,
    channel: "stable-2",
    source: "redhat-operators",
    sourceNamespace: "openshift-marketplace",
    ...more.spec,
  },
  ...(more.status && { status: more.status }),
})

const csv = (name: string, status: object): KubeObject => ({
  apiVersion: OLM,
  kind: "ClusterServiceVersion",
  metadata: { name, namespace: NS },
  spec: { displayName: "Red Hat Service Interconnect" },
  status,
})

const plan = (status: object, spec: object = {}): KubeObject => ({
  apiVersion: OLM,
  kind: "InstallPlan",
  metadata: { name: "install-x7k2p", namespace: NS },
  spec: {
    clusterServiceVersionNames: ["skupper-operator.v2.1.4-rh-3"],
    approval: "Manual",
    approved: false,
    ...spec,
  },
  status,
})

const found = (more: Partial<Subscribed>): Subscribed => ({
  subscription: subscription(),
  groups: ["global-operators"],
  plan: undefined,
  csv: undefined,
  catalog: undefined,
  manual: [],
  ...more,
})
const CSV = "skupper-operator.v2.1.4-rh-3"
const troubled = (type: string, reason: string, message: string): KubeObject =>
  subscription({ status: { conditions: conditions({ [type]: ["True", reason, message] }) } })

describe("what a Subscription and what it leads to say", () => {
  test.each<[string, Partial<Subscribed>, object]>([
    ["nothing yet", {}, { is: "under way", reason: "OLM has not taken up the Subscription yet" }],
    [
      "no OperatorGroup",
      { groups: [] },
      { is: "blocked", code: "no OperatorGroup", fix: expect.stringContaining("kind: OperatorGroup") },
    ],
    [
      "two OperatorGroups",
      { groups: ["global-operators", "mine"] },
      { is: "blocked", reason: expect.stringContaining("2 OperatorGroups (global-operators, mine)") },
    ],
    [
      "a catalog that is missing",
      {
        subscription: troubled(
          "CatalogSourcesUnhealthy",
          "UnhealthyCatalogSourceFound",
          "targeted catalogsource openshift-marketplace/redhat-operators missing",
        ),
      },
      { is: "blocked", code: "no catalog", reason: expect.stringContaining("redhat-operators missing") },
    ],
    [
      "a catalog that is not healthy now",
      {
        subscription: troubled(
          "CatalogSourcesUnhealthy",
          "UnhealthyCatalogSourceFound",
          "targeted catalogsource openshift-marketplace/redhat-operators unhealthy",
        ),
        catalog: {
          apiVersion: OLM,
          kind: "CatalogSource",
          metadata: { name: "redhat-operators" },
          status: { connectionState: { lastObservedState: "TRANSIENT_FAILURE" } },
        },
      },
      { is: "under way", reason: expect.stringContaining("TRANSIENT_FAILURE") },
    ],
    [
      "no resolution",
      {
        subscription: troubled(
          "ResolutionFailed",
          "ConstraintsNotSatisfiable",
          "no operators found in channel stable-9 of package skupper-operator",
        ),
      },
      { is: "blocked", reason: expect.stringContaining("stable-9") },
    ],
    [
      "no resolution for now",
      { subscription: troubled("ResolutionFailed", "ErrorPreventedResolution", "catalog is not ready") },
      { is: "under way", reason: expect.stringContaining("catalog is not ready") },
    ],
    [
      "a bundle that cannot be pulled",
      {
        subscription: troubled("BundleUnpackFailed", "BundleUnpackFailed", "Job was active longer than 10m"),
      },
      { is: "blocked", code: "bundle", reason: expect.stringContaining("10m") },
    ],
    [
      "manual approval of its own",
      {
        subscription: subscription({ spec: { installPlanApproval: "Manual" } }),
        plan: plan({ phase: "RequiresApproval" }),
      },
      {
        is: "blocked",
        code: "approval",
        reason: expect.stringContaining("its Subscription is on manual approval"),
        next: expect.stringContaining("oc patch installplan install-x7k2p -n openshift-operators"),
      },
    ],
    [
      "manual approval of a neighbour",
      { plan: plan({ phase: "RequiresApproval" }), manual: ["servicemeshoperator3"] },
      { is: "blocked", reason: expect.stringContaining("servicemeshoperator3 in the same namespace") },
    ],
    [
      "an approved plan",
      { plan: plan({ phase: "Installing" }, { approved: true }) },
      { is: "under way", reason: "OLM is installing: Installing" },
    ],
    [
      "a failed plan",
      {
        plan: plan({
          phase: "Failed",
          conditions: conditions({ Installed: ["False", "InstallComponentFailed", "forbidden"] }),
        }),
      },
      { is: "blocked", reason: "InstallPlan install-x7k2p failed: forbidden" },
    ],
    [
      "a pending version",
      {
        csv: csv(CSV, {
          phase: "Pending",
          reason: "RequirementsNotMet",
          message: "one or more requirements couldn't be found",
          requirementStatus: [
            { kind: "CustomResourceDefinition", name: "sites.skupper.io", status: "NotPresent" },
            { kind: "ServiceAccount", name: "skupper-controller", status: "Present" },
          ],
        }),
      },
      {
        is: "under way",
        reason: `${CSV} is Pending: one or more requirements couldn't be found; it lacks CustomResourceDefinition sites.skupper.io`,
      },
    ],
    [
      "a failed version",
      { csv: csv(CSV, { phase: "Failed", reason: "InstallCheckFailed", message: "install timeout" }) },
      { is: "blocked", code: "CSV", reason: `${CSV} failed (InstallCheckFailed): install timeout` },
    ],
    ["success", { csv: csv(CSV, { phase: "Succeeded" }) }, { is: "done" }],
    [
      "success in spite of a second group",
      { groups: ["a", "b"], csv: csv(CSV, { phase: "Succeeded" }) },
      { is: "done" },
    ],
    [
      "version 1",
      { csv: csv("skupper-operator.v1.9.4-rh-1", { phase: "Succeeded" }) },
      { is: "blocked", code: "version 1" },
    ],
  ])("%s", (_, parts, look) => {
    expect(judge(found(parts))).toMatchObject(look)
  })
})

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
  const look = (more = {}) => clusters.look(installOperator, clusters.superlink, more)

  test("no catalog offers it", async () => {
    expect(await look()).toMatchObject({
      is: "blocked",
      code: "no catalog",
      reason: `no catalog offers ${PACKAGE}; openshift-marketplace has no CatalogSource`,
    })
  })

  test("a catalog of any name offers it", async () => {
    await clusters.superlink.admin.create(manifest)
    expect(await look()).toMatchObject({
      is: "absent",
      reason: expect.stringContaining("mirrored-operators offers it in channel stable-2"),
      consent: expect.stringContaining("for the whole cluster"),
    })
  })

  test("a catalog that was named does not", async () => {
    expect(await look({ site: { operatorSource: "redhat-operators" } })).toMatchObject({
      is: "blocked",
      reason: expect.stringContaining("no catalog named redhat-operators"),
    })
  })

  test("a channel that it does not have", async () => {
    expect(await look({ site: { operatorChannel: "stable-3" } })).toMatchObject({
      is: "blocked",
      reason: "skupper-operator has no channel stable-3; it has stable-2, stable-1",
    })
  })

  test("no OperatorGroup, or two, in its namespace", async () => {
    expect(await look({ site: { operatorNamespace: "openshift" } })).toMatchObject({
      is: "blocked",
      code: "no OperatorGroup",
    })
    await clusters.superlink.admin.create(group("second"))
    expect(await look()).toMatchObject({ is: "blocked", code: "OperatorGroups" })
  })

  test("whoever may not install it gets what an administrator applies", async () => {
    const { admin } = clusters.supernode
    await admin.create(manifest)
    const found = await clusters.look(installOperator, clusters.supernode)
    expect(found).toMatchObject({
      is: "blocked",
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
  const look = (more = {}) => clusters.look(installOperator, clusters.superlink, more)
  const installed = { installedCSV: CSV, currentCSV: CSV, state: "AtLatestKnown" }

  test("a Subscription of ours, and one that was there", async () => {
    const { admin } = clusters.superlink
    await put(admin, csv(CSV, { phase: "Succeeded" }))
    await put(admin, subscription({ status: installed }))
    expect(await look()).toMatchObject({ is: "done", adopted: true })
    expect(await look({ begun: true })).toMatchObject({ is: "done", adopted: false })
    await admin.merge(
      { apiVersion: OLM, kind: "Subscription", name: PACKAGE, namespace: NS },
      { metadata: { labels: labels("trial") } },
    )
    expect(await look()).toMatchObject({ is: "done", adopted: false })
  })

  test("another channel", async () => {
    const { admin } = clusters.superlink
    await put(admin, csv(CSV, { phase: "Succeeded" }))
    await put(admin, subscription({ spec: { channel: "stable-2.1" }, status: installed }))
    expect(await look()).toMatchObject({ is: "done", adopted: true })
    expect(await look({ given: ["operator-channel"] })).toMatchObject({ is: "blocked", code: "channel" })
    await admin.merge(
      { apiVersion: OLM, kind: "Subscription", name: PACKAGE, namespace: NS },
      { metadata: { labels: labels("trial") } },
    )
    expect(await look()).toMatchObject({
      is: "different",
      fields: [{ field: "channel", found: "stable-2.1", asked: "stable-2" }],
      consent: expect.stringContaining("whole cluster"),
    })
  })

  test("two Subscriptions for the package", async () => {
    const { admin } = clusters.superlink
    await put(admin, subscription())
    const other = subscription()
    other.metadata.namespace = "openshift"
    await put(admin, other)
    expect(await look()).toMatchObject({ is: "blocked", code: "Subscriptions" })
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
    expect(await look()).toMatchObject({
      is: "under way",
      reason: expect.stringContaining("the controller in skupper"),
    })
    await setStatus(admin, made, { conditions: conditions({ Available: "True" }) })
    expect(await look()).toMatchObject({
      is: "done",
      adopted: true,
      reason: expect.stringContaining("skupper"),
    })
  })

  test("definitions that were left behind are no operator", async () => {
    await clusters.superlink.admin.create(manifest)
    expect(await look()).toMatchObject({ is: "absent" })
  })

  test("a user who sees nothing of it goes by what is served", async () => {
    await clusters.superlink.login("alice")
    expect(await look()).toMatchObject({
      is: "done",
      adopted: true,
      reason: expect.stringContaining("out of your sight"),
    })
  })
})

test("plain Kubernetes has no OLM", async () => {
  const clusters = await startClusters({ openshift: false, skupper: false })
  try {
    await clusters.superlink.login()
    expect(await clusters.look(installOperator, clusters.superlink)).toMatchObject({
      is: "blocked",
      code: "no OLM",
    })
  } finally {
    await clusters.close()
  }
})
