import { type At, type Outcome, placeName } from "../runner/events.ts"
import { colours } from "./colours.ts"
import { fixLines, type TextOptions } from "./error-text.ts"
import { type SignedRow, signedRow } from "./signed-row.ts"
import { outcomeSign } from "./signs.ts"
import { screenWidth } from "./width.ts"

/** What was seen at each place when its step last ran, one row each, with the fix where it did not succeed. */
export function seenText(
  ended: readonly (At & { readonly outcome: Outcome })[],
  options: TextOptions,
): string {
  const paints = options.colours ?? colours(false)
  const rows = ended.map(
    ({ outcome, ...at }): SignedRow => ({
      name: placeName(at),
      sign: outcomeSign(outcome, paints),
      said: outcome.reason,
    }),
  )
  const fixes = ({ outcome }: { readonly outcome: Outcome }): string =>
    outcome.ok
      ? ""
      : fixLines(outcome, { ...options, columns: screenWidth(options.columns) - 2 })
          .map((line) => `  ${line}\n`)
          .join("")
  return ended.map((one, index) => signedRow(rows[index]!, rows, options) + fixes(one)).join("")
}
