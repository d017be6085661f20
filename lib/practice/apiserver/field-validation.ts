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
import type { Item } from "./lists.ts"
import type { Call } from "./request.ts"
import { conform, type Schema } from "./schema.ts"
import { ApiError, badRequest, invalidPatch, Unreadable } from "./status.ts"
import { appliedTrouble } from "./typed-apply.ts"

type About = Pick<Kind, "group" | "version" | "kind">

const cannotBe = ({ kind, version }: About, why: string) =>
  badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`)

/** Unknown fields are told in the `Warning` header, unless the request asks for something else. */
function tell(call: Call, unknown: readonly string[], refuse: (why: string) => Error): void {
  const how = call.query.get("fieldValidation") || "Warn"
  if (unknown.length === 0 || how === "Ignore") return
  if (how === "Strict") throw refuse(`strict decoding error: ${unknown.join(", ")}`)
  const before = [call.response.getHeader("warning") ?? []].flat().map(String)
  call.response.setHeader("warning", [...before, ...unknown.map((one) => `299 - ${JSON.stringify(one)}`)])
}

const unknownField = (path: string) => `unknown field ${JSON.stringify(path)}`

/** @throws what `refuse` makes of the decoder's words */
function read(about: About, object: KubeObject, refuse: (why: string) => Error): Decoded | undefined {
  const type = structOfKind(about.group, about.kind)
  if (type === undefined) return undefined
  try {
    return decode(type, object as unknown as Item)
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
  const decoded = read(about, body, refuse)
  const unknown = decoded?.unknown.map(unknownField) ?? unknownToSchema(kind, body)
  tell(call, [...unknown, ...duplicatesOf(body)], refuse)
  return (decoded?.object as KubeObject | undefined) ?? body
}

/**
 * What a patch made, as its kind reads it.
 * @param patch the patch itself where it is a strategic one
 * @throws ApiError 422
 */
export function checkedPatch(kind: Kind, call: Call, patched: KubeObject, patch?: unknown): KubeObject {
  const about = { ...kind, kind: patched.kind }
  const type = structOfKind(patched.kind === "Scale" ? "autoscaling" : kind.group, patched.kind)
  const shown = patch === undefined ? JSON.stringify(patched) : printed(patch)
  const refuse = (why: string) => invalidPatch(shown, why)
  if (type === undefined) {
    tell(call, unknownToSchema(kind, patched), refuse)
    return patched
  }
  if (patch !== undefined) {
    try {
      checkMap(type, patched)
    } catch (error) {
      throw error instanceof Unreadable ? refuse(error.message) : error
    }
  }
  const { object, unknown } = read(
    patched.kind === "Scale" ? { ...about, group: "autoscaling" } : about,
    patched,
    refuse,
  )!
  const said = unknown.map(unknownField)
  tell(call, patch === undefined ? said : said.toSorted(), refuse)
  return object as unknown as KubeObject
}

/** By what the configuration says itself, as Go prints it. */
const appliedName = ({ apiVersion, kind, metadata }: KubeObject): string =>
  `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}; ${apiVersion.includes("/") ? "" : "/"}${apiVersion}, Kind=${kind}`

/** @throws ApiError 500, as a real server answers a server-side apply whose fields or types do not fit */
export function checkApplied(kind: Kind, config: KubeObject): void {
  const type = structOfKind(kind.group, kind.kind)
  const why = type === undefined ? undefined : appliedTrouble(type, config)
  if (why === undefined) return
  throw new ApiError(500, "", `failed to create typed patch object (${appliedName(config)}): ${why}`)
}

/** What a server-side apply made, as its kind reads it. @throws ApiError 500 for a value that has a form of its own */
export function checkedMerge(kind: Kind, merged: KubeObject): KubeObject {
  const refuse = (why: string) =>
    new ApiError(500, "", `failed to convert new typed object (${appliedName(merged)}) to object: ${why}`)
  return (read(kind, merged, refuse)?.object as KubeObject | undefined) ?? merged
}

/**
 * The options in the body of a deletion.
 * @throws ApiError 400
 */
export function checkedOptions(body: unknown): Item {
  try {
    return decode(typeOf("meta.DeleteOptions"), (body ?? {}) as Item).object
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    throw badRequest(`DeleteOptions in version "v1" cannot be handled as a DeleteOptions: ${error.message}`)
  }
}
