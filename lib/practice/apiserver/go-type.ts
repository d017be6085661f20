/** The types of fields, read from the words of kube-types.ts and openshift-types.ts. */
import { structs as kubernetes, named } from "./kube-types.ts"
import { openshiftStructs } from "./openshift-types.ts"

export interface Field {
  readonly name: string
  readonly type: GoType
  /** May be nil, so that false, 0 and an empty text are kept. */
  readonly pointer: boolean
  /** Left out of the answer when it is empty. */
  readonly omitempty: boolean
}

export type GoType = {
  /** As the server's messages call it. */
  readonly words: string
} & (
  | { readonly is: "struct"; readonly name: string; readonly fields: ReadonlyMap<string, Field> }
  | { readonly is: "map"; readonly value: GoType }
  | { readonly is: "list"; readonly item: GoType; readonly pointers: boolean }
  | { readonly is: "int"; readonly bits: 8 | 32 | 64 }
  | { readonly is: "string" | "bool" | "bytes" | "float" }
  /** Reads its own JSON. */
  | { readonly is: "own"; readonly name: string }
)

const structs: Readonly<Record<string, string>> = { ...kubernetes, ...openshiftStructs }

/** Go names a type by its package, and those of the API are all called `v1`. */
const inGo = (words: string): string =>
  words.replaceAll(/\b(?!resource\.|types\.|intstr\.)[a-z]+\.(?=[A-Z])/g, "v1.")

const known = new Map<string, GoType>()

/** The type of these words. */
export function typeOf(words: string): GoType {
  let found = known.get(words)
  if (found === undefined) {
    found = read(words)
    known.set(words, found)
  }
  return found
}

const INTS: Readonly<Record<string, 8 | 32 | 64>> = { uint8: 8, int32: 32, int64: 64, int: 64 }

function read(words: string): GoType {
  const base = { words: inGo(words) }
  if (words === "[]uint8") return { ...base, is: "bytes" }
  const item = words.startsWith("[]") ? words.slice(2) : undefined
  if (item !== undefined)
    return {
      ...base,
      is: "list",
      item: typeOf(item.replace(/^\*/, "")),
      pointers: item.startsWith("*"),
    }
  const [, value] = /^map\[[^\]]+\](.*)$/.exec(words) ?? []
  if (value !== undefined) return { ...base, is: "map", value: typeOf(value.replace(/^\*/, "")) }
  if (words === "bool" || words === "string") return { ...base, is: words }
  if (words === "float64") return { ...base, is: "float" }
  if (INTS[words] !== undefined) return { ...base, is: "int", bits: INTS[words] }
  if (structs[words] !== undefined) return structOf(words, base.words)
  const alias = named[words]
  if (alias === undefined) return { ...base, is: "string" }
  return alias === "!" ? { ...base, is: "own", name: words } : ({ ...typeOf(alias), ...base } as GoType)
}

function structOf(name: string, words: string): GoType {
  const fields = new Map<string, Field>()
  const type: GoType = { words, is: "struct", name: name.split(".")[1]!, fields }
  known.set(name, type) // before its fields: some structs hold themselves
  for (const one of structs[name]!.split(" ").filter((it) => it !== "")) {
    const [, field, omitempty, pointer, inner] = /^([^?:]+)(\??):(\*?)(.*)$/.exec(one)!
    fields.set(field!, {
      name: field!,
      type: typeOf(inner!),
      pointer: pointer === "*",
      omitempty: omitempty === "?",
    })
  }
  return type
}

const GROUPS: Readonly<Record<string, string>> = {
  "": "core",
  "rbac.authorization.k8s.io": "rbac",
  "apiextensions.k8s.io": "apiextensions",
  "admissionregistration.k8s.io": "admissionregistration",
  "authentication.k8s.io": "authentication",
  "authorization.k8s.io": "authorization",
  "discovery.k8s.io": "discovery",
  "networking.k8s.io": "networking",
  "storage.k8s.io": "storage",
  "coordination.k8s.io": "coordination",
  "route.openshift.io": "route",
  "project.openshift.io": "project",
}

/** The struct of a kind; nothing for kinds that are not built in. */
export function structOfKind(group: string, kind: string): GoType | undefined {
  const name = `${GROUPS[group] ?? group}.${kind}`
  return structs[name] === undefined ? undefined : typeOf(name)
}
