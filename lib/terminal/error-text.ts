import type { RunbookError } from "../notebook/errors.ts"
import { clean } from "../notebook/format.ts"
import { type Colours, colours } from "./colours.ts"
import { screenWidth, wrap } from "./width.ts"

/** An error as a person reads it: what happened, why, the cure, and the command to type next. */
export interface ErrorParts {
  readonly what: string
  /** The resource's or command's own words. */
  readonly why?: string
  readonly fix?: string
  readonly next?: string
  /** Of an unexpected error only. */
  readonly stack?: string
}

/** What an error of ours tells. */
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

/** The parts below each other, each wrapped behind its name; commands are never wrapped, so that they can be copied. */
export function errorText(parts: ErrorParts, options: TextOptions = {}): string {
  const { red } = options.colours ?? colours(false)
  const lines = wrap(clean(parts.what), screenWidth(options.columns) - 2)
  const [first = "", ...rest] = lines
  return `${[`${red("✗")} ${first}`, ...rest.map((line) => `  ${line}`), ...cureLines(parts, options)].join("\n")}\n`
}

/** `why:`, `fix:`, `next:` and the stack, indented by two. */
export function cureLines(parts: Omit<ErrorParts, "what">, options: TextOptions = {}): string[] {
  const { bold, dim } = options.colours ?? colours(false)
  const room = screenWidth(options.columns) - 8
  const named = (name: string, text: string | undefined, whole: boolean): string[] => {
    const tidy = clean(text ?? "").trim()
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
      : clean(parts.stack)
          .split("\n")
          .map((line) => dim(`  ${line}`))),
  ]
}
