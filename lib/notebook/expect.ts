import { stripVTControlCharacters } from "node:util"

/** `<your-namespace>`, `<…>`, `[...]`, `[…]`: what the guide leaves open. */
const OPEN = /<[^<>\n]*>|\[(?:\.\.\.|…)\]/
/** The command in a transcript of the guide: it is not part of what was printed. */
const COMMAND = /^(?:\$|➜) /

/**
 * Compares what a guide promises with what was printed, line by line. White space is folded; `<…>` and `[...]` match
 * anything; a line of `[...]` alone stands for any number of lines. Order does not count (tables come in any order), but
 * each printed line matches one promised line. Lines that were not promised are fine.
 * @returns the promised lines that were not printed, as the guide writes them
 */
export function compareExpected(expect: string, actual: string): string[] {
  const printed = stripVTControlCharacters(actual).split("\n").map(folded).filter(Boolean)
  const promised = promisedLines(expect)
  const missing = new Set<number>()
  // The most exact promise chooses first: `Status: <…>` must not take the line that `Status: OK` asks for.
  const order = promised.map((line, index) => ({ line, index, exact: literal(line).length }))
  for (const { line, index } of order.sort((a, b) => b.exact - a.exact)) {
    const pattern = patternOf(line)
    const found = printed.findIndex((text) => pattern.test(text))
    if (found === -1) missing.add(index)
    else printed.splice(found, 1)
  }
  return promised.filter((_, index) => missing.has(index))
}

/** The lines of a promised text that count: neither empty, nor a command, nor `[...]` alone. */
export function promisedLines(expect: string): string[] {
  return expect
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !COMMAND.test(line) && !/^\[(?:\.\.\.|…)\]$/.test(line))
}

const folded = (line: string): string => line.replace(/\s+/g, " ").trim()

const literal = (line: string): string => line.split(OPEN).join("")

/** White space beside an open part is open too: `Using <…>` matches `Using`. */
function patternOf(line: string): RegExp {
  const parts = folded(line)
    .split(OPEN)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
  const pattern = parts
    .map((part, index) => {
      const left = index === 0 ? part : part.replace(/^ /, " ?")
      return index === parts.length - 1 ? left : left.replace(/ $/, " ?")
    })
    .join(".*")
  return new RegExp(`^${pattern}$`)
}
