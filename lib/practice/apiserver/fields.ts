/** Who owns which field: leaf paths of objects, and `metadata.managedFields` in the FieldsV1 form. */
import { isDeepStrictEqual } from "node:util"
import type { KubeObject } from "../../cluster/types.ts"
import { isMap, isSet, keyOf, listKeys } from "./lists.ts"

/** A leaf's path, its parts (`f:spec`, `k:{"name":"a"}`, `v:x`) joined. List items are paths of their own. */
export type Path = string
export type Paths = Map<Path, unknown>

const SEPARATOR = "\u0000"
export const joinPath = (parts: readonly string[]): Path => parts.join(SEPARATOR)
export const splitPath = (path: Path): string[] => path.split(SEPARATOR)

/** As an error names it: `.spec.template.spec.containers[name="app"].image`. */
export const describePath = (path: Path): string =>
  splitPath(path)
    .map((part) => {
      if (part.startsWith("f:")) return `.${part.slice(2)}`
      if (part.startsWith("v:")) return `[=${part.slice(2)}]`
      const keys = Object.entries(JSON.parse(part.slice(2)) as object)
      return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`
    })
    .join("")

/** Set by the server, owned by nobody. */
const UNOWNED = new Set(
  [
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "generateName",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
  ].map((one) => joinPath(["f:metadata", `f:${one}`])),
)

/** Maps that have one owner as a whole. */
const ATOMIC = new Set([
  "selector",
  "nodeSelector",
  "roleRef",
  "secretRef",
  "configMapKeyRef",
  "secretKeyRef",
])

function collect(value: unknown, path: string[], field: string, builtin: boolean, into: Paths): void {
  if (isMap(value)) {
    const entries = Object.entries(value)
    const whole = builtin && ATOMIC.has(field)
    if (whole || (entries.length === 0 && path.length > 0)) into.set(joinPath(path), value)
    for (const [key, inner] of whole ? [] : entries) {
      const at = [...path, `f:${key}`]
      if (path.length === 1 && UNOWNED.has(joinPath(at))) continue
      if (inner !== undefined) collect(inner, at, key, builtin, into)
    }
    return
  }
  if (Array.isArray(value)) {
    // Go leaves empty lists out.
    if (value.length === 0 && builtin) return
    const keys = value.length === 0 ? undefined : listKeys(field, value, builtin)
    if (keys !== undefined) {
      for (const item of value) {
        const at = [...path, `k:${JSON.stringify(keyOf(item, keys))}`]
        into.set(joinPath(at), true)
        collect(item, at, "", builtin, into)
      }
      return
    }
    if (isSet(field)) {
      for (const item of value) into.set(joinPath([...path, `v:${JSON.stringify(item)}`]), true)
      return
    }
  }
  into.set(joinPath(path), value)
}

/** The leaves of an object (of its status alone, or of all else) with their values. */
export function leavesOf(object: KubeObject, builtin: boolean): Paths {
  const { apiVersion, kind, ...rest } = object
  const into: Paths = new Map()
  collect(rest, [], "", builtin, into)
  return into
}

/** One entry of `metadata.managedFields`. */
export interface Managed {
  manager: string
  operation: "Apply" | "Update"
  subresource?: string
  paths: Set<Path>
  time: string
}

/** The paths of trees that are in stored objects, which never change: nearly every write reads those of the last one. */
const decoded = new WeakMap<object, readonly Path[]>()

function encode(paths: ReadonlySet<Path>): object {
  interface Tree {
    [part: string]: Tree
  }
  const root: Tree = {}
  for (const path of paths) {
    let at = root
    for (const part of splitPath(path)) {
      at[part] ??= {}
      at = at[part]
    }
    if (splitPath(path).at(-1)!.startsWith("k:")) at["."] = {}
  }
  decoded.set(root, [...paths])
  return root
}

function decode(tree: unknown, path: string[], into: Set<Path>): Set<Path> {
  const entries = Object.entries((tree ?? {}) as object)
  if (entries.length === 0 && path.length > 0) into.add(joinPath(path))
  for (const [part, inner] of entries) {
    if (part === ".") {
      if (path.at(-1)?.startsWith("k:")) into.add(joinPath(path))
    } else decode(inner, [...path, part], into)
  }
  return into
}

function pathsOf(fields: unknown): Set<Path> {
  if (typeof fields !== "object" || fields === null) return decode(fields, [], new Set())
  const known = decoded.get(fields) ?? [...decode(fields, [], new Set())]
  decoded.set(fields, known)
  return new Set(known)
}

export const readManaged = (object: KubeObject | undefined): Managed[] =>
  ((object?.metadata as { managedFields?: Record<string, unknown>[] } | undefined)?.managedFields ?? [])
    .filter((one) => typeof one.manager === "string")
    .map((one) => ({
      manager: one.manager as string,
      operation: one.operation === "Apply" ? "Apply" : "Update",
      ...(one.subresource === undefined ? {} : { subresource: one.subresource as string }),
      paths: pathsOf(one.fieldsV1),
      time: (one.time as string | undefined) ?? "",
    }))

/** Applied fields come first, then the older ones. */
function inOrder(a: Managed, b: Managed): number {
  const keys = (one: Managed) => [one.operation, one.time, one.manager, one.subresource ?? ""]
  const [x, y] = [keys(a), keys(b)]
  const at = x.findIndex((one, index) => one !== y[index])
  return at < 0 ? 0 : x[at]! < y[at]! ? -1 : 1
}

export const writeManaged = (entries: readonly Managed[], apiVersion: string): object[] =>
  entries
    .filter((entry) => entry.paths.size > 0)
    .toSorted(inOrder)
    .map(({ manager, operation, subresource, paths, time }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: "FieldsV1",
      fieldsV1: encode(paths),
      ...(subresource === undefined ? {} : { subresource }),
    }))

export const isSame = (
  a: Managed,
  b: { manager: string; operation: string; subresource?: string },
): boolean => a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource

/** The owners after a write that is no apply: what it changed is its own, what it dropped is nobody's. */
export function trackUpdate(
  current: KubeObject | undefined,
  next: KubeObject,
  by: { manager: string; subresource?: string },
  builtin: boolean,
  time: string,
): Managed[] {
  const before = current === undefined ? new Map<Path, unknown>() : leavesOf(current, builtin)
  const after = leavesOf(next, builtin)
  const changed = new Set<Path>()
  for (const [path, value] of after) {
    if (!before.has(path) || !isDeepStrictEqual(before.get(path), value)) changed.add(path)
  }
  const entries = readManaged(next).map((entry) => ({
    ...entry,
    paths: new Set([...entry.paths].filter((path) => !changed.has(path) && after.has(path))),
  }))
  if (changed.size === 0) return entries
  const own = {
    manager: by.manager,
    operation: "Update" as const,
    ...(by.subresource ? { subresource: by.subresource } : {}),
  }
  const mine = entries.find((entry) => isSame(entry, own))
  if (mine === undefined) return [...entries, { ...own, paths: changed, time }]
  for (const path of changed) mine.paths.add(path)
  mine.time = time
  return entries
}
