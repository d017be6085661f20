/** Kinds that every Kubernetes has served for years under the same path: nobody has to ask a server about them. */
import type { Kind } from "./api.ts"

const namespaced = (plural: string): Kind => ({ plural, namespaced: true, watchable: true })
const clusterWide = (plural: string): Kind => ({ plural, namespaced: false, watchable: true })

const TABLE: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  v1: {
    ConfigMap: namespaced("configmaps"),
    Event: namespaced("events"),
    LimitRange: namespaced("limitranges"),
    Namespace: clusterWide("namespaces"),
    Node: clusterWide("nodes"),
    PersistentVolumeClaim: namespaced("persistentvolumeclaims"),
    Pod: namespaced("pods"),
    ResourceQuota: namespaced("resourcequotas"),
    Secret: namespaced("secrets"),
    Service: namespaced("services"),
    ServiceAccount: namespaced("serviceaccounts"),
  },
  "apps/v1": {
    DaemonSet: namespaced("daemonsets"),
    Deployment: namespaced("deployments"),
    ReplicaSet: namespaced("replicasets"),
    StatefulSet: namespaced("statefulsets"),
  },
  "coordination.k8s.io/v1": { Lease: namespaced("leases") },
  "networking.k8s.io/v1": { NetworkPolicy: namespaced("networkpolicies") },
}

export const builtInKind = (apiVersion: string, kind: string): Kind | undefined => TABLE[apiVersion]?.[kind]
