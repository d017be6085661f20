/** Bodies of built-in kinds in which one field has a value of a wrong type: each field of each struct once. */
import { type GoType, structOfKind } from "../../lib/practice/apiserver/go-type.ts"
import { configMap, deployment, pod, secret, service } from "./things.ts"

export interface WrongBody {
  /** The kind, the field and the value. */
  readonly name: string
  /** Below the namespace where the kind has one. */
  readonly plural: string
  readonly group: string
  readonly body: object
}

interface Sample {
  readonly group: string
  readonly plural: string
  readonly namespaced?: false
  readonly object: { kind: string; metadata: { name: string } } & Record<string, unknown>
}

const rbac = "rbac.authorization.k8s.io"
const named = (group: string, kind: string, more: object = {}) => ({
  ...{ apiVersion: group === "" ? "v1" : `${group}/v1`, kind, metadata: { name: "a" } },
  ...more,
})
const roleRef = { apiGroup: rbac, kind: "Role", name: "a" }

/** A right object of each kind. */
const SAMPLES: readonly Sample[] = [
  { group: "", plural: "pods", object: pod("a") },
  { group: "", plural: "services", object: service("a") },
  { group: "", plural: "configmaps", object: configMap("a") },
  { group: "", plural: "secrets", object: secret("a") },
  { group: "", plural: "serviceaccounts", object: named("", "ServiceAccount") },
  { group: "", plural: "namespaces", namespaced: false, object: named("", "Namespace") },
  { group: "", plural: "nodes", namespaced: false, object: named("", "Node") },
  { group: "", plural: "endpoints", object: named("", "Endpoints") },
  { group: "", plural: "events", object: named("", "Event", { involvedObject: {} }) },
  { group: "", plural: "persistentvolumeclaims", object: named("", "PersistentVolumeClaim") },
  { group: "", plural: "resourcequotas", object: named("", "ResourceQuota") },
  { group: "", plural: "limitranges", object: named("", "LimitRange") },
  { group: "apps", plural: "deployments", object: deployment("a") },
  { group: "apps", plural: "replicasets", object: { ...deployment("a"), kind: "ReplicaSet" } },
  { group: "discovery.k8s.io", plural: "endpointslices", object: named("discovery.k8s.io", "EndpointSlice") },
  { group: rbac, plural: "roles", object: named(rbac, "Role") },
  { group: rbac, plural: "rolebindings", object: named(rbac, "RoleBinding", { roleRef }) },
  { group: rbac, plural: "clusterroles", namespaced: false, object: named(rbac, "ClusterRole") },
  {
    ...{ group: rbac, plural: "clusterrolebindings", namespaced: false },
    object: named(rbac, "ClusterRoleBinding", { roleRef }),
  },
  {
    ...{ group: "apiextensions.k8s.io", plural: "customresourcedefinitions", namespaced: false },
    object: named("apiextensions.k8s.io", "CustomResourceDefinition"),
  },
]

/** One of each JSON type, and numbers that are none of Go's. */
const VALUES = [5, 1.5, 1e30, "abc", true, ["x"], { x: 1 }]

type Step = string | number

/** The paths of the fields of structs that were not seen before. */
function* pathsOf(type: GoType, path: readonly Step[], seen: Set<string>): Generator<readonly Step[]> {
  if (type.is === "list") yield* pathsOf(type.item, [...path, 0], seen)
  if (type.is === "map") yield* pathsOf(type.value, [...path, "k"], seen)
  if (type.is !== "struct" || seen.has(type.name)) return
  seen.add(type.name)
  for (const field of type.fields.values()) {
    const next = [...path, field.name]
    yield next
    if (field.type.is === "list" || field.type.is === "map")
      yield [...next, field.type.is === "list" ? 0 : "k"]
    yield* pathsOf(field.type, next, seen)
  }
}

/** A copy of the value in which a path holds something else. */
function put(value: unknown, [step, ...rest]: readonly Step[], what: unknown): unknown {
  if (step === undefined) return what
  if (typeof step === "number") return [put((value as unknown[] | undefined)?.[step], rest, what)]
  const map = (value ?? {}) as Record<string, unknown>
  return { ...map, [step]: put(map[step], rest, what) }
}

export const wrongBodies = (): WrongBody[] => {
  // Kinds of a name are found under every group: what a struct holds is the same wherever it stands.
  const seen = new Set<string>()
  return SAMPLES.flatMap(({ group, plural, object }) =>
    [...pathsOf(structOfKind(group, object.kind)!, [], seen)].flatMap((path) =>
      VALUES.map((value) => ({
        name: `${object.kind} ${path.join(".")} ${JSON.stringify(value)}`,
        ...{ group, plural },
        body: put(object, path, value) as object,
      })),
    ),
  )
}

/** Where objects of a kind are made in a namespace. */
export const pathOfBody = ({ group, plural }: Pick<WrongBody, "group" | "plural">, ns: string): string => {
  const { namespaced = true } = SAMPLES.find((one) => one.plural === plural)!
  const root = group === "" ? "/api/v1" : `/apis/${group}/v1`
  return `${root}${namespaced ? `/namespaces/${ns}` : ""}/${plural}`
}
