/** What a cluster holds before anybody comes. */
import { randomUUID } from "node:crypto"
import type { KubeObject } from "../../cluster/types.ts"

const kubernetes = ["default", "kube-system", "kube-public", "kube-node-lease"]
const openshift = [
  "openshift",
  "openshift-config",
  "openshift-config-managed",
  "openshift-console",
  "openshift-ingress",
  "openshift-marketplace",
  "openshift-operators",
]
/** The OpenShift that carries Kubernetes 1.32. */
const VERSION = "4.19.10"

/** The objects of a new cluster, in the order of their creation. */
export const seedObjects = (isOpenshift: boolean): KubeObject[] => [
  ...[...kubernetes, ...(isOpenshift ? openshift : [])].map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  })),
  ...(isOpenshift
    ? [
        {
          apiVersion: "config.openshift.io/v1",
          kind: "ClusterVersion",
          metadata: { name: "version" },
          spec: { channel: "stable-4.19", clusterID: randomUUID() },
          status: { desired: { version: VERSION }, history: [{ state: "Completed", version: VERSION }] },
        },
        {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "openshift-network-features", namespace: "openshift-config-managed" },
          data: { multicast: "true", policy_egress: "true", policy_peer_ipblock_exceptions: "true" },
        },
      ]
    : []),
]
