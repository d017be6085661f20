/** Which kinds are served: a table of the built-in ones, and those that CustomResourceDefinitions add. */
import type { KubeObject } from "../../cluster/types.ts"
import { builtinKinds } from "./builtin-kinds.ts"
import { ALL_VERBS, apiVersionOf, type Kind } from "./kind.ts"
import { versionOrder } from "./version-order.ts"

/** One of `spec.versions`. */
interface Version {
  name: string
  subresources?: { status?: unknown }
  schema?: { openAPIV3Schema?: object }
  additionalPrinterColumns?: { name: string; jsonPath: string; type?: string }[]
}

/** A CRD's served versions as kinds. */
function kindsOf(crd: KubeObject): Kind[] {
  const { group, names, scope, versions = [] } = crd.spec
  return versions
    .filter((one: { served?: boolean }) => one.served !== false)
    .map((one: Version) => ({
      group,
      version: one.name,
      kind: names.kind,
      listKind: names.listKind ?? `${names.kind}List`,
      plural: names.plural,
      singular: names.singular ?? String(names.kind).toLowerCase(),
      shortNames: names.shortNames ?? [],
      categories: names.categories ?? [],
      namespaced: scope === "Namespaced",
      verbs: ALL_VERBS,
      status: one.subresources?.status !== undefined,
      generation: true,
      subresources:
        one.subresources?.status === undefined
          ? []
          : [{ name: "status", kind: names.kind, verbs: ["get", "patch", "update"] }],
      builtin: false,
      defined: true,
      virtual: false,
      key: `${group}/${names.plural}`,
      schema: one.schema?.openAPIV3Schema,
      columns: one.additionalPrinterColumns,
    }))
}

export type Groups = ReadonlyMap<string, ReadonlyMap<string, readonly Kind[]>>

interface Index {
  words: ReadonlyMap<string, Kind>
  keys: ReadonlyMap<string, Kind>
  groups: Groups
}

function indexOf(all: readonly Kind[]): Index {
  const words = new Map<string, Kind>()
  const keys = new Map<string, Kind>()
  for (const kind of all.toReversed()) {
    words.set(`${apiVersionOf(kind)} ${kind.kind}`, kind)
    keys.set(kind.key, kind)
  }
  const groups = new Map<string, Map<string, Kind[]>>()
  for (const kind of all.toSorted((a, b) => versionOrder(a.version, b.version))) {
    const versions = groups.get(kind.group) ?? new Map<string, Kind[]>()
    groups.set(kind.group, versions)
    versions.set(kind.version, [...(versions.get(kind.version) ?? []), kind])
  }
  return { words, keys, groups }
}

/** The kinds served now. */
export class Kinds {
  #byPath = new Map<string, Kind>()
  /** By their words, by storage key and by group: made once after each change. */
  #index: Index | undefined
  #listeners = new Set<() => void>()
  constructor(openshift: boolean) {
    for (const kind of builtinKinds(openshift)) this.#byPath.set(this.#path(kind), kind)
    this.onChange(() => {
      this.#index = undefined
    })
  }
  #path({ group, version, plural }: { group: string; version: string; plural: string }) {
    return `${group}/${version}/${plural}`
  }
  /** By the parts of a request's path. */
  served(group: string, version: string, plural: string): Kind | undefined {
    return this.#byPath.get(this.#path({ group, version, plural }))
  }
  /** By an object's own words. */
  of(apiVersion: string, kind: string): Kind | undefined {
    return this.#indexed().words.get(`${apiVersion} ${kind}`)
  }
  /** Any version of a kind, by its storage key. */
  byKey(key: string): Kind | undefined {
    return this.#indexed().keys.get(key)
  }
  all(): Kind[] {
    return [...this.#byPath.values()]
  }
  /** Group → version → kinds; the preferred version first. The same map until the kinds change. */
  groups(): Groups {
    return this.#indexed().groups
  }
  #indexed(): Index {
    this.#index ??= indexOf(this.all())
    return this.#index
  }
  /** Serves what a CRD defines (again, when it changed). */
  define(crd: KubeObject): void {
    this.undefine(crd)
    for (const kind of kindsOf(crd)) this.#byPath.set(this.#path(kind), kind)
    for (const listener of [...this.#listeners]) listener()
  }
  undefine(crd: KubeObject): void {
    const key = `${crd.spec.group}/${crd.spec.names.plural}`
    for (const [path, kind] of this.#byPath) if (kind.key === key && kind.defined) this.#byPath.delete(path)
    for (const listener of [...this.#listeners]) listener()
  }
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }
}
