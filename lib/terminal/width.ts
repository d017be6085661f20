import { stripVTControlCharacters } from "node:util"
import stringWidth from "fast-string-width"

/** Columns of a terminal or a pipe: 80 where it does not say (a pipe, a pty that reports 0), never below 20. */
export function screenWidth(columns: number | undefined): number {
  return columns === undefined || columns === 0 ? 80 : Math.max(20, columns)
}

/** Columns that a text takes on a terminal; escape codes take none, wide characters two. */
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

/** Spaces beside a text until it takes so many columns; longer texts stay as they are. */
export function pad(text: string, columns: number, align: "left" | "right" = "left"): string {
  const fill = " ".repeat(Math.max(0, columns - width(text)))
  return align === "left" ? text + fill : fill + text
}

/**
 * A plain text in lines of at most so many columns, broken at spaces. A longer word (a URL, a path) keeps its line to
 * itself, whole, so that it can be copied. Line ends of the text stay; lines that are indented are left as they are;
 * an item (`- …`) goes on below its first word.
 */
export function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => {
    if (/^\s/.test(line)) return [line.trimEnd()]
    if (!line.startsWith("- ")) return wrapLine(line, columns)
    return wrapLine(line.slice(2), columns - 2).map((part, index) => `${index === 0 ? "- " : "  "}${part}`)
  })
}

function wrapLine(line: string, columns: number): string[] {
  if (width(line) <= columns) return [line.trimEnd()]
  const lines: string[] = []
  let current = ""
  for (const word of line.split(" ")) {
    if (current !== "" && width(current) + 1 + width(word) > columns) {
      lines.push(current)
      current = word
    } else {
      current = current === "" ? word : `${current} ${word}`
    }
  }
  return [...lines, current]
}

/** Text of a cluster or a command made harmless for a terminal: no escape codes, no control characters but line ends. */
export function clean(text: string): string {
  return withoutTabs(stripVTControlCharacters(text.replace(/\r\n/g, "\n"))).replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    "",
  )
}

/** Tabs as spaces up to the next eighth column, so that a table stays one wherever its lines begin. */
function withoutTabs(text: string): string {
  if (!text.includes("\t")) return text
  const expand = (line: string): string =>
    line.split("\t").reduce((so, part) => pad(so, (Math.floor(width(so) / 8) + 1) * 8) + part)
  return text.split("\n").map(expand).join("\n")
}

/** As {@link clean}, in one line with its white space folded. */
export const oneLine = (text: string): string => clean(text).replace(/\s+/g, " ").trim()
