import { readState } from "../runner/open-state.ts"
import type { PlanEntry } from "../runner/types.ts"
import { type Call, refuseAborted, textOptions } from "./call.ts"
import { runOptions, toolboxFor } from "./engine.ts"
import type { OpenedFederation } from "./open-federation.ts"

/** Looks at every selected step. Only reads: no lock, no journal, no folder is made. */
export async function lookAt(call: Call, opened: OpenedFederation): Promise<PlanEntry[]> {
  const state = readState(opened.folder)
  const toolbox = await toolboxFor(call, opened, state)
  try {
    const { plan } = await import("../runner/plan.ts")
    const entries = await plan(runOptions(call, opened, state, toolbox))
    refuseAborted(call)
    return entries
  } finally {
    await toolbox.close()
  }
}

/** Prints a plan on stdout. */
export async function printPlan(
  call: Call,
  { federation }: OpenedFederation,
  entries: readonly PlanEntry[],
): Promise<void> {
  const { planTable } = await import("../terminal/index.ts")
  const sites = federation.sites.map(({ name }) => name)
  call.io.stdout.write(call.redactor.text(planTable(entries, { ...(await textOptions(call)), sites })))
}
