/** Merge, JSON and strategic merge patches. None changes what it is given. */
import jsonPatch, { type Operation } from "fast-json-patch"
import type { KubeObject } from "../../cluster/types.ts"
import { type Item, isMap, isSet, listKeys, sameItem } from "./lists.ts"
import { type About, ApiError, badRequest, invalid } from "./status.ts"

/** RFC 7386. */
export const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isMap(patch)) return patch
  const result: Item = isMap(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  }
  return result
}

/** RFC 6902. @throws ApiError 422 when an operation does not apply, 400 for what is no patch */
export const applyJsonPatch = (target: KubeObject, patch: unknown, about: About): KubeObject => {
  if (!Array.isArray(patch)) {
    throw badRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch")
  }
  try {
    return jsonPatch.applyPatch(structuredClone(target), patch as Operation[], true, true).newDocument
  } catch (error) {
    const { name, message } = error as Error
    throw new ApiError(
      422,
      "Invalid",
      name === "TEST_OPERATION_FAILED"
        ? "the server rejected our request due to an error in our request: testing value failed"
        : `the server rejected our request due to an error in our request: ${message.split("\n")[0]}`,
      { kind: about.plural, name: target.metadata.name },
    )
  }
}

const LIST_DELETE = "$deleteFromPrimitiveList/"
const ORDER = "$setElementOrder/"

const mergeList = (field: string, current: readonly unknown[], patch: readonly unknown[]): unknown[] => {
  const replace = patch.find((it) => isMap(it) && it.$patch === "replace")
  if (replace !== undefined) return patch.filter((it) => it !== replace)
  const keys = listKeys(field, [...current, ...patch], true, true)
  if (keys === undefined) return isSet(field) ? [...new Set([...current, ...patch])] : [...patch]
  let result = current as Item[]
  for (const item of patch as Item[]) {
    const at = result.findIndex((it) => sameItem(it, item, keys))
    const { $patch, ...rest } = item
    if ($patch === "delete") result = result.filter((_, index) => index !== at)
    else if (at < 0) result = [...result, strategicMerge({}, rest) as Item]
    else result = result.map((it, index) => (index === at ? (strategicMerge(it, rest) as Item) : it))
  }
  return result
}

/** The order that a client asked for; items it did not name come last. */
const ordered = (field: string, list: unknown, order: unknown): unknown => {
  if (!Array.isArray(list) || !Array.isArray(order)) return list
  const keys = listKeys(field, list, true, true)
  const rank = (item: unknown) => {
    const at = order.findIndex((it) => (keys === undefined ? it === item : sameItem(it, item as Item, keys)))
    return at < 0 ? order.length : at
  }
  return [...list].sort((a, b) => rank(a) - rank(b))
}

/** Strategic merge patch of a built-in kind. */
export const strategicMerge = (target: unknown, patch: unknown): unknown => {
  if (!isMap(patch)) return patch
  const { $patch, $retainKeys, ...rest } = patch
  if ($patch === "replace") return rest
  if ($patch === "delete") return undefined
  const result: Item = isMap(target) ? { ...target } : {}
  if (Array.isArray($retainKeys)) {
    for (const key of Object.keys(result)) if (!$retainKeys.includes(key)) delete result[key]
  }
  for (const [key, value] of Object.entries(rest)) {
    if (key.startsWith(ORDER)) continue
    if (key.startsWith(LIST_DELETE)) {
      const field = key.slice(LIST_DELETE.length)
      if (Array.isArray(result[field])) {
        result[field] = result[field].filter((it) => !(value as unknown[]).includes(it))
      }
    } else if (value === null) delete result[key]
    else if (Array.isArray(value)) {
      result[key] = mergeList(key, Array.isArray(result[key]) ? result[key] : [], value)
    } else {
      const merged = strategicMerge(result[key], value)
      if (merged === undefined) delete result[key]
      else result[key] = merged
    }
  }
  for (const [key, value] of Object.entries(rest)) {
    if (!key.startsWith(ORDER)) continue
    const field = key.slice(ORDER.length)
    if (result[field] !== undefined) result[field] = ordered(field, result[field], value)
  }
  return result
}

/** A patched object must still be one. */
export const checkPatched = (patched: unknown, about: About, name: string): KubeObject => {
  if (!isMap(patched) || !isMap(patched.metadata)) {
    throw invalid(about, name, [{ reason: "FieldValueInvalid", message: "the patch leaves no object" }])
  }
  return patched as KubeObject
}
