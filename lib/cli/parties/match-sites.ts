import { UsageError } from "../../notebook/errors.ts"
import type { Site } from "../../notebook/roles.ts"
import type { SiteNames } from "../../runner/crossing-values.ts"

/**
 * The sites of a request by the names that they have here: the same name, or else the same place among those of the role.
 * @throws UsageError where their numbers differ
 */
export function matchSites(
  wished: readonly { readonly name: string; readonly role: string }[],
  ours: readonly Site[],
  shown: string,
): SiteNames {
  const free = ours.filter(({ name, role }) => !wished.some((one) => one.name === name && one.role === role))
  const names = wished.map(({ name, role }) => {
    if (ours.some((one) => one.name === name && one.role === role)) return { theirs: name, ours: name }
    const index = free.findIndex((one) => one.role === role)
    const [found] = index === -1 ? [] : free.splice(index, 1)
    return { theirs: name, ours: found?.name }
  })
  const without = names.filter((one) => one.ours === undefined).map(({ theirs }) => theirs)
  if (
    without.length === 0 &&
    free.length === 0 &&
    new Set(names.map((one) => one.theirs)).size === names.length
  )
    return names as SiteNames
  throw new UsageError(
    `${shown} asks for ${wished.map(({ name, role }) => `${name} (${role})`).join(", ")}, and here the party has ${ours.map(({ name, role }) => `${name} (${role})`).join(", ")}`,
    {
      fix: "make the sites of this party in the federation file those that it asks for, or ask for another request",
    },
  )
}
