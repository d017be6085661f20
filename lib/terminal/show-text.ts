import { promisedLines } from "../notebook/expect.ts"
import { clean } from "../notebook/format.ts"
import type { Event } from "../runner/events.ts"
import { type Colours, colours } from "./colours.ts"

export interface ShowOptions {
  /** What the guide promises; without it only the promised lines that did not come are named. */
  readonly expect?: string
  readonly colours?: Colours
  /** A promise that was kept takes one line. */
  readonly brief?: boolean
}

/**
 * A step's kept output: the command, what it printed and, kept apart, what the guide promises, its differing lines
 * marked with `≠`. A difference is worth a look, never a failure.
 */
export function showText(shown: Extract<Event, { type: "shown" }>, options: ShowOptions = {}): string {
  const { dim, yellow } = options.colours ?? colours(false)
  const lines: string[] = []
  if (shown.line !== "") lines.push(`  ${dim("$")} ${clean(shown.line)}`)
  const text = clean(shown.text).replace(/\n+$/, "")
  lines.push(
    ...(text === "" ? [dim("    (no output)")] : text.split("\n").map((line) => `    ${line}`.trimEnd())),
  )
  const differs = [...shown.differs]
  const promised = options.expect === undefined ? differs : promisedLines(options.expect)
  if (promised.length > 0 && differs.length === 0 && options.brief === true) {
    lines.push(dim("    (as the guide promises)"))
  } else if (promised.length > 0) {
    const verdict =
      differs.length === 0
        ? "The guide promises, and it came:"
        : options.expect === undefined
          ? "The guide promises, and this did not come:"
          : "The guide promises (≠ did not come so):"
    lines.push(`  ${dim(verdict)}`)
    for (const line of promised) {
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
