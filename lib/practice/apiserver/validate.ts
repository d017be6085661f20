/** What the API server refuses: names, the few fields that others rely on, and custom resources by their schema. */
import type { KubeObject } from "../../cluster/types.ts"
import type { Kind } from "./kind.ts"
import { type Item, isMap } from "./lists.ts"
import { type Cause, invalid, invalidValue, required } from "./status.ts"

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const SERVICE = "[a-z]([-a-z0-9]*[a-z0-9])?"

const nameCauses = (kind: Kind, name: string): Cause[] => {
  const field = "metadata.name"
  if (kind.group === "rbac.authorization.k8s.io" || kind.group === "oauth.openshift.io") {
    return /[/%]/.test(name) ? [invalidValue(field, name, "may not contain '/' or '%'")] : []
  }
  const label = kind.key === "/namespaces" || kind.key === "/services"
  const pattern = kind.key === "/services" ? SERVICE : label ? LABEL : SUBDOMAIN
  const limit = label ? 63 : 253
  const causes: Cause[] = []
  if (name.length > limit) causes.push(invalidValue(field, name, `must be no more than ${limit} characters`))
  if (!new RegExp(`^${pattern}$`).test(name)) {
    const what =
      kind.key === "/services"
        ? "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123'"
        : label
          ? "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc'"
          : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com'"
    causes.push(invalidValue(field, name, `${what}, regex used for validation is '${pattern}')`))
  }
  return causes
}

const containerCauses = (spec: Item | undefined, path: string): Cause[] => {
  const containers = (spec?.containers as Item[] | undefined) ?? []
  if (containers.length === 0) return [required(`${path}.containers`)]
  return containers.flatMap((it, index) => [
    ...(it.name ? [] : [required(`${path}.containers[${index}].name`)]),
    ...(it.image ? [] : [required(`${path}.containers[${index}].image`)]),
  ])
}

const workloadCauses = (object: KubeObject, current: KubeObject | undefined): Cause[] => {
  const { selector, template } = (object.spec ?? {}) as { selector?: Item; template?: KubeObject }
  const wanted = (selector?.matchLabels ?? {}) as Record<string, string>
  const labels = template?.metadata?.labels ?? {}
  const causes: Cause[] = []
  if (selector === undefined) causes.push(required("spec.selector"))
  else if (Object.entries(wanted).some(([key, value]) => labels[key] !== value)) {
    const shown = JSON.stringify(labels)
    causes.push({
      reason: "FieldValueInvalid",
      message: `Invalid value: ${shown}: \`selector\` does not match template \`labels\``,
      field: "spec.template.metadata.labels",
    })
  }
  if (current !== undefined && JSON.stringify(current.spec.selector) !== JSON.stringify(selector)) {
    causes.push({
      reason: "FieldValueInvalid",
      message: `Invalid value: ${JSON.stringify(selector)}: field is immutable`,
      field: "spec.selector",
    })
  }
  return [...causes, ...containerCauses(template?.spec as Item | undefined, "spec.template.spec")]
}

const definitionCauses = ({ metadata, spec }: KubeObject): Cause[] => {
  if (spec?.names?.plural === undefined || spec.names.kind === undefined) return [required("spec.names")]
  if (!Array.isArray(spec.versions) || spec.versions.length === 0) return [required("spec.versions")]
  if (metadata.name === `${spec.names.plural}.${spec.group}`) return []
  return [invalidValue("metadata.name", metadata.name, 'must be spec.names.plural+"."+spec.group')]
}

const builtinCauses = (kind: Kind, object: KubeObject, current: KubeObject | undefined): Cause[] => {
  switch (kind.key) {
    case "apps/deployments":
    case "apps/replicasets":
      return workloadCauses(object, current)
    case "/pods":
      return containerCauses(object.spec, "spec")
    case "/services":
      return object.spec?.type !== "ExternalName" &&
        object.spec?.clusterIP !== "None" &&
        !(object.spec?.ports?.length > 0)
        ? [required("spec.ports")]
        : []
    case "rbac.authorization.k8s.io/rolebindings":
    case "rbac.authorization.k8s.io/clusterrolebindings":
      return object.roleRef?.name ? [] : [required("roleRef.name")]
    case "apiextensions.k8s.io/customresourcedefinitions":
      return definitionCauses(object)
    default:
      return []
  }
}

interface Schema {
  type?: string
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  enum?: unknown[]
  oneOf?: Schema[]
}

const typeOf = (value: unknown) =>
  Array.isArray(value)
    ? "array"
    : Number.isInteger(value)
      ? "integer"
      : typeof value === "object"
        ? "object"
        : typeof value

const schemaCauses = (schema: Schema, value: unknown, path: string): Cause[] => {
  const type = typeOf(value)
  if (
    schema.type !== undefined &&
    type !== schema.type &&
    !(schema.type === "number" && type === "integer")
  ) {
    const field = path === "" ? "<nil>" : path
    return [
      {
        reason: "FieldValueTypeInvalid",
        message: `Invalid value: "${type}": ${path} in body must be of type ${schema.type}: "${type}"`,
        field,
      },
    ]
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    const words = schema.enum.map((it) => JSON.stringify(it)).join(", ")
    const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${words}`
    return [{ reason: "FieldValueNotSupported", message, field: path }]
  }
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined ? [] : value.flatMap((it, at) => schemaCauses(items, it, `${path}[${at}]`))
  }
  if (!isMap(value)) return []
  const inside = (name: string) => (path === "" ? name : `${path}.${name}`)
  const causes = (schema.required ?? [])
    .filter((it) => value[it] === undefined)
    .map((it) => required(inside(it)))
  if (schema.oneOf !== undefined) {
    const met = schema.oneOf.filter((it) => schemaCauses(it, value, path).length === 0).length
    if (met !== 1) {
      const why = `"${path}" must validate one and only one schema (oneOf). Found ${met === 0 ? "none valid" : `${met} valid alternatives`}`
      causes.push({ reason: "FieldValueInvalid", message: `Invalid value: ${why}`, field: path })
    }
  }
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    if (value[name] !== undefined) causes.push(...schemaCauses(inner, value[name], inside(name)))
  }
  return causes
}

/** @throws ApiError 422 */
export const validate = (kind: Kind, object: KubeObject, current?: KubeObject): void => {
  const causes = [
    ...(current === undefined ? nameCauses(kind, object.metadata.name) : []),
    ...builtinCauses(kind, object, current),
    ...(kind.schema === undefined ? [] : schemaCauses(kind.schema as Schema, object, "")),
  ]
  if (causes.length > 0) throw invalid(kind, object.metadata.name, causes)
}
