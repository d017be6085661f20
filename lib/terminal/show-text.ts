import { promisedLines } from "../notebook/expect.ts"
import { clean } from "../notebook/format.ts"
import type { Event } from "../runner/events.ts"
import { type Colours, colours } from "./colours.ts"

export interface ShowOptions {
  /** What the guide promises; without it only the missing lines are shown. */
  readonly expect?: string
  readonly colours?: Colours
  /** Output that matches the guide takes one line. */
  readonly brief?: boolean
}

/**
 * A step's output: the command, what it printed and, separately, what the guide promises, with `≠` at the lines that
 * differ. A difference is marked, but is never a failure.
 */
export function showText(shown: Extract<Event, { type: "shown" }>, options: ShowOptions = {}): string {
  const { dim, yellow } = options.colours ?? colours(false)
  const lines: string[] = []
  if (shown.line !== "") lines.push(`  ${dim("$")} ${clean(shown.line)}`)
  const text = clean(shown.text).replace(/\n+$/, "")
  lines.push(
    ...(text === "" ? [dim("    (no output)")] : text.split("\n").map((line) => `    ${line}`.trimEnd())),
  )
  const differs = shown.differs.map(clean)
  const promised = options.expect === undefined ? [...differs] : promisedLines(options.expect)
  if (promised.length > 0 && differs.length === 0 && options.brief === true) {
    lines.push(dim("    (as the guide promises)"))
  } else if (promised.length > 0) {
    const verdict =
      differs.length === 0
        ? "The guide promises (the output matches):"
        : options.expect === undefined
          ? "The guide promises, but the output lacks:"
          : "The guide promises (≠ marks lines that differ):"
    lines.push(`  ${dim(verdict)}`)
    for (const raw of promised) {
      const line = clean(raw)
      const index = differs.indexOf(line)
      if (index === -1) lines.push(dim(`    | ${line}`))
      else {
        differs.splice(index, 1)
        lines.push(yellow(`  ≠ | ${line}`))
      }
    }
  }
  return `${lines.join("\n")}\n`
}
