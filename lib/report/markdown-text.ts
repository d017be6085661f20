/** Text as Markdown that is read raw as often as rendered: text of a cluster never becomes markup. */
import width from "fast-string-width"
import { clean, oneLine } from "../notebook/format.ts"

/** Escapes only what would be markup in the middle of a line, and folds white space. */
export function inline(text: string): string {
  return oneLine(text).replace(/[\\`*<|]|~(?=~)|!?\[(?=[^\]]*\]\()|&(?=#|\w+;)|(?<!\w)_|_(?!\w)/g, "\\$&")
}

/** A value or a command in a code span, unchanged. Not for a table's cell. */
export function code(text: string): string {
  const one = clean(text).replace(/\s+/g, " ")
  const ticks = "`".repeat(longest(one, 0) + 1)
  return ticks.length === 1 ? `\`${one}\`` : `${ticks} ${one} ${ticks}`
}

/** Code in a table's cell, where `|` ends the cell even in code. */
export const codeCell = (text: string): string => code(text).replaceAll("|", "\\|")

/** Lines in a code block, unchanged. */
export function fence(lines: readonly string[]): string[] {
  const text = clean(lines.join("\n")).split("\n")
  const ticks = "`".repeat(Math.max(3, ...text.map((line) => longest(line, 2) + 1)))
  return [ticks, ...text.map((line) => line.trimEnd()), ticks]
}

/** The length of the longest sequence of backticks, at least that many. */
const longest = (text: string, least: number): number =>
  Math.max(least, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))

/** Wider cells do not widen their column, because they would push the others away. */
const WIDEST = 48

/** A table whose cells are already Markdown. The columns are aligned for reading it raw. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows]
  const widths = head.map((_, column) =>
    Math.max(3, ...all.map((row) => width(row[column]!)).filter((each) => each <= WIDEST)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell + " ".repeat(Math.max(0, widths[column]! - width(cell)))).join(" | ")} |`
  return [line(head), `| ${widths.map((each) => "-".repeat(each)).join(" | ")} |`, ...rows.map(line)]
}

/** The first so many, then a line with the number of the others. */
export function atMost<T>(items: readonly T[], most: number, more: (number: number) => T): readonly T[] {
  return items.length <= most ? items : [...items.slice(0, most), more(items.length - most)]
}
