/** The kinds that are served without any CustomResourceDefinition. */
import { ALL_VERBS, type Kind, type Subresource } from "./kind.ts"

interface Options {
  short?: string[]
  /** Cluster-scoped. */
  cluster?: boolean
  status?: boolean
  generation?: boolean
  verbs?: readonly string[]
  more?: Subresource[]
  virtual?: boolean
  /** A custom resource of OpenShift's own. */
  custom?: boolean
  categories?: string[]
  /** Where the plural is not the lower-cased kind plus "s". */
  plural?: string
  /** Singular as discovery tells it; virtual review kinds have none. */
  listKind?: string
}

const READ = ["get", "list", "watch"]
const STATUS = { status: true }

const row =
  (group: string, version: string, defaults: Options = {}) =>
  (kind: string, given: Options = {}): Kind => {
    const options = { ...defaults, ...given }
    const plural = options.plural ?? `${kind.toLowerCase()}s`
    return {
      group,
      version,
      kind,
      listKind: options.listKind ?? `${kind}List`,
      plural,
      singular: kind.toLowerCase(),
      shortNames: options.short ?? [],
      categories: options.categories ?? [],
      namespaced: options.cluster !== true,
      verbs: options.verbs ?? ALL_VERBS,
      status: options.status ?? false,
      generation: options.generation ?? false,
      subresources: [
        ...(options.status ? [{ name: "status", kind, verbs: ["get", "patch", "update"] }] : []),
        ...(options.more ?? []),
      ].sort((a, b) => (a.name < b.name ? -1 : 1)),
      builtin: options.custom !== true,
      defined: false,
      virtual: options.virtual ?? false,
      key: `${group}/${plural}`,
    }
  }

const core = row("", "v1")
const apps = row("apps", "v1", { status: true, generation: true, categories: ["all"] })
const rbac = row("rbac.authorization.k8s.io", "v1")
const review = { verbs: ["create"], virtual: true, cluster: true }
const scale: Subresource = {
  name: "scale",
  kind: "Scale",
  group: "autoscaling",
  version: "v1",
  verbs: ["get", "patch", "update"],
}

const kubernetes: Kind[] = [
  core("Namespace", {
    short: ["ns"],
    cluster: true,
    ...STATUS,
    verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
    more: [{ name: "finalize", kind: "Namespace", verbs: ["update"] }],
  }),
  core("Pod", {
    short: ["po"],
    ...STATUS,
    generation: true,
    categories: ["all"],
    more: [
      { name: "log", kind: "Pod", verbs: ["get"] },
      { name: "exec", kind: "PodExecOptions", verbs: ["create", "get"] },
      { name: "attach", kind: "PodAttachOptions", verbs: ["create", "get"] },
      { name: "ephemeralcontainers", kind: "Pod", verbs: ["get", "patch", "update"] },
      { name: "portforward", kind: "PodPortForwardOptions", verbs: ["create", "get"] },
      { name: "binding", kind: "Binding", verbs: ["create"] },
      { name: "eviction", kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
    ],
  }),
  core("Service", { short: ["svc"], ...STATUS, categories: ["all"] }),
  core("Secret"),
  core("ConfigMap", { short: ["cm"] }),
  core("ServiceAccount", {
    short: ["sa"],
    more: [
      {
        ...{ name: "token", kind: "TokenRequest", verbs: ["create"] },
        ...{ group: "authentication.k8s.io", version: "v1" },
      },
    ],
  }),
  core("Event", { short: ["ev"] }),
  core("Node", { short: ["no"], cluster: true, ...STATUS }),
  core("Endpoints", { short: ["ep"], plural: "endpoints" }),
  core("PersistentVolumeClaim", { short: ["pvc"], ...STATUS }),
  core("PersistentVolume", { short: ["pv"], cluster: true, ...STATUS }),
  row("storage.k8s.io", "v1")("StorageClass", { short: ["sc"], cluster: true, plural: "storageclasses" }),
  core("ResourceQuota", { short: ["quota"], ...STATUS }),
  core("LimitRange", { short: ["limits"] }),
  apps("Deployment", { short: ["deploy"], more: [scale] }),
  apps("ReplicaSet", { short: ["rs"], more: [scale] }),
  row("discovery.k8s.io", "v1")("EndpointSlice", { generation: true }),
  row("coordination.k8s.io", "v1")("Lease"),
  row("networking.k8s.io", "v1")("Ingress", {
    short: ["ing"],
    ...STATUS,
    generation: true,
    plural: "ingresses",
  }),
  row("networking.k8s.io", "v1")("NetworkPolicy", {
    short: ["netpol"],
    generation: true,
    plural: "networkpolicies",
  }),
  rbac("Role"),
  rbac("RoleBinding"),
  rbac("ClusterRole", { cluster: true }),
  rbac("ClusterRoleBinding", { cluster: true }),
  row("apiextensions.k8s.io", "v1")("CustomResourceDefinition", {
    short: ["crd", "crds"],
    cluster: true,
    status: true,
    generation: true,
    categories: ["api-extensions"],
  }),
  row("authentication.k8s.io", "v1", review)("SelfSubjectReview"),
  row("authorization.k8s.io", "v1", review)("SelfSubjectAccessReview"),
  row("authorization.k8s.io", "v1", review)("SelfSubjectRulesReview"),
  row("authorization.k8s.io", "v1", review)("SubjectAccessReview"),
]

const olm = row("operators.coreos.com", "v1alpha1", {
  custom: true,
  status: true,
  generation: true,
  categories: ["olm"],
})
const project = row("project.openshift.io", "v1", { virtual: true, cluster: true })

const openshiftKinds: Kind[] = [
  olm("Subscription", { short: ["sub", "subs"] }),
  olm("InstallPlan", { short: ["ip"] }),
  olm("ClusterServiceVersion", { short: ["csv", "csvs"] }),
  olm("CatalogSource", { short: ["catsrc"] }),
  row("operators.coreos.com", "v1", { custom: true, status: true, generation: true })("OperatorGroup", {
    short: ["og"],
  }),
  row("packages.operators.coreos.com", "v1")("PackageManifest", { verbs: ["get", "list"] }),
  row("route.openshift.io", "v1", { status: true, categories: ["all"] })("Route"),
  row("config.openshift.io", "v1", { custom: true, status: true, generation: true, cluster: true })(
    "ClusterVersion",
  ),
  row("user.openshift.io", "v1", { virtual: true, cluster: true })("User", { verbs: ["get", "list"] }),
  row("oauth.openshift.io", "v1", { cluster: true })("OAuthAccessToken", {
    verbs: ["delete", ...READ],
  }),
  project("Project", { verbs: ["delete", ...READ] }),
  project("ProjectRequest", { verbs: ["create", "list"] }),
  row(
    "authorization.openshift.io",
    "v1",
    review,
  )("SubjectAccessReview", {
    listKind: "SubjectAccessReviewResponse",
  }),
  row("authorization.openshift.io", "v1", review)("SelfSubjectRulesReview", { cluster: false }),
  row("authorization.openshift.io", "v1", review)("LocalSubjectAccessReview", { cluster: false }),
]

export const builtinKinds = (openshift: boolean): Kind[] =>
  openshift ? [...kubernetes, ...openshiftKinds] : kubernetes
