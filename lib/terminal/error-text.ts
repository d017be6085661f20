import type { RunbookError } from "../notebook/errors.ts"
import { clean, clipped, LONGEST_SHOWN } from "../notebook/format.ts"
import { type Colours, colours } from "./colours.ts"
import { screenWidth, wrap } from "./width.ts"

/** The parts of an error message: what happened, why, the fix, and the command to type next. */
export interface ErrorParts {
  readonly what: string
  /** The resource's or command's own words. */
  readonly why?: string
  readonly fix?: string
  readonly next?: string
  /** Of an unexpected error only. */
  readonly stack?: string
}

/** The parts of a {@link RunbookError}. */
export const partsOf = ({ message: what, why, fix, next }: RunbookError): ErrorParts => ({
  what,
  why,
  fix,
  next,
})

export interface TextOptions {
  /** Columns of the terminal; nothing or 0 is 80. */
  readonly columns?: number
  readonly colours?: Colours
}

/** The parts below each other, each wrapped after its name; commands are never wrapped, so that they can be copied. */
export function errorText(parts: ErrorParts, options: TextOptions = {}): string {
  const { red } = options.colours ?? colours(false)
  const lines = wrap(clean(clipped(parts.what, LONGEST_SHOWN)), screenWidth(options.columns) - 2)
  const [first = "", ...rest] = lines
  return `${[`${red("✗")} ${first}`, ...rest.map((line) => `  ${line}`), ...fixLines(parts, options)].join("\n")}\n`
}

/** `why:`, `fix:`, `next:` and the stack, indented by two. */
export function fixLines(parts: Omit<ErrorParts, "what">, options: TextOptions = {}): string[] {
  const { bold, dim } = options.colours ?? colours(false)
  const room = screenWidth(options.columns) - 8
  const named = (name: string, text: string | undefined, whole: boolean): string[] => {
    const tidy = clean(clipped(text ?? "", LONGEST_SHOWN)).trim()
    if (tidy === "") return []
    return (whole ? tidy.split("\n") : wrap(tidy, room)).map(
      (line, index) => `  ${index === 0 ? bold(`${name}:`.padEnd(6)) : "      "}${line}`,
    )
  }
  return [
    ...named("why", parts.why, false),
    ...named("fix", parts.fix, false),
    ...named("next", parts.next, true),
    ...(parts.stack === undefined
      ? []
      : clean(clipped(parts.stack, LONGEST_SHOWN))
          .split("\n")
          .map((line) => dim(`  ${line}`))),
  ]
}
