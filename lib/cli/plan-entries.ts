import { hasOtherParties } from "../notebook/federation.ts"
import { type At, placeName } from "../runner/events.ts"
import { readState } from "../runner/open-state.ts"
import type { PlanEntry, Selection } from "../runner/types.ts"
import { type Call, refuseAborted, textOptions } from "./call.ts"
import { formerLines } from "./former.ts"
import type { OpenedFederation } from "./open-federation.ts"
import { rememberedLines } from "./remembered.ts"
import { runOptions, toolboxFor } from "./run-options.ts"

/** Checks every step that the flags select, or this selection. Only reads: creates no lock, journal or folder. */
export async function planEntries(
  call: Call,
  opened: OpenedFederation,
  selection?: Selection,
): Promise<PlanEntry[]> {
  const state = readState(opened.folder)
  const toolbox = await toolboxFor(call, opened, state)
  const clock =
    hasOtherParties(opened.federation) && (await (await import("./parties/clock.ts")).clockOf(call, opened))
  try {
    const { plan } = await import("../runner/plan.ts")
    const entries = await plan({
      ...runOptions(call, opened, state, toolbox),
      ...(clock && { now: clock.now }),
      ...(selection && { selection }),
    })
    refuseAborted(call)
    return entries
  } finally {
    await toolbox.close()
  }
}

/** The text of a plan, redacted. */
export async function planText(
  call: Call,
  { federation, memory }: OpenedFederation,
  entries: readonly PlanEntry[],
): Promise<string> {
  const { planTable } = await import("../terminal/index.ts")
  const sites = federation.sites.map(({ name }) => name)
  const { notices, hints } = call.notebook
  const said = [...(notices?.(federation) ?? []), ...(hints?.(federation) ?? [])]
  const facts = [...rememberedLines(call, federation), ...formerLines(call, federation, memory)]
  return planTable(entries, { ...(await textOptions(call)), sites, notices: said, facts })
}

/**
 * Approves what a plan has shown: a change outside a site in its words, or one that a step was foreseen to make before it could be
 * checked. One that appears only later was not shown.
 */
export function shownIn(entries: readonly PlanEntry[]): (what: string, at: At) => Promise<boolean> {
  const shown = new Set(entries.flatMap(({ approval }) => approval ?? []))
  const announced = new Set(
    entries.filter(({ foreseen }) => foreseen?.some(({ kind }) => kind === "outside")).map(placeName),
  )
  return async (what, at) => shown.has(what) || announced.has(placeName(at))
}

/** Whether a plan reaches beyond the sites' projects, as far as it is known. */
export const reachesOut = (entries: readonly PlanEntry[]): boolean =>
  entries.some(
    ({ approval, foreseen }) => approval !== undefined || foreseen?.some(({ kind }) => kind === "outside"),
  )

/** Prints a plan on stdout. */
export async function printPlan(
  call: Call,
  opened: OpenedFederation,
  entries: readonly PlanEntry[],
): Promise<void> {
  call.out.print(await planText(call, opened, entries))
}
