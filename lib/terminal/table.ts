import { clean } from "../notebook/format.ts"
import type { Paint } from "./colours.ts"
import { cut, pad, screenWidth, width, wrap } from "./width.ts"

/** Text, or text with its colour, which is added once the text has its width. What a terminal would obey is dropped. */
export type TableCell = string | { readonly text: string; readonly paint: Paint }

export interface TableOptions {
  /** Columns of the terminal; undefined or 0 means 80. */
  readonly columns?: number
  readonly head?: readonly string[]
  readonly align?: readonly ("left" | "right")[]
  /** Spaces before every line. Default 0. */
  readonly indent?: number
  /** How the last column fits: on several lines (default), or cut. */
  readonly last?: "wrap" | "cut"
}

const GAP = 2
/** The least width of the last column, however narrow the terminal. */
const LEAST = 16

/** Rows as aligned columns by display width, without borders, so that it is the same in a pipe. */
export function table(rows: readonly (readonly TableCell[])[], options: TableOptions = {}): string {
  const indent = " ".repeat(options.indent ?? 0)
  const all: (readonly TableCell[])[] = options.head === undefined ? [...rows] : [options.head, ...rows]
  const number = Math.max(0, ...all.map((row) => row.length))
  if (number === 0) return ""
  const screen = screenWidth(options.columns) - indent.length
  const widths = fitted(
    Array.from({ length: number - 1 }, (_, column) =>
      Math.max(0, ...all.map((row) => width(inColumn(row[column])))),
    ),
    screen - LEAST,
  )
  const before = widths.reduce((sum, each) => sum + each + GAP, 0)
  const room = Math.max(LEAST, screen - before)
  const lines = all.flatMap((row) => {
    const last = clean(textOf(row[number - 1]))
    const pieces = options.last === "cut" ? [cut(last.replace(/\s+/g, " "), room)] : wrap(last, room)
    return pieces.map((piece, line) => {
      const cells = widths.map((columns, column) => {
        const text = line === 0 ? cut(inColumn(row[column]), columns) : ""
        return paintOf(row[column])(pad(text, columns, options.align?.[column]))
      })
      const end = pad(piece, options.align?.[number - 1] === "right" ? room : 0, "right")
      return `${indent}${[...cells, paintOf(row[number - 1])(end)].join(" ".repeat(GAP))}`.trimEnd()
    })
  })
  return `${lines.join("\n")}\n`
}

const textOf = (cell: TableCell | undefined): string => (typeof cell === "object" ? cell.text : (cell ?? ""))
/** A line break in a column that is not the last would break the row. */
const inColumn = (cell: TableCell | undefined): string => clean(textOf(cell)).replaceAll("\n", " ")
const paintOf = (cell: TableCell | undefined): Paint =>
  typeof cell === "object" ? cell.paint : (text) => text

/** Narrows the widest columns until all fit. */
function fitted(widths: number[], room: number): number[] {
  const result = [...widths]
  let over = result.reduce((sum, each) => sum + each + GAP, 0) - room
  while (over > 0) {
    const widest = result.indexOf(Math.max(...result))
    if (widest === -1 || result[widest]! <= 4) break
    result[widest]!--
    over--
  }
  return result
}
