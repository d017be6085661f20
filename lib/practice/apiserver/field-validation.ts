/**
 * What is said of an object's fields before it is looked at: values of a wrong type, and fields that its kind does not
 * have (`fieldValidation`). Built-in kinds are read by the types of kube-types.ts, custom resources by their schema.
 */
import type { KubeObject } from "../../cluster/types.ts"
import { type Decoded, decode } from "./decode.ts"
import { duplicatesOf } from "./duplicates.ts"
import { checkMap, printed } from "./from-map.ts"
import { structOfKind, typeOf } from "./go-type.ts"
import { apiVersionOf, type Kind } from "./kind.ts"
import { type Item, isMap } from "./lists.ts"
import type { Call } from "./request.ts"
import { conform, type Schema } from "./schema.ts"
import { ApiError, badRequest, invalidPatch, Unreadable } from "./status.ts"
import { appliedTrouble } from "./typed-apply.ts"

export const NO_HEAD = "couldn't get version/kind; json parse error"

type About = Pick<Kind, "group" | "version" | "kind">

const cannotBe = ({ kind, version }: About, why: string) =>
  badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`)

/** What Go's decoder calls a value. */
export const goWord = (value: unknown): string =>
  Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value

/** What a server says of an object whose kind or version is no word; nothing where both are. */
export function wrongHead(body: Item | KubeObject): string | undefined {
  const field = ["apiVersion", "kind"].find((one) => typeof (body[one] ?? "") !== "string")
  if (field === undefined) return undefined
  const why = `cannot unmarshal ${goWord(body[field])} into Go struct field .${field} of type string`
  return `${NO_HEAD}: json: ${why}`
}

/** Unknown fields are told in the `Warning` header, unless the request asks for something else. */
function tell(call: Call, unknown: readonly string[], refuse: (why: string) => Error): void {
  const how = call.query.get("fieldValidation") || "Warn"
  if (unknown.length === 0 || how === "Ignore") return
  if (how === "Strict") throw refuse(`strict decoding error: ${unknown.join(", ")}`)
  const before = [call.response.getHeader("warning") ?? []].flat().map(String)
  call.response.setHeader("warning", [...before, ...unknown.map((one) => `299 - ${JSON.stringify(one)}`)])
}

const unknownField = (path: string) => `unknown field ${JSON.stringify(path)}`

/** An object without the fields that its kind does not have. @throws what `refuse` makes of the decoder's words */
function read(about: About, object: KubeObject, refuse: (why: string) => Error): Decoded {
  const type = structOfKind(about.group, about.kind)
  try {
    return type === undefined ? readCustom(object) : decode(type, object as unknown as Item)
  } catch (error) {
    throw error instanceof Unreadable ? refuse(error.message) : error
  }
}

/** Of a custom resource only the metadata have types of the server's own. @throws Unreadable */
function readCustom(object: KubeObject): Decoded {
  const given: unknown = object.metadata ?? {}
  if (!isMap(given))
    throw new Unreadable(`json: cannot unmarshal ${goWord(given)} into Go value of type v1.ObjectMeta`)
  const { object: metadata, unknown } = decode(typeOf("meta.ObjectMeta"), given)
  return {
    object: { ...(object as object), metadata },
    unknown: unknown.map((path) => `metadata.${path}`),
  }
}

/** As {@link read}, for an object that was made from a map, of which the server says it in other words. */
function checkWords(about: About, object: KubeObject, refuse: (why: string) => Error): void {
  const type = structOfKind(about.group, about.kind)
  try {
    if (type !== undefined) checkMap(type, object)
  } catch (error) {
    throw error instanceof Unreadable ? refuse(error.message) : error
  }
}

const unknownToSchema = (kind: Kind, object: KubeObject): string[] => {
  const found: string[] = []
  if (kind.schema !== undefined) conform(kind.schema as Schema, object, "", (path) => found.push(path))
  return found.toSorted().map(unknownField)
}

/**
 * A body as its kind reads it.
 * @param about the kind of the body, where it is not the one of the path (a Scale, a Binding)
 * @throws ApiError 400 for a value of a wrong type, and for unknown or repeated fields where they are refused (`Strict`)
 */
export function checkedBody(kind: Kind, call: Call, body: KubeObject, about: About = kind): KubeObject {
  // What is of another kind or version altogether is refused by those who know what was expected.
  const isOwn =
    (!body.kind || body.kind === about.kind) && (!body.apiVersion || body.apiVersion === apiVersionOf(about))
  if (!isOwn) return body
  const refuse = (why: string) => cannotBe(about, why)
  const { object, unknown } = read(about, body, refuse)
  const said = [...unknown.map(unknownField), ...unknownToSchema(kind, body)]
  tell(call, [...said, ...duplicatesOf(body)], refuse)
  return object as unknown as KubeObject
}

/**
 * What a patch made, as its kind reads it.
 * @param patch the patch itself where it is a strategic one
 * @throws ApiError 422
 */
export function checkedPatch(kind: Kind, call: Call, patched: KubeObject, patch?: unknown): KubeObject {
  const isScale = patched.kind === "Scale"
  const about = {
    ...{ group: isScale ? "autoscaling" : kind.group, version: kind.version },
    kind: isScale ? "Scale" : kind.kind,
  }
  const shown = patch === undefined ? JSON.stringify(patched) : printed(patch)
  const refuse = (why: string) => invalidPatch(shown, why)
  if (patch !== undefined) checkWords(about, patched, refuse)
  const headless = wrongHead(patched)
  if (headless !== undefined) throw refuse(headless)
  const { object, unknown } = read(about, patched, refuse)
  const said = [...unknown.map(unknownField), ...unknownToSchema(kind, patched)]
  tell(call, patch === undefined ? said : said.toSorted(), refuse)
  return object as unknown as KubeObject
}

/** Only words count as a name. */
const word = (value: unknown): string => (typeof value === "string" ? value : "")
const goKind = ({ apiVersion, kind }: KubeObject): string =>
  `${apiVersion.includes("/") ? "" : "/"}${apiVersion}, Kind=${kind}`

/** By what the configuration says itself, as Go prints it. */
const appliedName = (config: KubeObject): string =>
  `${word(config.metadata?.namespace)}/${word(config.metadata?.name)}; ${goKind(config)}`

/** @throws ApiError 500, as a real server answers a server-side apply whose fields or types do not fit */
export function checkApplied(kind: Kind, config: KubeObject): void {
  const type = structOfKind(kind.group, kind.kind)
  const why = type === undefined ? undefined : appliedTrouble(type, config)
  if (why === undefined) return
  throw new ApiError(500, "", `failed to create typed patch object (${appliedName(config)}): ${why}`)
}

/** What a server-side apply made, as its kind reads it. @throws ApiError 500 for a value that has a form of its own */
export function checkedMerge(kind: Kind, merged: KubeObject): KubeObject {
  const head = `failed to convert new object (${appliedName(merged)}) to proper version`
  const refuse = (why: string) =>
    new ApiError(500, "", `${head}: unable to convert unstructured object to ${goKind(merged)}: ${why}`)
  checkWords(kind, merged, refuse)
  return read(kind, merged, refuse).object as unknown as KubeObject
}

/**
 * The options in the body of a deletion.
 * @throws ApiError 500, as a real server answers what it cannot read here
 */
export function checkedOptions(body: unknown): Item {
  try {
    return decode(typeOf("meta.DeleteOptions"), (body ?? {}) as Item).object
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    throw new ApiError(500, "", error.message)
  }
}
