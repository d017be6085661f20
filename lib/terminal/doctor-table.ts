import { count, oneLine } from "../notebook/format.ts"
import { colours } from "./colours.ts"
import { cureLines, type TextOptions } from "./error-text.ts"
import { table } from "./table.ts"
import { pad, width } from "./width.ts"

export interface DoctorRow {
  /** A site's name; nothing: this machine. */
  readonly site?: string
  readonly title: string
  readonly ok: boolean | "warn"
  /** What was found. */
  readonly said: string
  readonly fix?: string
  readonly next?: string
}

/** What was examined, place by place, the cure under each finding, and a count. */
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
      const cure = row.ok === true ? [] : cureLines(row, { ...options, columns: (options.columns || 80) - 2 })
      return (
        table([[symbol, pad(row.title, titles), oneLine(row.said)]], {
          columns: options.columns,
          indent: 2,
        }) + cure.map((line) => `  ${line}\n`).join("")
      )
    })
    return `${paints.bold(site ?? "here")}\n${lines.join("")}`
  })
  const number = (ok: DoctorRow["ok"]) => rows.filter((row) => row.ok === ok).length
  const bad = number(false)
  const warnings = number("warn")
  const found = [
    ...(bad > 0 ? [`${count(bad, "thing")} to mend`] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ]
  return `${blocks.join("\n")}\n${found.length === 0 ? "All well." : `${found.join(", ")}.`}\n`
}
