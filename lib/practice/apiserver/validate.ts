/** What the API server refuses: names, the few fields that others rely on, and custom resources by their schema. */
import { isDeepStrictEqual } from "node:util"
import type { KubeObject } from "../../cluster/types.ts"
import type { Kind } from "./kind.ts"
import type { Item } from "./lists.ts"
import { metadataCauses, metaOf } from "./metadata.ts"
import { type Schema, schemaCauses } from "./schema.ts"
import { type Cause, forbiddenField, invalid, invalidValue, required } from "./status.ts"
import { LABEL, LABEL_RULE, podCauses, workloadCauses } from "./validate-pods.ts"

const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const SERVICE = "[a-z]([-a-z0-9]*[a-z0-9])?"

function nameCauses(kind: Kind, name: string): Cause[] {
  const field = "metadata.name"
  if (kind.group === "rbac.authorization.k8s.io" || kind.group === "oauth.openshift.io") {
    return /[/%]/.test(name) ? [invalidValue(field, name, "may not contain '/' or '%'")] : []
  }
  const label = kind.key === "/namespaces" || kind.key === "/services"
  const pattern = kind.key === "/services" ? SERVICE : label ? LABEL : SUBDOMAIN
  if (kind.key === "/namespaces" && name.includes("."))
    return [invalidValue(field, name, "must not contain dots")]
  const limit = label ? 63 : 253
  const causes: Cause[] = []
  if (name.length > limit) causes.push(invalidValue(field, name, `must be no more than ${limit} characters`))
  if (!new RegExp(`^${pattern}$`).test(name)) {
    const what =
      kind.key === "/services"
        ? "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123'"
        : label
          ? LABEL_RULE
          : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com'"
    causes.push(invalidValue(field, name, `${what}, regex used for validation is '${pattern}')`))
  }
  return causes
}

function serviceCauses({ spec = {} }: KubeObject, current: KubeObject | undefined): Cause[] {
  const ports = (spec.ports ?? []) as Item[]
  const causes: Cause[] = []
  if (ports.length === 0 && spec.type !== "ExternalName" && spec.clusterIP !== "None")
    causes.push(required("spec.ports"))
  for (const [at, { name, port, targetPort }] of ports.entries()) {
    if (ports.length > 1 && !name) causes.push(required(`spec.ports[${at}].name`))
    for (const [field, value] of Object.entries({ port, targetPort }))
      if (typeof value === "number" && (value < 1 || value > 65535))
        causes.push(
          invalidValue(`spec.ports[${at}].${field}`, value, "must be between 1 and 65535, inclusive"),
        )
  }
  if (
    current?.spec.clusterIP &&
    spec.type === current.spec.type &&
    spec.clusterIP !== current.spec.clusterIP
  ) {
    const message = `Invalid value: ${JSON.stringify(spec.clusterIPs)}: may not change once set`
    causes.push({ reason: "FieldValueInvalid", message, field: "spec.clusterIPs[0]" })
  }
  return causes
}

/** Of a ConfigMap or a Secret. */
function dataCauses(object: KubeObject, current: KubeObject | undefined): Cause[] {
  const why =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
  const causes = Object.keys(object.data ?? {})
    .filter((one) => !/^[-._a-zA-Z0-9]+$/.test(one))
    .map((one) => invalidValue(`data[${one}]`, one, why))
  if (object.type === "kubernetes.io/tls")
    for (const key of ["tls.crt", "tls.key"])
      if (object.data?.[key] === undefined) causes.push(required(`data[${key}]`))
  if (current === undefined) return causes
  if (object.type !== current.type) causes.push(invalidValue("type", object.type, "field is immutable"))
  if (!current.immutable) return causes
  const fixed = "field is immutable when `immutable` is set"
  if (!object.immutable) causes.push(forbiddenField("immutable", fixed))
  if (!isDeepStrictEqual(object.data, current.data)) causes.push(forbiddenField("data", fixed))
  return causes
}

function bindingCauses({ roleRef }: KubeObject, current: KubeObject | undefined): Cause[] {
  if (!roleRef?.name) return [required("roleRef.name")]
  if (current === undefined || isDeepStrictEqual(roleRef, current.roleRef)) return []
  const { apiGroup: APIGroup, kind: Kind, name: Name } = roleRef
  const message = `Invalid value: ${JSON.stringify({ APIGroup, Kind, Name })}: cannot change roleRef`
  return [{ reason: "FieldValueInvalid", message, field: "roleRef" }]
}

function eventCauses({ metadata, involvedObject }: KubeObject): Cause[] {
  const { namespace } = involvedObject ?? {}
  if (namespace === undefined || namespace === metadata.namespace) return []
  return [invalidValue("involvedObject.namespace", namespace, "does not match event.namespace")]
}

function definitionCauses({ metadata, spec }: KubeObject): Cause[] {
  if (spec?.names?.plural === undefined || spec.names.kind === undefined) return [required("spec.names")]
  if (!Array.isArray(spec.versions) || spec.versions.length === 0) {
    const stored = "Invalid value: null: must have at least one stored version"
    return [
      {
        ...{ reason: "FieldValueInvalid", field: "spec.versions" },
        message: "Invalid value: []: must have exactly one version marked as storage version",
      },
      { reason: "FieldValueInvalid", message: stored, field: "status.storedVersions" },
    ]
  }
  const bare = spec.versions.findIndex(
    (version: Item) => !(version.schema as Item | undefined)?.openAPIV3Schema,
  )
  if (bare >= 0) return [required(`spec.versions[${bare}].schema.openAPIV3Schema`)]
  if (metadata.name === `${spec.names.plural}.${spec.group}`) return []
  return [invalidValue("metadata.name", metadata.name, 'must be spec.names.plural+"."+spec.group')]
}

function builtinCauses(kind: Kind, object: KubeObject, current: KubeObject | undefined): Cause[] {
  switch (kind.key) {
    case "apps/deployments":
    case "apps/replicasets":
      return workloadCauses(object, current)
    case "/pods":
      return podCauses(object, current)
    case "/services":
      return serviceCauses(object, current)
    case "/configmaps":
    case "/secrets":
      return dataCauses(object, current)
    case "/events":
      return eventCauses(object)
    case "rbac.authorization.k8s.io/rolebindings":
    case "rbac.authorization.k8s.io/clusterrolebindings":
      return bindingCauses(object, current)
    case "apiextensions.k8s.io/customresourcedefinitions":
      return definitionCauses(object)
    default:
      return []
  }
}

/** @throws ApiError 422 */
export function validate(kind: Kind, object: KubeObject, current?: KubeObject): void {
  const causes = [
    ...(current === undefined ? nameCauses(kind, object.metadata.name) : []),
    ...metadataCauses(metaOf(object), current === undefined ? undefined : metaOf(current)),
    ...builtinCauses(kind, object, current),
    ...(kind.schema === undefined ? [] : schemaCauses(kind.schema as Schema, object, "")),
  ]
  if (causes.length > 0) throw invalid(kind, object.metadata.name, causes)
}
