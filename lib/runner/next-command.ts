import type { At } from "./events.ts"
import type { RunOptions } from "./types.ts"

/** The command that runs a step at a site, complete: `flower-runbook step login --site superlink`. `flags` with a space before each. */
export const stepCommand = (
  {
    notebook,
    program = notebook.name,
    federationFlags = "",
  }: Pick<RunOptions, "notebook" | "program" | "federationFlags">,
  { step, site }: At,
  flags = "",
): string => `${program} step ${step}${site === undefined ? "" : ` --site ${site}`}${flags}${federationFlags}`
