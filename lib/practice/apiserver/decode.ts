/**
 * Bodies of built-in kinds as the real server's decoder reads them: each field by its type, with the decoder's words for
 * what does not fit, and without what the kind does not know. After sigs.k8s.io/json, which Kubernetes 1.34.4 uses.
 */
import { readTime } from "./go-time.ts"
import { type Field, type GoType, typeOf } from "./go-type.ts"
import { type Item, isMap } from "./lists.ts"
import { canonical } from "./quantity.ts"
import { Unreadable } from "./status.ts"

export interface Decoded {
  readonly object: Item
  /** The paths of fields that the kind does not have. */
  readonly unknown: readonly string[]
}

/** Where the decoder stands: for messages by structs and fields, for unknown fields by the whole path. */
interface Place {
  readonly struct: string
  readonly fields: readonly string[]
  readonly path: string
}

/** What a value is called by Go's JSON decoder. */
const wordOf = (value: unknown): string =>
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value

const inside = (path: string, name: string) => (path === "" ? name : `${path}.${name}`)

class Decoder {
  readonly unknown: string[] = []
  /** The first value of a wrong type; the decoder goes on, as something worse may follow. */
  mismatch: string | undefined

  read(type: GoType, value: unknown, at: Place): unknown {
    if (value === null) return undefined
    switch (type.is) {
      case "struct":
        return isMap(value) ? this.#struct(type, value, at) : this.#wrong(wordOf(value), type, at)
      case "map":
        return isMap(value) ? this.#map(type.value, value, at) : this.#wrong(wordOf(value), type, at)
      case "list":
        return Array.isArray(value) ? this.#list(type, value, at) : this.#wrong(wordOf(value), type, at)
      case "string":
        return typeof value === "string" ? value : this.#wrong(wordOf(value), type, at)
      case "bool":
        return typeof value === "boolean" ? value : this.#wrong(wordOf(value), type, at)
      case "float":
        return typeof value === "number" ? value : this.#wrong(wordOf(value), type, at)
      case "int":
        return this.#int(type, value, at)
      case "bytes":
        return this.#bytes(type, value, at)
      case "own":
        return this.#own(type.name, value, at)
    }
  }

  #wrong(word: string, type: GoType, at: Place): undefined {
    this.mismatch ??= mismatch(word, type.words, at)
  }

  #struct(type: GoType & { is: "struct" }, value: Item, at: Place): Item {
    const result: Item = {}
    for (const [name, inner] of Object.entries(value)) {
      const field = type.fields.get(name)
      const path = inside(at.path, name)
      if (field === undefined) {
        this.unknown.push(path)
        continue
      }
      const read = this.read(field.type, inner, { struct: type.name, fields: [...at.fields, name], path })
      const kept = keptOf(field, read)
      if (kept !== undefined) result[name] = kept
    }
    return result
  }

  #map(type: GoType, value: Item, at: Place): Item {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        this.read(type, inner, { ...at, path: inside(at.path, key) }) ?? zeroOf(type),
      ]),
    )
  }

  #list({ item, pointers }: GoType & { is: "list" }, value: readonly unknown[], at: Place): unknown[] {
    return value.map((one, index) => {
      const read = this.read(item, one, { ...at, path: `${at.path}[${index}]` })
      return read ?? (pointers ? null : zeroOf(item))
    })
  }

  #int(type: GoType & { is: "int" }, value: unknown, at: Place): unknown {
    if (typeof value !== "number") return this.#wrong(wordOf(value), type, at)
    const most = 2 ** (type.bits - 1)
    if (Number.isInteger(value) && value >= -most && value < most) return value
    return this.#wrong(`number ${value}`, type, at)
  }

  #bytes(type: GoType, value: unknown, at: Place): unknown {
    if (Array.isArray(value)) {
      const bytes = this.#list({ words: "", is: "list", item: typeOf("uint8"), pointers: false }, value, at)
      return this.mismatch === undefined ? Buffer.from(bytes as number[]).toString("base64") : undefined
    }
    if (typeof value !== "string") return this.#wrong(wordOf(value), type, at)
    const bad = badBase64(value)
    if (bad === undefined) return value.replaceAll(/[\r\n]/g, "")
    this.mismatch ??= `illegal base64 data at input byte ${bad}`
  }

  /** Types with a decoder of their own: what it refuses is said at once, whatever else was wrong before. */
  #own(name: string, value: unknown, at: Place): unknown {
    switch (name) {
      case "resource.Quantity":
        return canonical(typeof value === "string" ? value.trim() : JSON.stringify(value))
      case "intstr.IntOrString":
        if (typeof value === "string") return value
        if (typeof value !== "number") throw new Unreadable(mismatch(wordOf(value), "int32", at))
        if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) return value
        throw new Unreadable(mismatch(`number ${value}`, "int32", at))
      case "meta.Time":
      case "meta.MicroTime": {
        if (typeof value !== "string") throw new Unreadable(mismatch(wordOf(value), "string", at))
        const found = readTime(value, name === "meta.MicroTime")
        if ("why" in found) throw new Unreadable(found.why)
        return found.time
      }
      case "apiextensions.JSONSchemaPropsOrBool":
        if (typeof value === "boolean") return value
        if (!isMap(value)) throw new Unreadable("boolean or JSON schema expected")
        return this.#schema(value, at)
      case "apiextensions.JSONSchemaPropsOrArray":
        if (Array.isArray(value)) return value.map((one) => this.#schema(one, at))
        return isMap(value) ? this.#schema(value, at) : undefined
      default:
        return value
    }
  }

  /** Read by itself: what is unknown inside is not told. */
  #schema(value: unknown, at: Place): unknown {
    const inner = new Decoder()
    const read = inner.read(typeOf("apiextensions.JSONSchemaProps"), value, at)
    if (inner.mismatch !== undefined) throw new Unreadable(inner.mismatch)
    return read
  }
}

const mismatch = (word: string, type: string, { struct, fields }: Place): string =>
  `json: cannot unmarshal ${word} into Go struct field ${struct}.${fields.join(".")} of type ${type}`

/** What null leaves in a list or a map. */
export const zeroOf = (type: GoType): unknown => {
  switch (type.is) {
    case "struct":
      return {}
    case "string":
      return ""
    case "bool":
      return false
    case "int":
    case "float":
      return 0
    case "own":
      return type.name === "resource.Quantity" ? "0" : null
    default:
      return null
  }
}

/** The value as the server writes it: nothing where it is empty and its field may be left out. */
export function keptOf({ type, pointer, omitempty }: Field, value: unknown): unknown {
  if (value === undefined) return omitempty || pointer ? undefined : zeroOf(type)
  if (!omitempty || pointer) return value
  switch (type.is) {
    case "map":
      return Object.keys(value as Item).length === 0 ? undefined : value
    case "list":
      return (value as unknown[]).length === 0 ? undefined : value
    case "string":
    case "bool":
    case "int":
    case "float":
    case "bytes":
      return value === zeroOf(type) || value === "" ? undefined : value
    default:
      return value
  }
}

/** Where a text stops being base64; nothing where it is. */
function badBase64(given: string): number | undefined {
  const text = given.replaceAll(/[\r\n]/g, "")
  const good = /^[A-Za-z0-9+/]*/.exec(text)![0].length
  const padding = text.slice(good)
  if (padding === "") return good % 4 === 0 ? undefined : good - (good % 4)
  if (good % 4 > 1 && padding === "=".repeat(4 - (good % 4))) return undefined
  return good % 4 === 2 && padding === "=" ? text.length : good
}

/**
 * The object of a struct that a body holds.
 * @throws Unreadable with the decoder's words
 */
export function decode(type: GoType, value: Item): Decoded {
  const decoder = new Decoder()
  const object = decoder.read(type, value, { struct: "", fields: [], path: "" }) as Item
  if (decoder.mismatch !== undefined) throw new Unreadable(decoder.mismatch)
  return { object, unknown: decoder.unknown }
}
