/** Merge, JSON and strategic merge patches. None changes what it is given. */
import type { KubeObject } from "../../cluster/types.ts"
import { jsonPatch } from "./json-patch.ts"
import { type Item, isMap, isSet, listKeys, sameItem } from "./lists.ts"
import { type About, ApiError, badRequest, invalid, invalidPatch } from "./status.ts"

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch
  const result: Item = isMap(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  }
  return result
}

/** RFC 6902. @throws ApiError 422 when an operation does not apply, 400 for what is no patch */
export function applyJsonPatch(target: KubeObject, patch: unknown): KubeObject {
  if (!Array.isArray(patch)) {
    throw badRequest(
      "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
    )
  }
  try {
    return jsonPatch(target, patch) as KubeObject
  } catch {
    // A real server keeps to itself which operation it was.
    throw new ApiError(422, "Invalid", "the server rejected our request due to an error in our request", {})
  }
}

const LIST_DELETE = "$deleteFromPrimitiveList/"
const ORDER = "$setElementOrder/"

function mergeList(field: string, current: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const replace = patch.find((one) => isMap(one) && one.$patch === "replace")
  if (replace !== undefined) return patch.filter((one) => one !== replace)
  const keys = listKeys(field, [...current, ...patch], true, true)
  if (keys === undefined) return isSet(field) ? [...new Set([...patch, ...current])] : [...patch]
  const same = (a: unknown, b: unknown) => sameItem(a as Item, b as Item, keys)
  const named: { item: Item; at: number }[] = []
  for (const { $patch, ...rest } of patch as Item[]) {
    const at = current.findIndex((one) => same(one, rest))
    if ($patch !== "delete") named.push({ item: strategicMerge(current[at] ?? {}, rest) as Item, at })
  }
  const others = current
    .map((item, at) => ({ item: item as Item, at }))
    .filter(({ item }) => !(patch as Item[]).some((one) => same(one, item)))
  // Items that the patch names keep its order; the others go where they stood, as far as both are known.
  const result: Item[] = []
  while (named.length > 0 || others.length > 0) {
    const first = named[0]
    const other = others[0]
    const takesOther = first === undefined || (other !== undefined && other.at < first.at)
    result.push((takesOther ? others : named).shift()!.item)
  }
  return result
}

/** The order that a client asked for; items it did not name come last. */
function ordered(field: string, list: unknown, order: unknown): unknown {
  if (!Array.isArray(list) || !Array.isArray(order)) return list
  const keys = listKeys(field, list, true, true)
  const rank = (item: unknown) => {
    const at = order.findIndex((one) =>
      keys === undefined ? one === item : sameItem(one, item as Item, keys),
    )
    return at < 0 ? order.length : at
  }
  return [...list].sort((a, b) => rank(a) - rank(b))
}

/** Strategic merge patch of a built-in kind. */
export function strategicMerge(target: unknown, patch: unknown): unknown {
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
        result[field] = result[field].filter((one) => !(value as unknown[]).includes(one))
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
export function checkPatched(patched: unknown, about: About, name: string): KubeObject {
  if (!isMap(patched) || !isMap(patched.metadata)) {
    throw invalid(about, name, [{ reason: "FieldValueInvalid", message: "the patch leaves no object" }])
  }
  if (typeof patched.kind === "string" && patched.kind !== about.kind) {
    throw invalidPatch(JSON.stringify(patched), "it is of another kind")
  }
  if (patched.metadata.name !== name)
    throw badRequest(
      `the name of the object (${patched.metadata.name}) does not match the name on the URL (${name})`,
    )
  return patched as KubeObject
}
