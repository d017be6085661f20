/** Where a step can run beside the sites of one role. */
export type Scope = "every site" | "here" | "link" | "federation"
export const SCOPES: readonly Scope[] = ["every site", "here", "link", "federation"]

/** How many sites a role has in one federation. */
export type Cardinality = "one" | "many"

/** The roles of a notebook, in the order in which their sites are shown: `{ superlink: "one", supernode: "many" }`. */
export type Roles = Readonly<Record<string, Cardinality>>

/**
 * The two roles that a link joins: a `link` step runs once per site of `from`, with the site of `to` as its peer. Of two
 * roles with one site each, the second links to the first.
 * @returns nothing where the roles do not say it: there are not two, or both have many sites
 */
export function linkRoles(roles: Roles): { readonly from: string; readonly to: string } | undefined {
  const names = Object.keys(roles)
  const to = names.find((role) => roles[role] === "one")
  const from = names.find((role) => role !== to)
  return names.length === 2 && to !== undefined && from !== undefined ? { from, to } : undefined
}

/** One participant: a name, its role and the values of its per-site inputs by their camelCase names. */
export type Site<Values = Record<string, unknown>> = Readonly<Values> & {
  readonly name: string
  readonly role: string
  /** The party that it belongs to, where that is not whoever runs this: nobody here logs in to it. */
  readonly party?: string
}

/** The key under which a role's sites stand in the federation file: `superlink`, `supernodes`. */
export function fileKey(role: string, cardinality: Cardinality): string {
  return cardinality === "one" ? role : `${role}s`
}

/** The sites of a federation that have no names yet. `many`: the number of sites of a `many` role. */
export const unnamedSites = (
  roles: Roles,
  many: (role: string) => number,
): { name: string; role: string }[] =>
  Object.entries(roles).flatMap(([role, cardinality]) =>
    Array.from({ length: cardinality === "one" ? 1 : many(role) }, (_, index) => ({
      role,
      name: defaultSiteName(role, cardinality, index + 1),
    })),
  )

/** The name of the n-th site (from 1) of a role that has not been given one: `superlink`, `supernode-2`. */
export function defaultSiteName(role: string, cardinality: Cardinality, n: number): string {
  return cardinality === "one" ? role : `${role}-${n}`
}
