/**
 * A strategic merge patch's result as the real server makes an object of it: not by its JSON decoder, but from the patched
 * map (`FromUnstructured` of k8s.io/apimachinery 1.34.4), with other words for what does not fit.
 */
import { decode } from "./decode.ts"
import { type GoType, typeOf } from "./go-type.ts"
import { isMap } from "./lists.ts"
import { Unreadable } from "./status.ts"

/** What Go calls a value of a map that was JSON. */
const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return "slice"
  switch (typeof value) {
    case "number":
      return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? "int64" : "float64"
    case "boolean":
      return "bool"
    case "string":
      return "string"
    default:
      return "map"
  }
}

const SCALARS: Readonly<Record<string, readonly string[]>> = {
  string: ["string"],
  bool: ["bool"],
  int: ["int64"],
  float: ["int64", "float64"],
}
/** Conversions that Go knows and JSON does not; all others have no name. */
const CONVERTED: Readonly<Record<string, readonly string[]>> = { string: ["int64"], int: ["float64"] }

function check(type: GoType, value: unknown): void {
  if (value === null || value === undefined) return
  const kind = kindOf(value)
  switch (type.is) {
    case "struct":
      if (!isMap(value)) throw new Unreadable(`cannot restore struct from: ${kind}`)
      for (const field of type.fields.values()) check(field.type, value[field.name])
      return
    case "map":
      if (!isMap(value)) throw new Unreadable(`cannot restore map from ${kind}`)
      for (const inner of Object.values(value)) check(type.value, inner)
      return
    case "list":
      if (!Array.isArray(value)) throw new Unreadable(`cannot restore slice from ${kind}`)
      for (const inner of value) check(type.item, inner)
      return
    case "bytes":
      if (kind !== "string") throw new Unreadable(`cannot restore slice from ${kind}`)
      checkOwn("core.Secret", { data: { a: value } }, "error decoding from json: ")
      return
    case "own":
      checkOwn(type.name, value)
      return
    default:
      if (SCALARS[type.is]!.includes(kind)) return
      throw new Unreadable(
        CONVERTED[type.is]?.includes(kind)
          ? `cannot convert ${kind} to ${type.words}`
          : `unrecognized type: ${type.is === "int" ? `int${type.bits}` : type.is}`,
      )
  }
}

/** What reads its own JSON says the same here, but knows of no struct around it. */
function checkOwn(name: string, value: unknown, head = ""): void {
  const own = typeOf(name)
  try {
    if (own.is === "struct") decode(own, value as Record<string, unknown>)
    else decode(holder(own), { value })
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    throw new Unreadable(head + error.message.replace(/ Go struct field \S+ of type/, " Go value of type"))
  }
}

const holder = (type: GoType): GoType => ({
  words: "",
  is: "struct",
  name: "",
  fields: new Map([["value", { name: "value", type, pointer: true, omitempty: true }]]),
})

/** @throws Unreadable for the first value that does not fit, in the order of the struct's fields */
export const checkMap = (type: GoType, value: unknown): void => check(type, value)

/** A patch as Go prints it. */
export const printed = (value: unknown): string => {
  if (value === null || value === undefined) return "<nil>"
  if (Array.isArray(value)) return `[${value.map(printed).join(" ")}]`
  if (!isMap(value)) return String(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `map[${entries.map(([key, inner]) => `${key}:${printed(inner)}`).join(" ")}]`
}
