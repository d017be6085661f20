/** OLM's objects, for the tests of what reads them. */
import type { KubeObject } from "../../lib/cluster/types.ts"
import { OLM, PACKAGE } from "../../runbooks/openshift/olm.ts"

export const NS = "openshift-operators"
export const CSV = "skupper-operator.v2.1.4-rh-3"

export const subscription = (
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

export const csv = (name: string, status: object): KubeObject => ({
  apiVersion: OLM,
  kind: "ClusterServiceVersion",
  metadata: { name, namespace: NS },
  spec: { displayName: "Red Hat Service Interconnect" },
  status,
})
