/** Columns as Go's text/tabwriter lays them out. */

export interface Layout {
  readonly minimum: number
  readonly tab: number
  readonly padding: number
  readonly by: "\t" | " "
}

/** How `skupper` prints tables. */
export const SKUPPER: Layout = { minimum: 8, tab: 8, padding: 1, by: "\t" }
/** How `kubectl` and `oc` print tables. */
export const KUBECTL: Layout = { minimum: 6, tab: 4, padding: 3, by: " " }

const lengthOf = (text: string): number => [...text].length

/**
 * A column is a run of neighbouring lines that have a cell there with another after it: a line without one ends the
 * column, and what follows is laid out anew.
 * @param lines their cells
 */
export function columns(lines: readonly (readonly string[])[], layout: Layout): string[] {
  const done: string[] = []
  const pad = (size: number, width: number): string => {
    if (layout.by === " ") return " ".repeat(Math.max(0, width - size))
    const full = Math.ceil(width / layout.tab) * layout.tab
    return "\t".repeat(Math.max(0, Math.ceil((full - size) / layout.tab)))
  }
  const write = (from: number, to: number, widths: readonly number[]) => {
    for (const cells of lines.slice(from, to)) {
      done.push(
        cells.map((cell, at) => cell + (at < widths.length ? pad(lengthOf(cell), widths[at]!) : "")).join(""),
      )
    }
  }
  const format = (first: number, end: number, widths: readonly number[]): void => {
    const column = widths.length
    let from = first
    for (let at = first; at < end; at++) {
      if (column >= lines[at]!.length - 1) continue
      write(from, at, widths)
      from = at
      let width = layout.minimum
      for (; at < end && column < lines[at]!.length - 1; at++) {
        width = Math.max(width, lengthOf(lines[at]![column]!) + layout.padding)
      }
      format(from, at, [...widths, width])
      from = at
    }
    write(from, end, widths)
  }
  format(0, lines.length, [])
  return done
}
