/** Server-side apply: fields belong to managers; what a manager stops applying goes, what others own conflicts. */
import { isDeepStrictEqual } from "node:util"
import type { KubeObject } from "../../cluster/types.ts"
import {
  describePath,
  isSame,
  joinPath,
  leavesOf,
  type Managed,
  type Path,
  readManaged,
  splitPath,
  writeManaged,
} from "./fields.ts"
import { type Item, isMap, isSet, keyOf, listKeys, sameItem } from "./lists.ts"
import { ApiError } from "./status.ts"

function merge(target: unknown, config: unknown, field: string, builtin: boolean): unknown {
  if (isMap(config)) {
    const result: Item = isMap(target) ? { ...target } : {}
    for (const [key, value] of Object.entries(config)) {
      if (value !== null && value !== undefined) result[key] = merge(result[key], value, key, builtin)
    }
    return result
  }
  if (!Array.isArray(config) || !Array.isArray(target)) return config
  const keys = listKeys(field, [...target, ...config], builtin)
  if (keys === undefined) return isSet(field) ? [...new Set([...target, ...config])] : config
  const kept: Item[] = target.map((item) => {
    const wanted = config.find((one) => sameItem(one, item, keys))
    return wanted === undefined ? item : (merge(item, wanted, "", builtin) as Item)
  })
  return [...kept, ...config.filter((one) => !target.some((item) => sameItem(one, item, keys)))]
}

function finds(part: string) {
  const wanted = JSON.parse(part.slice(2)) as Item
  const keys = Object.keys(wanted)
  return (item: unknown) => (isMap(item) ? isDeepStrictEqual(keyOf(item, keys), wanted) : item === wanted)
}

/** The value without what is at a path; maps and lists that become empty go with it. */
function without(value: unknown, parts: readonly string[]): unknown {
  const [part, ...rest] = parts
  if (part === undefined) return undefined
  if (part.startsWith("f:")) {
    const key = part.slice(2)
    if (!isMap(value) || !(key in value)) return value
    const { [key]: inner, ...others } = value
    const left = without(inner, rest)
    const result = left === undefined ? others : { ...value, [key]: left }
    return Object.keys(result).length === 0 ? undefined : result
  }
  if (!Array.isArray(value)) return value
  const is = finds(part)
  const items = value
    .map((item) => (is(item) ? without(item, rest) : item))
    .filter((one) => one !== undefined)
  return items.length === 0 ? undefined : items
}

function valueAt(value: unknown, parts: readonly string[]): unknown {
  const [part, ...rest] = parts
  if (part === undefined || value === undefined) return value
  if (part.startsWith("f:")) return valueAt(isMap(value) ? value[part.slice(2)] : undefined, rest)
  return Array.isArray(value) ? valueAt(value.find(finds(part)), rest) : undefined
}

/** An empty map, or an empty list of items told by keys, says nothing about what others put there. */
function addsNothing(parts: readonly string[], asked: unknown, live: unknown, builtin: boolean): boolean {
  if (isMap(asked)) return isMap(live)
  if (!Array.isArray(asked) || asked.length > 0 || !Array.isArray(live)) return false
  const field = parts.at(-1)!.slice(2)
  return isSet(field) || listKeys(field, live, builtin) !== undefined
}

function conflictError(found: readonly { manager: Managed; path: Path }[], apiVersion: string): ApiError {
  const who = ({ manager, operation, subresource }: Managed) =>
    `${JSON.stringify(manager)}${subresource ? ` with subresource "${subresource}"` : ""}${operation === "Update" ? ` using ${apiVersion}` : ""}`
  const groups = new Map<string, Path[]>()
  for (const { manager, path } of found) groups.set(who(manager), [...(groups.get(who(manager)) ?? []), path])
  const texts = [...groups].map(([name, paths]) =>
    found.length === 1
      ? `conflict with ${name}: ${describePath(paths[0]!)}`
      : `conflicts with ${name}:\n${paths.map((one) => `- ${describePath(one)}`).join("\n")}`,
  )
  const count = `${found.length} conflict${found.length === 1 ? "" : "s"}`
  return new ApiError(409, "Conflict", `Apply failed with ${count}: ${texts.join("\n")}`, {
    causes: found.map(({ manager, path }) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${who(manager)}`,
      field: describePath(path),
    })),
  })
}

const isItem = (path: Path): boolean => splitPath(path).at(-1)!.startsWith("k:")

/**
 * A path and the fields that it is in: whoever owns a field of a struct owns the struct. It goes with its last owned field, and takes
 * along what the server filled in, as the defaults of a probe.
 */
const withParents = (path: Path): Path[] =>
  splitPath(path).map((_, index, parts) => joinPath(parts.slice(0, index + 1)))

export interface ApplyOptions {
  manager: string
  force: boolean
  builtin: boolean
  subresource?: string
  now: string
}

/**
 * An object after a configuration was applied to it, its `managedFields` included.
 * @throws ApiError 409 naming the managers whose fields differ, unless forced
 */
export function applyConfiguration(
  current: KubeObject | undefined,
  config: KubeObject,
  { manager, force, builtin, subresource, now }: ApplyOptions,
): KubeObject {
  const own = { manager, operation: "Apply" as const, ...(subresource ? { subresource } : {}) }
  const wanted = new Set(leavesOf(config, builtin).keys())
  const entries = readManaged(current)
  const mine = entries.find((entry) => isSame(entry, own))
  const others = entries.filter((entry) => entry !== mine)

  const contested = [...wanted].filter((path) => {
    const parts = splitPath(path)
    if (!parts.at(-1)!.startsWith("f:")) return false
    const live = valueAt(current, parts)
    const asked = valueAt(config, parts)
    return live !== undefined && !isDeepStrictEqual(live, asked) && !addsNothing(parts, asked, live, builtin)
  })
  const conflicts = others.flatMap((one) =>
    contested.filter((path) => one.paths.has(path)).map((path) => ({ manager: one, path })),
  )
  if (conflicts.length > 0 && !force) throw conflictError(conflicts, config.apiVersion)
  for (const { manager: other, path } of conflicts) other.paths.delete(path)

  let result: unknown = merge(current ?? {}, config, "", builtin)
  const kept = new Set([...wanted, ...others.flatMap((one) => [...one.paths])].flatMap(withParents))
  // Whole items first, while they still have the keys that they are found by; an item goes only when nobody owns anything
  // in it. Then the deepest.
  const dropped = [...new Set([...(mine?.paths ?? [])].flatMap(withParents))]
    .filter((one) => !kept.has(one))
    .sort((a, b) => Number(isItem(b)) - Number(isItem(a)) || b.length - a.length)
  for (const path of dropped) result = without(result, splitPath(path))
  const unchanged = mine !== undefined && isDeepStrictEqual(mine.paths, wanted)
  const managed = [...others, { ...own, paths: wanted, time: unchanged ? mine.time : now }]
  const object = result as KubeObject
  return {
    ...object,
    metadata: {
      ...object.metadata,
      managedFields: writeManaged(managed, config.apiVersion),
    } as KubeObject["metadata"],
  }
}
