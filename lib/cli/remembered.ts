/** Values that no source of this call gives: they are used because an earlier one was answered or given so. */
import { valueRows } from "../inputs/value-rows.ts"
import { currentSites, type Federation } from "../notebook/federation.ts"
import type { Call } from "./call.ts"

/**
 * `From earlier answers: link-with file.`, or nothing. Without a federation file the sites are remembered as a whole, so only
 * the federation's own values are named.
 */
export function rememberedLines(
  { notebook, flags }: Pick<Call, "notebook" | "flags">,
  federation: Federation,
): string[] {
  const sites = flags.text("federation") === undefined ? [] : currentSites(federation)
  const used = valueRows(notebook, federation, sites).filter(({ origin }) => origin === "earlier answer")
  if (used.length === 0) return []
  const texts = used.map(({ site, name, value }) => `${site === undefined ? "" : `${site} `}${name} ${value}`)
  return [`From earlier answers: ${texts.join(", ")}.`]
}
