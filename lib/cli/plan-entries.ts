import { readState } from "../runner/open-state.ts"
import type { PlanEntry, Selection } from "../runner/types.ts"
import { type Call, refuseAborted, textOptions } from "./call.ts"
import type { OpenedFederation } from "./open-federation.ts"
import { runOptions, toolboxFor } from "./run-options.ts"

/** Checks every step that the flags select, or this selection. Only reads: creates no lock, journal or folder. */
export async function planEntries(
  call: Call,
  opened: OpenedFederation,
  selection?: Selection,
): Promise<PlanEntry[]> {
  const state = readState(opened.folder)
  const toolbox = await toolboxFor(call, opened, state)
  try {
    const { plan } = await import("../runner/plan.ts")
    const entries = await plan({
      ...runOptions(call, opened, state, toolbox),
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
  { federation }: OpenedFederation,
  entries: readonly PlanEntry[],
): Promise<string> {
  const { planTable } = await import("../terminal/index.ts")
  const sites = federation.sites.map(({ name }) => name)
  const notices = call.notebook.notices?.(federation) ?? []
  return planTable(entries, { ...(await textOptions(call)), sites, notices })
}

/** Prints a plan on stdout. */
export async function printPlan(
  call: Call,
  opened: OpenedFederation,
  entries: readonly PlanEntry[],
): Promise<void> {
  call.out.print(await planText(call, opened, entries))
}
