import type { Input } from "../notebook/inputs.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { formatValue } from "./input-values.ts"
import { variableName } from "./variable-layer.ts"

/** The inputs of a notebook as a Markdown table with aligned columns: the README contains it. */
export function inputsTable(notebook: Notebook): string {
  const rows = [
    ["key (flag `--name`)", "of", "meaning", "default", "variable"],
    ...Object.entries(notebook.inputs).map(([name, input]) => [
      `\`${input.file ?? name}\``,
      scopeOf(notebook, input),
      input.help.replaceAll("|", "\\|"),
      defaultText(input),
      `\`${variableName(notebook, name)}\``,
    ]),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const [head, ...lines] = rows.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column]!))))
  return [head, line(widths.map((width) => "-".repeat(width))), ...lines].join("\n")
}

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`

function scopeOf(notebook: Notebook, input: Input): string {
  if (input.per === "federation") return "federation"
  return (input.roles ?? Object.keys(notebook.roles)).length === Object.keys(notebook.roles).length
    ? "every site"
    : input.roles!.join(", ")
}

function defaultText(input: Input): string {
  if (input.required) return "**required**"
  if (typeof input.default === "function" || input.default === undefined) return ""
  return `\`${formatValue(input, input.default)}\``
}
