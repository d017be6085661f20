/**
 * Kinds that have the same name and scope wherever they are served, so that no run has to ask for them first. Whether a server serves
 * one, the answer to a request for it tells.
 */
/** What discovery says of a kind. */
export interface Kind {
  readonly plural: string
  readonly namespaced: boolean
  /** It can be listed and watched. */
  readonly watchable: boolean
}

const SKUPPER = [
  ...["Site", "Link", "AccessGrant", "AccessToken", "Connector", "Listener", "RouterAccess", "SecuredAccess"],
  ...["Certificate", "AttachedConnector", "AttachedConnectorBinding"],
]

const NAMESPACED: Readonly<Record<string, readonly string[]>> = {
  v1: ["ConfigMap", "Event", "PersistentVolumeClaim", "Pod", "Secret", "Service", "ServiceAccount"],
  "apps/v1": ["Deployment", "ReplicaSet"],
  "coordination.k8s.io/v1": ["Lease"],
  "discovery.k8s.io/v1": ["EndpointSlice"],
  "networking.k8s.io/v1": ["NetworkPolicy"],
  "operators.coreos.com/v1": ["OperatorGroup"],
  "operators.coreos.com/v1alpha1": ["Subscription", "ClusterServiceVersion", "InstallPlan", "CatalogSource"],
  "route.openshift.io/v1": ["Route"],
  "skupper.io/v2alpha1": SKUPPER,
}

const CLUSTER_WIDE: Readonly<Record<string, readonly string[]>> = {
  v1: ["Namespace", "Node"],
  "project.openshift.io/v1": ["Project"],
  "storage.k8s.io/v1": ["StorageClass"],
}

/** All of them. */
export const USUAL_KINDS = [NAMESPACED, CLUSTER_WIDE].flatMap((table) =>
  Object.entries(table).flatMap(([apiVersion, kinds]) => kinds.map((kind) => ({ apiVersion, kind }))),
)

/** What discovery would say of a kind, where that is the same everywhere. */
export function usualKind(apiVersion: string, kind: string): Kind | undefined {
  const namespaced = NAMESPACED[apiVersion]?.includes(kind) === true
  if (!namespaced && CLUSTER_WIDE[apiVersion]?.includes(kind) !== true) return undefined
  return { plural: pluralOf(kind.toLowerCase()), namespaced, watchable: true }
}

const pluralOf = (name: string): string =>
  name.endsWith("y") ? `${name.slice(0, -1)}ies` : name.endsWith("s") ? `${name}es` : `${name}s`
