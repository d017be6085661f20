/** Custom resources by the schema of their definition: what is filled in, what is dropped, what is refused. */
import { isDeepStrictEqual } from "node:util"
import { type Item, isMap } from "./lists.ts"
import { type Cause, invalidValue, required, unsupported } from "./status.ts"

/** The part of a structural schema that is looked at. */
export interface Schema {
  type?: string
  required?: string[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  enum?: unknown[]
  oneOf?: Schema[]
  default?: unknown
  nullable?: boolean
  minimum?: number
  maximum?: number
  pattern?: string
  minLength?: number
  maxLength?: number
  maxItems?: number
  "x-kubernetes-preserve-unknown-fields"?: boolean
  "x-kubernetes-int-or-string"?: boolean
  "x-kubernetes-list-map-keys"?: string[]
}

const TOP: Readonly<Record<string, Schema>> = { apiVersion: {}, kind: {}, metadata: {} }

/**
 * The value with the schema's defaults, without nulls and without fields that it does not know.
 * @param unknown is told the path of each that was dropped
 */
export function conform(
  schema: Schema,
  value: unknown,
  path = "",
  unknown: (path: string) => void = () => {},
): unknown {
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined
      ? value
      : value.map((one, at) => conform(items, one, `${path}[${at}]`, unknown))
  }
  if (!isMap(value)) return value
  const { properties, additionalProperties: others } = schema
  const keeps = schema["x-kubernetes-preserve-unknown-fields"] === true || others === true
  const known = path === "" ? { ...properties, ...TOP } : (properties ?? {})
  const result: Item = {}
  for (const [name, inner] of Object.entries(value)) {
    const at = path === "" ? name : `${path}.${name}`
    const rule = known[name] ?? (typeof others === "object" ? others : undefined)
    if (rule === undefined && !keeps) unknown(at)
    else if (rule === undefined || TOP[name] === rule) result[name] = inner
    else if (inner !== null || rule.nullable) result[name] = conform(rule, inner, at, unknown)
  }
  for (const [name, rule] of Object.entries(properties ?? {}))
    if (rule.default !== undefined) result[name] ??= structuredClone(rule.default)
  return result
}

const typeOf = (value: unknown) =>
  Array.isArray(value)
    ? "array"
    : Number.isInteger(value)
      ? "integer"
      : value === null
        ? "null"
        : typeof value === "object"
          ? "object"
          : typeof value

function isOfType(schema: Schema, value: unknown): boolean {
  const type = typeOf(value)
  if (value === null) return schema.nullable === true
  if (schema["x-kubernetes-int-or-string"]) return type === "integer" || type === "string"
  return schema.type === undefined || type === schema.type || (schema.type === "number" && type === "integer")
}

function scalarCauses(schema: Schema, value: unknown, path: string): Cause[] {
  const causes: Cause[] = []
  const body = (why: string) => causes.push(invalidValue(path, value, `${path} in body should ${why}`))
  if (typeof value === "number") {
    if (schema.minimum !== undefined && value < schema.minimum)
      body(`be greater than or equal to ${schema.minimum}`)
    if (schema.maximum !== undefined && value > schema.maximum)
      body(`be less than or equal to ${schema.maximum}`)
  }
  if (typeof value === "string") {
    const { pattern, minLength = 0, maxLength = value.length } = schema
    if (value.length > maxLength)
      causes.push({
        ...{ reason: "FieldValueTooLong", field: path },
        message: `Too long: may not be more than ${maxLength} bytes`,
      })
    if (value.length < minLength) body(`be at least ${minLength} chars long`)
    if (pattern !== undefined && !new RegExp(pattern).test(value)) body(`match '${pattern}'`)
  }
  return causes
}

function listCauses(schema: Schema, value: readonly unknown[], path: string): Cause[] {
  const { items, maxItems = value.length, "x-kubernetes-list-map-keys": keys } = schema
  const causes: Cause[] =
    value.length <= maxItems
      ? []
      : [
          {
            ...{ reason: "FieldValueTooMany", field: path },
            message: `Too many: ${value.length}: must have at most ${maxItems} items`,
          },
        ]
  if (items !== undefined)
    causes.push(...value.flatMap((one, at) => schemaCauses(items, one, `${path}[${at}]`)))
  const seen: Item[] = []
  for (const [at, item] of keys === undefined ? [] : value.entries()) {
    if (!isMap(item)) continue
    const key = Object.fromEntries(keys!.map((one) => [one, item[one]]))
    if (seen.some((one) => isDeepStrictEqual(one, key)))
      causes.push({
        ...{ reason: "FieldValueDuplicate", field: `${path}[${at}]` },
        message: `Duplicate value: ${JSON.stringify(key)}`,
      })
    seen.push(key)
  }
  return causes
}

export function schemaCauses(schema: Schema, value: unknown, path: string): Cause[] {
  if (!isOfType(schema, value)) {
    const type = typeOf(value)
    const message = `Invalid value: "${type}": ${path} in body must be of type ${schema.type}: "${type}"`
    return [{ reason: "FieldValueTypeInvalid", message, field: path === "" ? "<nil>" : path }]
  }
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return [unsupported(path, value, schema.enum as string[])]
  if (Array.isArray(value)) return listCauses(schema, value, path)
  if (!isMap(value)) return scalarCauses(schema, value, path)
  const inside = (name: string) => (path === "" ? name : `${path}.${name}`)
  const causes = (schema.required ?? [])
    .filter((one) => value[one] === undefined)
    .map((one) => required(inside(one)))
  if (schema.oneOf !== undefined) {
    const met = schema.oneOf.filter((one) => schemaCauses(one, value, path).length === 0).length
    const found = met === 0 ? "none valid" : `${met} valid alternatives`
    const why = `"${path}" must validate one and only one schema (oneOf). Found ${found}`
    if (met !== 1) causes.push({ reason: "FieldValueInvalid", message: `Invalid value: ${why}`, field: path })
  }
  const { properties = {}, additionalProperties: others } = schema
  for (const [name, inner] of Object.entries(value)) {
    const rule = properties[name] ?? (typeof others === "object" ? others : undefined)
    if (rule !== undefined) causes.push(...schemaCauses(rule, inner, inside(name)))
  }
  return causes
}
