/** Types of a server-side apply's configuration, checked with the words of sigs.k8s.io/structured-merge-diff. */
import { type GoType, typeOf } from "./go-type.ts"
import { isMap, listKeys } from "./lists.ts"

const goValue = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(goValue).join(", ")}}`
  if (isMap(value))
    return `map[string]interface {}{${Object.entries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}:${goValue(inner)}`)
      .join(", ")}}`
  return String(value)
}

const goType = (value: unknown): string => {
  if (Array.isArray(value)) return "[]interface {}"
  if (isMap(value)) return "map[string]interface {}"
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64"
  return typeof value === "boolean" ? "bool" : "string"
}

/** Types with a JSON of their own, by what the schema says of them. */
const OWN: Readonly<Record<string, GoType["is"] | "any">> = {
  "meta.Time": "string",
  "meta.MicroTime": "string",
}

/** What is wrong with a value; nothing where it fits. */
function wrong(type: GoType, value: unknown): string | undefined {
  switch (type.is === "own" ? (OWN[type.name] ?? "own") : type.is) {
    case "string":
    case "bytes":
      return typeof value === "string"
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goValue(value)}}`
    case "bool":
      return typeof value === "boolean" ? undefined : `expected boolean, got ${printedValue(value)}`
    case "int":
    case "float":
      return typeof value === "number" ? undefined : `expected numeric (int or float), got ${goType(value)}`
    case "struct":
    case "map":
      return isMap(value) ? undefined : `expected map, got &{${printedValue(value)}}`
    case "list":
      return Array.isArray(value) ? undefined : `expected list, got &{${printedValue(value)}}`
    default:
      return Array.isArray(value) || isMap(value)
        ? `expected any scalar, got ${printedValue(value)}`
        : undefined
  }
}

const printedValue = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(printedValue).join(" ")}]`
    : isMap(value)
      ? `map[${Object.entries(value)
          .map(([key, inner]) => `${key}:${printedValue(inner)}`)
          .join(" ")}]`
      : String(value)

/** How an item of a list with keys is called in a path. */
function itemName(item: unknown, keys: readonly string[]): { name: string } | { why: string } {
  if (item === null || item === undefined)
    return { why: "associative list with keys may not have a null element" }
  if (!isMap(item)) return { why: "associative list with keys may not have non-map elements" }
  const shown = keys.toSorted().flatMap((key) => {
    const value = item[key] ?? (key === "protocol" ? "TCP" : undefined)
    return value === undefined ? [] : [`${key}=${JSON.stringify(value)}`]
  })
  if (shown.length > 0) return { name: shown.join(",") }
  const all = keys.map((key) => JSON.stringify(key)).join(" ")
  const why = `omits all key fields [${all}] (and doesn't have default values for any key fields)`
  return { why: `associative list with keys has an element that ${why}` }
}

const PATH_TYPES = ["apiextensions.JSON", "apiextensions.JSONSchemaPropsOrBool", "meta.FieldsV1"]

function errorsOf(type: GoType, value: unknown, path: string): string[] {
  if (value === null || value === undefined) return []
  if (type.is === "own" && type.name.startsWith("apiextensions.JSONSchemaProps"))
    return isMap(value) ? errorsOf(typeOf("apiextensions.JSONSchemaProps"), value, path) : []
  if (type.is === "own" && PATH_TYPES.includes(type.name)) return []
  const why = wrong(type, value)
  if (why !== undefined) return [`${path}: ${why}`]
  if (type.is === "map")
    return Object.entries(value as object).flatMap(([key, inner]) =>
      errorsOf(type.value, inner, `${path}.${key}`),
    )
  if (type.is === "list") {
    const field = /([^.[\]]+)(\[[^\]]*\])?$/.exec(path)?.[1] ?? ""
    const keys = listKeys(field, value as unknown[], true)
    const errors: string[] = []
    for (const [index, one] of (value as unknown[]).entries()) {
      const place = keys === undefined ? { name: String(index) } : itemName(one, keys)
      if ("why" in place) return [...errors, `${path}: element ${index}: ${place.why}`]
      errors.push(...errorsOf(type.item, one, `${path}[${place.name}]`))
    }
    return errors
  }
  if (type.is !== "struct") return []
  return Object.entries(value as object).flatMap(([name, inner]) => {
    const field = type.fields.get(name)
    if (field === undefined) return [`${path}.${name}: field not declared in schema`]
    return errorsOf(field.type, inner, `${path}.${name}`)
  })
}

/** Everything that is wrong with a configuration, in one text; nothing where it fits. */
export function appliedTrouble(type: GoType, config: object): string | undefined {
  const errors = errorsOf(type, config, "")
  if (errors.length < 2) return errors[0]
  return ["errors:", ...errors.map((one) => `  ${one}`)].join("\n")
}
