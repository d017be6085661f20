import { UsageError } from "../notebook/errors.ts"
import type { Federation } from "../notebook/federation.ts"
import { camel } from "../notebook/inputs.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { Site } from "../notebook/roles.ts"
import type { SiteSummary } from "./events.ts"
import type { Memory } from "./journal-memory.ts"

/**
 * Refuses to work with another federation in this folder: another name, or a known site name with another identity
 * (its server). Sites may join and leave.
 * @throws UsageError naming both
 */
export function assertSameFederation(
  notebook: Notebook,
  federation: Federation,
  memory: Memory,
  folder: string,
): void {
  if (memory.federation !== undefined && memory.federation !== federation.name) {
    throw new UsageError(
      `${folder} belongs to the federation ${memory.federation}, not to ${federation.name}`,
      {
        fix: "give this federation a folder of its own (--state DIR) or another name",
      },
    )
  }
  const names = Object.keys(notebook.inputs).filter((name) => notebook.inputs[name]!.identity === true)
  for (const site of federation.sites) {
    const before = memory.known.get(site.name)
    for (const name of before === undefined ? [] : names) {
      const was = before!.given[name]
      const is = (site as Record<string, unknown>)[camel(name)]
      if (was !== undefined && is !== undefined && was !== is) {
        throw new UsageError(
          `the ${name} of ${site.name} was ${String(was)} in this folder and is ${String(is)} now`,
          {
            why: `${folder} has a site of that name from an earlier run of the federation ${federation.name}`,
            fix: "if it is another federation, give it another name (--name, or federation: in the file) or folder (--state DIR); if the site moved, give it another site name",
          },
        )
      }
    }
  }
}

/** What the journal keeps of the sites and inputs: the values that were given, identities always, secrets never. */
export function summaries(
  notebook: Notebook,
  federation: Federation,
): { sites: SiteSummary[]; given: Record<string, unknown> } {
  const kept = (
    per: "site" | "federation",
    holder: Record<string, unknown>,
    prefix: string,
  ): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(notebook.inputs).flatMap(([name, input]) => {
        const value = holder[camel(name)]
        const origin = federation.origins[`${prefix}${name}`]
        const given = origin !== undefined && origin !== "default"
        if (input.per !== per || input.secret || value === undefined || !(given || input.identity)) return []
        return [[name, value]]
      }),
    )
  return {
    sites: federation.sites.map((site: Site) => ({
      name: site.name,
      role: site.role,
      given: kept("site", site as Record<string, unknown>, `${site.name}.`),
    })),
    given: kept("federation", federation.values, ""),
  }
}
