/**
 * What makes a real control plane look like OpenShift to the notebook: its kinds as CustomResourceDefinitions, the rights
 * that its users have, and the project API. OAuth cannot be added from outside, so logins are by token and by context.
 */
import { setTimeout as delay } from "node:timers/promises"
import type { OpenCluster } from "../../../lib/cluster/index.ts"
import type { KubeObject } from "../../../lib/cluster/types.ts"
import type { ControlPlane } from "./control-plane.ts"
import { startProjects } from "./projects.ts"

const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true }

interface Definition {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly short?: string[]
  readonly cluster?: boolean
  /** A status subresource drops `status` on create; a package manifest is made whole. */
  readonly status?: boolean
}

const DEFINITIONS: readonly Definition[] = [
  { group: "operators.coreos.com", version: "v1alpha1", kind: "Subscription", short: ["sub", "subs"] },
  { group: "operators.coreos.com", version: "v1alpha1", kind: "InstallPlan", short: ["ip"] },
  {
    group: "operators.coreos.com",
    version: "v1alpha1",
    kind: "ClusterServiceVersion",
    short: ["csv", "csvs"],
  },
  { group: "operators.coreos.com", version: "v1alpha1", kind: "CatalogSource", short: ["catsrc"] },
  { group: "operators.coreos.com", version: "v1", kind: "OperatorGroup", short: ["og"] },
  { group: "packages.operators.coreos.com", version: "v1", kind: "PackageManifest", status: false },
  { group: "route.openshift.io", version: "v1", kind: "Route" },
  { group: "config.openshift.io", version: "v1", kind: "ClusterVersion", cluster: true },
]

const definition = ({ group, version, kind, short, cluster, status }: Definition): KubeObject => {
  const plural = `${kind.toLowerCase()}s`
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      annotations: { "api-approved.kubernetes.io": "unapproved, a practice definition" },
    },
    spec: {
      group,
      scope: cluster ? "Cluster" : "Namespaced",
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: short },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec: open, status: open } } },
          ...(status === false ? {} : { subresources: { status: {} } }),
        },
      ],
    },
  }
}

const RBAC = "rbac.authorization.k8s.io"
const READ = ["get", "list", "watch"]
const WRITE = ["create", "update", "patch", "delete", "deletecollection"]

const role = (name: string, rules: object[], into?: string): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: "ClusterRole",
  metadata: {
    name,
    ...(into && { labels: { [`${RBAC}/aggregate-to-${into}`]: "true" } }),
  },
  rules,
})
const binding = (name: string, group: string): KubeObject => ({
  apiVersion: `${RBAC}/v1`,
  kind: "ClusterRoleBinding",
  metadata: { name: `practice-${name}` },
  roleRef: { apiGroup: RBAC, kind: "ClusterRole", name },
  subjects: [{ apiGroup: RBAC, kind: "Group", name: group }],
})
const rule = (apiGroups: string[], resources: string[], verbs: string[]) => ({ apiGroups, resources, verbs })

/** OpenShift's own roles, as far as a project's members meet them. */
const ROLES: readonly KubeObject[] = [
  binding("cluster-admin", "system:cluster-admins"),
  role("self-provisioner", [rule(["project.openshift.io"], ["projectrequests"], ["create", "list"])]),
  binding("self-provisioner", "system:authenticated"),
  role("basic-user", [rule(["project.openshift.io"], ["projects"], ["list", "watch"])]),
  binding("basic-user", "system:authenticated"),
  role(
    "openshift-admin",
    [rule(["project.openshift.io"], ["projects"], ["get", "delete", "update", "patch"])],
    "admin",
  ),
  role(
    "openshift-edit",
    [rule(["route.openshift.io"], ["routes", "routes/status"], [...READ, ...WRITE])],
    "edit",
  ),
  role("openshift-view", [rule(["project.openshift.io"], ["projects"], ["get"])], "view"),
  role("olm-edit", [rule(["operators.coreos.com"], ["subscriptions"], WRITE)], "edit"),
  role("olm-view", [rule(["operators.coreos.com", "packages.operators.coreos.com"], ["*"], READ)], "view"),
]

const version: KubeObject = {
  apiVersion: "config.openshift.io/v1",
  kind: "ClusterVersion",
  metadata: { name: "version" },
  spec: { channel: "stable-4.19", clusterID: "practice" },
}

const establish = async (cluster: OpenCluster): Promise<void> => {
  const kind = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" }
  const ended = new AbortController()
  const waiting = new Set(DEFINITIONS.map((it) => definition(it).metadata.name))
  const saw = (crd: KubeObject) => {
    const [found] = (crd.status?.conditions ?? []).filter(
      (it: { type: string; status: string }) => it.type === "Established" && it.status === "True",
    )
    if (found) waiting.delete(crd.metadata.name)
    if (waiting.size === 0) ended.abort()
  }
  await Promise.all(DEFINITIONS.map((it) => cluster.create(definition(it))))
  await cluster.watch(
    kind,
    { list: (all) => all.forEach(saw), event: ({ object }) => saw(object) },
    ended.signal,
  )
  // Discovery follows a moment later.
  for (const { group, version, kind: name } of DEFINITIONS) {
    while (!(await cluster.serves(`${group}/${version}`, name))) await delay(50)
  }
}

/** Adds OpenShift's kinds, rights and projects. @returns how to end what serves them */
export const addOpenshift = async (plane: ControlPlane): Promise<() => Promise<void>> => {
  const cluster = plane.open(plane.system)
  try {
    await Promise.all([...ROLES.map((it) => cluster.apply(it)), establish(cluster)])
    await cluster.create(version)
    return await startProjects(plane)
  } finally {
    await cluster.close()
  }
}
