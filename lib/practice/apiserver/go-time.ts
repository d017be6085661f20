/** Times as Go's `time.Parse` reads them, with its words for those that are none. */

const PARTS: readonly (readonly [layout: string, pattern: RegExp])[] = [
  ["2006", /^\d{4}/],
  ["-", /^-/],
  ["01", /^\d\d/],
  ["-", /^-/],
  ["02", /^\d\d/],
  ["T", /^T/],
  ["15", /^\d\d/],
  [":", /^:/],
  ["04", /^\d\d/],
  [":", /^:/],
  ["05", /^\d\d(\.\d+)?/],
  ["Z07:00", /^(Z|[+-]\d\d:\d\d)/],
]
const LIMITS: Readonly<Record<string, readonly [what: string, least: number, most: number]>> = {
  "01": ["month", 1, 12],
  "02": ["day", 1, 31],
  "15": ["hour", 0, 23],
  "04": ["minute", 0, 59],
  "05": ["second", 0, 59],
}

/**
 * @param micro with the six digits of a MicroTime
 * @returns the time as the server writes it, or why it is none
 */
export function readTime(text: string, micro: boolean): { time: string } | { why: string } {
  const layout = micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00"
  const head = `parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse`
  let rest = text
  for (const [part, pattern] of PARTS) {
    const [found] = pattern.exec(rest) ?? []
    if (found === undefined) return { why: `${head} ${JSON.stringify(rest)} as ${JSON.stringify(part)}` }
    if (micro && part === "05" && !/\.\d{6}$/.test(found)) {
      const after = rest.slice(2)
      return { why: `${head} ${JSON.stringify(after)} as ".000000"` }
    }
    const [what, least, most] = LIMITS[part] ?? []
    if (what !== undefined && (Number.parseInt(found, 10) < least! || Number.parseInt(found, 10) > most!))
      return { why: `parsing time ${JSON.stringify(text)}: ${what} out of range` }
    rest = rest.slice(found.length)
  }
  if (rest !== "") return { why: `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}` }
  const time = new Date(text)
  // A day that its month does not have.
  if (Number.isNaN(time.getTime()) || (text.endsWith("Z") && time.getUTCDate() !== Number(text.slice(8, 10))))
    return { why: `parsing time ${JSON.stringify(text)}: day out of range` }
  const seconds = time.toISOString().slice(0, 19)
  const [, digits = ""] = /\.(\d+)/.exec(text) ?? []
  return { time: micro ? `${seconds}.${digits.padEnd(6, "0").slice(0, 6)}Z` : `${seconds}Z` }
}
