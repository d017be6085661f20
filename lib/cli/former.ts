/** What is no longer in the federation: its lines under plans, states and runs, and its sites for a teardown. */
import { flagLayer } from "../inputs/flag-layer.ts"
import { emptyLayer, layerOf } from "../inputs/layers.ts"
import { originKey, resolveInputs } from "../inputs/resolve.ts"
import { UsageError } from "../notebook/errors.ts"
import { currentSites, type Federation, type Origin } from "../notebook/federation.ts"
import type { Site } from "../notebook/roles.ts"
import type { Memory } from "../runner/journal-memory.ts"
import { type FormerSite, formerSites, formerText, originalName } from "../runner/places.ts"
import { type Call, federationFlags } from "./call.ts"

/**
 * One sentence for each, and how to remove them; nothing where there are none.
 * @param federation its own former sites are shown by other means
 */
export function formerLines(
  call: Pick<Call, "notebook" | "io" | "flags">,
  federation: Federation,
  memory: Memory | undefined,
): string[] {
  const { notebook, io } = call
  const former = formerSites(notebook, { ...federation, sites: currentSites(federation) }, memory).filter(
    ({ name }) => federation.former?.has(name) !== true,
  )
  const removable = former.filter(({ takenBy }) => takenBy === undefined)
  const hasTeardown = (notebook.teardown ?? notebook).steps.some((step) => step.delete !== undefined)
  const which = removable.length === 1 ? `--site ${removable[0]!.name}` : "--gone"
  const command = `${io.program} teardown ${which}${federationFlags(call)}`
  return [
    ...former.map((site) => formerText(notebook, site)),
    ...(hasTeardown && removable.length > 0 ? [`to see what is there, and to delete it: ${command}`] : []),
  ]
}

/** The federation with the former sites that the call means, marked as such. @throws UsageError where one cannot be told apart */
export function withFormer(
  call: Call,
  memory: Memory | undefined,
  federation: Federation,
  which: "named" | "all" | undefined,
): Federation {
  if (which === undefined) return federation
  const named = call.flags.list("site")
  const all = formerSites(call.notebook, federation, memory)
  const meant = all.filter(({ name, takenBy }) =>
    named.length > 0 ? named.includes(name) : which === "all" && takenBy === undefined,
  )
  for (const site of meant) refuseShared(call, site)
  if (meant.length === 0) return federation
  const origins: Record<string, Origin> = { ...federation.origins }
  const sites = meant.map((site) => {
    for (const input of Object.keys(site.given)) origins[originKey(input, site)] = "earlier answer"
    return siteOf(call, federation, site)
  })
  return {
    ...federation,
    sites: [...federation.sites, ...sites],
    former: new Set(meant.map(({ name }) => name)),
    origins,
  }
}

/** Labels say whose federation an object is, not of which of its sites. */
function refuseShared(call: Call, site: FormerSite): void {
  if (site.takenBy === undefined) return
  throw new UsageError(formerText(call.notebook, site), {
    why: "what was applied in one place cannot be told apart by site",
    fix: `remove ${site.takenBy} if both are to go, or delete what belongs to ${site.name} yourself`,
  })
}

/** A former site as it was: what the journal has of it, the defaults of its own name, and what flags for it say. */
function siteOf(
  { notebook, flags, io }: Call,
  federation: Federation,
  { name, role, given }: FormerSite,
): Site {
  const original = originalName(name)
  const kept = emptyLayer()
  kept.sites.push({ name: original, role })
  const where = "the journal"
  kept.bySite.set(original, new Map(Object.entries(given).map(([input, value]) => [input, { value, where }])))
  const isNamed = flags.list("site").includes(name)
  const { defaults } = isNamed ? flagLayer(notebook, flags.any, io.cwd, new Map(), []) : emptyLayer()
  const layers = [layerOf("flag", { ...emptyLayer(), defaults }), layerOf("earlier answer", kept)]
  const resolved = resolveInputs(notebook, layers, { name: federation.name, files: false })
  return { ...resolved.federation.sites.find((site) => site.name === original)!, name }
}
