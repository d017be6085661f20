import type { ValueRow } from "../notebook/federation.ts"
import { oneLine } from "../notebook/format.ts"
import { colours } from "./colours.ts"
import type { TextOptions } from "./error-text.ts"
import { table } from "./table.ts"

/** Every input with its value and the value's origin, the federation's first, then site by site. */
export function valuesTable(rows: readonly ValueRow[], options: TextOptions = {}): string {
  const { bold, dim } = options.colours ?? colours(false)
  const groups = Map.groupBy(rows, ({ site }) => site)
  const names = Math.max(0, ...rows.map(({ name }) => name.length))
  const origins = Math.max(0, ...rows.map(({ origin }) => origin?.length ?? 0))
  return [...groups]
    .map(([site, mine]) => {
      const lines = mine.map(({ name, value, origin, secret }) => [
        name.padEnd(names),
        { text: (origin ?? "").padEnd(origins), paint: dim },
        value === undefined ? { text: "unset", paint: dim } : secret ? "(secret)" : oneLine(value),
      ])
      return `${bold(site ?? "the federation")}\n${table(lines, { columns: options.columns, indent: 2 })}`
    })
    .join("\n")
}
