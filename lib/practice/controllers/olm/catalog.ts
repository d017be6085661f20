/** What the simulated catalog offers, and what an OpenShift cluster has of OLM before anybody comes. */
import type { KubeObject } from "../../../cluster/types.ts"

export const OLM = "operators.coreos.com/v1alpha1"
export const GROUPS = "operators.coreos.com/v1"
export const PACKAGE = "skupper-operator"
export const OPERATORS = "openshift-operators"
export const MARKETPLACE = "openshift-marketplace"
export const CATALOG = "redhat-operators"
export const DEFAULT_CHANNEL = "stable-2"

/** Channel → the newest ClusterServiceVersion in it. */
export const CHANNELS: Readonly<Record<string, string>> = {
  "stable-2": "skupper-operator.v2.2.1-rh-1",
  "stable-2.2": "skupper-operator.v2.2.1-rh-1",
  "stable-2.1": "skupper-operator.v2.1.4-rh-3",
  "stable-1": "skupper-operator.v1.9.4-rh-1",
  stable: "skupper-operator.v1.9.4-rh-1",
}

/** `2.2.1-rh-1` of a ClusterServiceVersion's name. */
export const versionOf = (csvName: string): string => csvName.slice(csvName.indexOf(".v") + 2)
export const majorOf = (csvName: string): number => Number.parseInt(versionOf(csvName), 10)

const installModes = (major: number) =>
  ["OwnNamespace", "SingleNamespace", "MultiNamespace", "AllNamespaces"].map((type) => ({
    type,
    supported: type === "AllNamespaces" || (major === 1 && type === "OwnNamespace"),
  }))

const channels = Object.entries(CHANNELS).map(([name, currentCSV]) => ({
  name,
  currentCSV,
  currentCSVDesc: {
    displayName: "Red Hat Service Interconnect",
    version: versionOf(currentCSV),
    installModes: installModes(majorOf(currentCSV)),
  },
  entries: [{ name: currentCSV, version: versionOf(currentCSV) }],
}))

export const globalOperators: KubeObject = {
  apiVersion: GROUPS,
  kind: "OperatorGroup",
  metadata: { name: "global-operators", namespace: OPERATORS },
  spec: {},
}

export const redhatOperators: KubeObject = {
  apiVersion: OLM,
  kind: "CatalogSource",
  metadata: { name: CATALOG, namespace: MARKETPLACE },
  spec: {
    sourceType: "grpc",
    displayName: "Red Hat Operators",
    publisher: "Red Hat",
    image: "registry.redhat.io/redhat/redhat-operator-index:v4.19",
  },
}

export const packageManifest: KubeObject = {
  apiVersion: "packages.operators.coreos.com/v1",
  kind: "PackageManifest",
  metadata: {
    name: PACKAGE,
    namespace: MARKETPLACE,
    labels: { catalog: CATALOG, "catalog-namespace": MARKETPLACE },
  },
  spec: {},
  status: {
    catalogSource: CATALOG,
    catalogSourceDisplayName: "Red Hat Operators",
    catalogSourceNamespace: MARKETPLACE,
    catalogSourcePublisher: "Red Hat",
    packageName: PACKAGE,
    defaultChannel: DEFAULT_CHANNEL,
    channels,
  },
}

/** A second catalog with the same package, as a mirror registry brings it. */
export const MIRROR = "cs-redhat-operator-index-v4-19"
export const mirrorOperators: KubeObject = {
  ...redhatOperators,
  metadata: { name: MIRROR, namespace: MARKETPLACE },
  spec: {
    ...redhatOperators.spec,
    displayName: "Mirrored Operators",
    publisher: "An organisation",
    image: "mirror.practice.test/redhat/redhat-operator-index:v4.19",
  },
}
/** Both are listed under the package's name: the server shows what `status.packageName` says. */
export const mirrorManifest: KubeObject = {
  ...packageManifest,
  metadata: {
    name: `${PACKAGE}.${MIRROR}`,
    namespace: MARKETPLACE,
    labels: { catalog: MIRROR, "catalog-namespace": MARKETPLACE },
  },
  status: {
    ...packageManifest.status,
    catalogSource: MIRROR,
    catalogSourceDisplayName: "Mirrored Operators",
    catalogSourcePublisher: "An organisation",
  },
}

const namespace = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })
export const namespaces: readonly KubeObject[] = [namespace(OPERATORS), namespace(MARKETPLACE)]

export const clusterServiceVersion = (name: string, where: string): KubeObject => ({
  apiVersion: OLM,
  kind: "ClusterServiceVersion",
  metadata: { name, namespace: where, labels: { [`operators.coreos.com/${PACKAGE}.${where}`]: "" } },
  spec: {
    displayName: "Red Hat Service Interconnect",
    version: versionOf(name),
    provider: { name: "Red Hat" },
    installModes: installModes(majorOf(name)),
    install: { strategy: "deployment", spec: { deployments: [{ name: workloadOf(name) }] } },
  },
})

/** The Deployment that an operator's version brings: in 2.x the controller itself. */
export const workloadOf = (csvName: string): string =>
  majorOf(csvName) === 1 ? "skupper-site-controller" : "skupper-controller"
