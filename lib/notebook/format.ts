/** Text formatting that the terminal and the reports share. */
import { stripVTControlCharacters } from "node:util"
import stringWidth from "fast-string-width"
import { dropHidden } from "./hidden-characters.ts"

/** A duration as people say it: `0.4 s`, `12 s`, `2 min 5 s`, `1 h 2 min`, `1 d 1 h`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return parts(Math.floor(whole / 60), "min", whole % 60, "s")
  const minutes = Math.round(whole / 60)
  if (minutes < 24 * 60) return parts(Math.floor(minutes / 60), "h", minutes % 60, "min")
  const hours = Math.round(minutes / 60)
  return parts(Math.floor(hours / 24), "d", hours % 24, "h")
}

const parts = (large: number, unit: string, small: number, part: string): string =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${part}`

/** From one time to another, in seconds. */
export const between = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000

/** `2026-11-22 18:03Z`: the same for people in different places, who read each other's reports. */
export const moment = (iso: string): string => iso.replace(/T(\d\d:\d\d).*/, " $1Z")

/** `1 step`, `2 steps`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/**
 * Makes text of a cluster or a command harmless: no escape codes, no control characters except line ends, nothing that
 * turns the direction of reading; tabs become spaces, so that the columns of a table stay aligned.
 */
export const clean = (text: string): string =>
  dropHidden(withoutTabs(stripVTControlCharacters(text.replace(/\r\n?/g, "\n")))).replace(
    /[\ud800-\udfff]/gu,
    "",
  )

/** Up to the next eighth column. */
function withoutTabs(text: string): string {
  if (!text.includes("\t")) return text
  const expand = (line: string): string =>
    line.split("\t").reduce((so, part) => so + " ".repeat(8 - (stringWidth(so) % 8)) + part)
  return text.split("\n").map(expand).join("\n")
}

/** As {@link clean}, in one line with its white space folded. */
export const oneLine = (text: string): string => clean(text).replace(/\s+/g, " ").trim()

/** Words in lines of at most so many columns. A longer word (a URL, a path) has a line to itself: it can be copied. */
export function filled<T>(words: readonly T[], columns: number, width: (word: T) => number): T[][] {
  const lines: T[][] = [[]]
  let used = 0
  for (const word of words) {
    const wide = width(word)
    if (used > 0 && used + 1 + wide <= columns) {
      lines.at(-1)!.push(word)
      used += 1 + wide
    } else {
      if (used > 0) lines.push([])
      lines[lines.length - 1] = [word]
      used = wide
    }
  }
  return lines
}

/** So much of one text from outside goes into the journal and into JSON, in characters. */
export const LONGEST_JOURNALED = 64 * 1024
/** So much of one text from outside goes to the screen, in characters. */
export const LONGEST_SHOWN = 4 * 1024

/** A text of limited length, with how much of it is missing. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text
  // Not between the two halves of a character.
  const kept = text.slice(0, most).replace(/[\ud800-\udbff]$/, "")
  return `${kept}… (${text.length - kept.length} more characters)`
}

/** As {@link oneLine}, of limited length: words of a cluster on the screen. */
export const shortLine = (text: string): string => oneLine(clipped(text, LONGEST_SHOWN))

/** The same for every text in a value. What is short enough is the same value. */
export function clippedDeep<T>(value: T, most: number): T {
  if (typeof value === "string") return clipped(value, most) as T
  if (Array.isArray(value)) return value.map((item) => clippedDeep(item, most)) as T
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clippedDeep(item, most)])) as T
}
