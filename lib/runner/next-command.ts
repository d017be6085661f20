import type { At } from "./events.ts"
import type { RunOptions } from "./types.ts"

/** The command that runs a step at a site: `my-notebook step login --site superlink`. `flags` with a space before each. */
export const stepCommand = (
  { notebook }: Pick<RunOptions, "notebook">,
  { step, site }: At,
  flags = "",
): string => `${notebook.name} step ${step}${site === undefined ? "" : ` --site ${site}`}${flags}`

/** A result with a command to type next that works as typed. */
export const withNextLine = <T extends { readonly next?: string }>(
  { nextLine }: Pick<RunOptions, "nextLine">,
  { site }: { readonly site?: { readonly name: string } | undefined },
  result: T,
): T =>
  result.next === undefined || nextLine === undefined
    ? result
    : { ...result, next: nextLine(result.next, site?.name) }
