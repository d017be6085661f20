import stringWidth from "fast-string-width"
import { filled } from "../notebook/format.ts"

/** Columns of a terminal or a pipe: 80 where none are reported (a pipe, a pty that reports 0), never below 20. */
export function screenWidth(columns: number | undefined): number {
  return columns === undefined || columns === 0 ? 80 : Math.max(20, columns)
}

/** The widest line of prose: longer lines are harder to read. */
export const PAGE = 80

/** Columns of a text on a terminal; escape codes take none, wide characters two. */
export const width = (text: string): number => stringWidth(text)

const segments = new Intl.Segmenter()

/** The beginning of a plain text (no escape codes) that fits; a cut text ends with `…`. Never cuts a character. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text
  if (columns <= 0) return ""
  let result = ""
  let used = 0
  for (const { segment } of segments.segment(text)) {
    used += width(segment)
    if (used > columns - 1) break
    result += segment
  }
  return `${result}…`
}

/** A text with spaces up to so many columns; longer texts stay as they are. */
export function pad(text: string, columns: number, align: "left" | "right" = "left"): string {
  const fill = " ".repeat(Math.max(0, columns - width(text)))
  return align === "left" ? text + fill : fill + text
}

/**
 * A plain text in lines of at most so many columns, broken at spaces. A longer word (a URL, a path) has a line of its
 * own, whole, so that it can be copied. Line ends of the text stay; indented lines are left as they are; an item
 * (`- …`) continues below its first word.
 */
export function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => {
    if (/^\s/.test(line)) return [line.trimEnd()]
    if (!line.startsWith("- ")) return wrapLine(line, columns)
    return wrapLine(line.slice(2), columns - 2).map((part, index) => `${index === 0 ? "- " : "  "}${part}`)
  })
}

const wrapLine = (line: string, columns: number): string[] =>
  width(line) <= columns
    ? [line.trimEnd()]
    : filled(line.split(" "), columns, width).map((words) => words.join(" "))
