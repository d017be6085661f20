import { describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { OLM, type Subscribed, subscriptionState } from "../../runbooks/openshift/olm.ts"
import { conditions } from "./clusters.ts"
import { CSV, csv, NS, subscription } from "./olm-objects.ts"

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
const troubled = (type: string, reason: string, message: string): KubeObject =>
  subscription({ status: { conditions: conditions({ [type]: ["True", reason, message] }) } })

describe("what a Subscription and its objects say", () => {
  test.each<[string, Partial<Subscribed>, object]>([
    ["nothing yet", {}, { state: "progressing", reason: "OLM has not processed the Subscription yet" }],
    [
      "no OperatorGroup",
      { groups: [] },
      { state: "blocked", code: "no OperatorGroup", fix: expect.stringContaining("kind: OperatorGroup") },
    ],
    [
      "two OperatorGroups",
      { groups: ["global-operators", "mine"] },
      { state: "blocked", reason: expect.stringContaining("2 OperatorGroups (global-operators, mine)") },
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
      { state: "blocked", code: "no catalog", reason: expect.stringContaining("redhat-operators missing") },
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
      { state: "progressing", reason: expect.stringContaining("TRANSIENT_FAILURE") },
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
      { state: "blocked", reason: expect.stringContaining("stable-9") },
    ],
    [
      "no resolution for now",
      { subscription: troubled("ResolutionFailed", "ErrorPreventedResolution", "catalog is not ready") },
      { state: "progressing", reason: expect.stringContaining("catalog is not ready") },
    ],
    [
      "a bundle that cannot be pulled",
      {
        subscription: troubled("BundleUnpackFailed", "BundleUnpackFailed", "Job was active longer than 10m"),
      },
      { state: "blocked", code: "bundle", reason: expect.stringContaining("10m") },
    ],
    [
      "manual approval of its own",
      {
        subscription: subscription({ spec: { installPlanApproval: "Manual" } }),
        plan: plan({ phase: "RequiresApproval" }),
      },
      {
        state: "blocked",
        code: "approval",
        reason: expect.stringContaining("its Subscription requires manual approval"),
        next: expect.stringContaining("oc patch installplan install-x7k2p -n openshift-operators"),
      },
    ],
    [
      "manual approval of a neighbour",
      { plan: plan({ phase: "RequiresApproval" }), manual: ["servicemeshoperator3"] },
      { state: "blocked", reason: expect.stringContaining("servicemeshoperator3 in the same namespace") },
    ],
    [
      "an approved plan",
      { plan: plan({ phase: "Installing" }, { approved: true }) },
      { state: "progressing", reason: "OLM is installing: Installing" },
    ],
    [
      "a failed plan",
      {
        plan: plan({
          phase: "Failed",
          conditions: conditions({ Installed: ["False", "InstallComponentFailed", "forbidden"] }),
        }),
      },
      { state: "blocked", reason: "InstallPlan install-x7k2p failed: forbidden" },
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
        state: "progressing",
        reason: `${CSV} is Pending: one or more requirements couldn't be found; missing: CustomResourceDefinition sites.skupper.io`,
      },
    ],
    [
      "a failed version that is installed again",
      { csv: csv(CSV, { phase: "Failed", reason: "InstallCheckFailed", message: "install timeout" }) },
      {
        state: "progressing",
        reason: `${CSV} failed (InstallCheckFailed): install timeout; OLM installs it again`,
      },
    ],
    [
      "an OperatorGroup that the operator does not support",
      {
        csv: csv(CSV, {
          phase: "Failed",
          reason: "UnsupportedOperatorGroup",
          message: "OwnNamespace InstallModeType not supported, cannot configure to watch own namespace",
        }),
      },
      { state: "blocked", code: "CSV", fix: expect.stringContaining("openshift-operators") },
    ],
    [
      "a failed version for a reason that no rule knows: no advice",
      { csv: csv(CSV, { phase: "Failed", reason: "InvalidStrategy", message: "no deployments" }) },
      { state: "blocked", code: "CSV", reason: `${CSV} failed (InvalidStrategy): no deployments` },
    ],
    ["success", { csv: csv(CSV, { phase: "Succeeded" }) }, { state: "ready" }],
    [
      "success in spite of a second group",
      { groups: ["a", "b"], csv: csv(CSV, { phase: "Succeeded" }) },
      { state: "ready" },
    ],
    [
      "version 1",
      { csv: csv("skupper-operator.v1.9.4-rh-1", { phase: "Succeeded" }) },
      { state: "blocked", code: "version 1" },
    ],
  ])("%s", (_, parts, result) => {
    expect(subscriptionState(found(parts))).toMatchObject(result)
  })
})
