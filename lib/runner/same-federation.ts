import { UsageError } from "../notebook/errors.ts"
import { currentSites, type Federation } from "../notebook/federation.ts"
import { camel } from "../notebook/inputs.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { Site } from "../notebook/roles.ts"
import type { Redactor } from "../notebook/secrets.ts"
import type { Moved, SiteSummary } from "./events.ts"
import type { Memory } from "./journal-memory.ts"
import { keepEarlierPlaces, movedSites, placeDifferences } from "./places.ts"
import type { State } from "./state.ts"

/**
 * Refuses to work with another federation in this folder: another name, or sites of which none is where the folder knows it.
 * Sites may join, leave and move.
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
  const known = federation.sites.flatMap((site) => {
    const before = memory.sites.get(site.name)?.given
    return before === undefined ? [] : [{ site, before }]
  })
  const elsewhere = known.flatMap(({ site, before }) => {
    const name = placeDifferences(notebook, before, site).find(
      (one) => notebook.inputs[one]!.identity === true,
    )
    return name === undefined ? [] : [{ site, name, before }]
  })
  if (elsewhere.length === 0 || elsewhere.length < known.length) return
  const { site, name, before } = elsewhere[0]!
  throw new UsageError(
    `the ${name} of ${site.name} was ${String(before[name])} in this folder and is ${String((site as Record<string, unknown>)[camel(name)])} now`,
    {
      why: `${folder} has ${known.length === 1 ? "a site of that name" : "sites of these names, all of them somewhere else,"} from an earlier run of the federation ${federation.name}`,
      fix: "if it is another federation, give it another name (--name, or federation: in the file) or folder (--state DIR); if all of it moved, remove the earlier one first (teardown)",
    },
  )
}

/** The first line of a run, or an answer, takes these with it: who the sites are, and which of them have moved. */
export function sitesOf(
  notebook: Notebook,
  federation: Federation,
  state: State,
): { sites: SiteSummary[]; given: Record<string, unknown>; moved?: Moved[] } {
  const moved = movedSites(notebook, federation, state.journal.memory)
  keepEarlierPlaces(state, moved)
  return { ...summaries(notebook, federation), ...(moved.length > 0 && { moved }) }
}

/** Keeps the answers outside a run: later runs use them as earlier answers. */
export async function recordSites(
  notebook: Notebook,
  federation: Federation,
  state: State,
  redactor: Redactor,
): Promise<void> {
  const event = {
    type: "answered" as const,
    federation: federation.name,
    ...sitesOf(notebook, federation, state),
  }
  await state.journal.append(redactor.deep(event)).durable
}

/** What the journal keeps of the sites and inputs: the values that were given, identities always, secrets never. */
function summaries(
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
        if (input.per !== per || input.secret || input.approval || value === undefined) return []
        if (!given && !input.identity) return []
        return [[name, value]]
      }),
    )
  return {
    sites: currentSites(federation).map((site: Site) => ({
      name: site.name,
      role: site.role,
      ...(site.party !== undefined && { party: site.party }),
      given: kept("site", site as Record<string, unknown>, `${site.name}.`),
    })),
    given: kept("federation", federation.values, ""),
  }
}
