/** Types of a server-side apply's configuration, checked with the words of sigs.k8s.io/structured-merge-diff. */
import { printed } from "./from-map.ts"
import { type GoType, typeOf } from "./go-type.ts"
import { isMap, isSet, listKeys } from "./lists.ts"

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

/** What is wrong with a value; nothing where it fits. */
function wrong(type: GoType, value: unknown): string | undefined {
  switch (type.is) {
    case "string":
    case "bytes":
      return typeof value === "string"
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goValue(value)}}`
    case "bool":
      return typeof value === "boolean" ? undefined : `expected boolean, got &{${printed(value)}}`
    case "int":
    case "float":
      return typeof value === "number" ? undefined : `expected numeric (int or float), got ${goType(value)}`
    case "struct":
    case "map":
      return isMap(value) ? undefined : `expected map, got &{${printed(value)}}`
    case "list":
      return Array.isArray(value) ? undefined : `expected list, got &{${printed(value)}}`
    default:
      return Array.isArray(value) || isMap(value)
        ? `expected any scalar, got &{${printed(value)}}`
        : undefined
  }
}

/** The keys of a list's items, by its field and what it holds. */
function keysOf(field: string, item: GoType): readonly string[] | undefined {
  if (item.is !== "struct") return undefined
  const fields = new Set(item.fields.keys())
  const sample = Object.fromEntries([...fields].map((name) => [name, ""]))
  if (field === "ports" && item.name !== "ContainerPort" && item.name !== "ServicePort") return undefined
  return listKeys(field, [sample], true)?.filter((key) => fields.has(key))
}

/** How an item of a list is called in a path. */
function itemName(item: unknown, type: GoType, keys: readonly string[]): { name: string } | { why: string } {
  if (item === null || item === undefined)
    return { why: "associative list with keys may not have a null element" }
  if (!isMap(item)) return { why: "associative list with keys may not have non-map elements" }
  const shown = keys.toSorted().flatMap((key) => {
    const field = type.is === "struct" ? type.fields.get(key) : undefined
    // Words that a struct always has are empty where they are missing.
    const missing =
      key === "protocol" ? "TCP" : field?.type.is === "string" && !field.omitempty ? "" : undefined
    const value = item[key] ?? missing
    return value === undefined ? [] : [`${key}=${JSON.stringify(value)}`]
  })
  if (shown.length > 0) return { name: shown.join(",") }
  const all = keys.map((key) => JSON.stringify(key)).join(" ")
  const why = `omits all key fields [${all}] (and doesn't have default values for any key fields)`
  return { why: `associative list with keys has an element that ${why}` }
}

/** As {@link itemName}, of a list whose items are told apart by themselves. */
function setItemName(item: unknown): { name: string } | { why: string } {
  if (isMap(item)) return { why: "associative list without keys has an element that's a map type" }
  if (Array.isArray(item)) return { why: "not supported: associative list with lists as elements" }
  if (item === null) return { why: "associative list without keys has an element that's an explicit null" }
  return { name: `=${JSON.stringify(item)}` }
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
    const keys = keysOf(field, type.item)
    const errors: string[] = []
    for (const [index, one] of (value as unknown[]).entries()) {
      const place =
        keys !== undefined
          ? itemName(one, type.item, keys)
          : isSet(field)
            ? setItemName(one)
            : { name: String(index) }
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
