import { count, shortLine } from "../notebook/format.ts"
import { colours } from "./colours.ts"
import { fixLines, type TextOptions } from "./error-text.ts"
import { table } from "./table.ts"
import { pad, width } from "./width.ts"

export interface DoctorRow {
  /** A site's name; undefined: this machine. */
  readonly site?: string
  readonly title: string
  readonly ok: boolean | "warn"
  /** What was found. */
  readonly said: string
  readonly fix?: string
  readonly next?: string
}

/** What was examined, place by place, with the fix below each problem, and a count. */
export function doctorTable(rows: readonly DoctorRow[], options: TextOptions = {}): string {
  const paints = options.colours ?? colours(false)
  const titles = Math.max(0, ...rows.map(({ title }) => width(title)))
  const blocks = [...Map.groupBy(rows, ({ site }) => site)].map(([site, mine]) => {
    const lines = mine.map((row) => {
      const symbol =
        row.ok === true
          ? { text: "✓", paint: paints.green }
          : row.ok === "warn"
            ? { text: "!", paint: paints.yellow }
            : { text: "✗", paint: paints.red }
      const advice =
        row.ok === true ? [] : fixLines(row, { ...options, columns: (options.columns || 80) - 2 })
      return (
        table([[symbol, pad(row.title, titles), shortLine(row.said)]], {
          columns: options.columns,
          indent: 2,
        }) + advice.map((line) => `  ${line}\n`).join("")
      )
    })
    return `${paints.bold(site ?? "here")}\n${lines.join("")}`
  })
  const number = (ok: DoctorRow["ok"]) => rows.filter((row) => row.ok === ok).length
  const bad = number(false)
  const warnings = number("warn")
  const found = [
    ...(bad > 0 ? [`${count(bad, "problem")} to fix`] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ]
  return `${blocks.join("\n")}\n${found.length === 0 ? "No problems found." : `${found.join(", ")}.`}\n`
}
