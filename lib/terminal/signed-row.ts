import { shortLine } from "../notebook/format.ts"
import { colours, type Paint } from "./colours.ts"
import type { TextOptions } from "./error-text.ts"
import { type Sign, WORD } from "./signs.ts"
import { table } from "./table.ts"
import { pad, screenWidth, width, wrap } from "./width.ts"

/** A line of a list: a symbol, a name, the sign's word, how long it took, and the reason. */
export interface SignedRow {
  readonly name: string
  readonly sign: Sign
  readonly time?: string
  readonly said: string
  readonly saidIn?: Paint
  /** More lines below the reason, highlighted. */
  readonly more?: readonly string[]
}

/** Below so many columns, or where the columns do not fit, the reason is below the name: a cut name is of no use. */
const NARROW = 60
/** Columns of the symbol and its indent, and of the shortest line of a reason. */
const SYMBOL = 5
const REASON = 16
/** Indent of a reason below its name. */
const BELOW = 7

/** One row of several, with columns as wide as all of them need. */
export function signedRow(row: SignedRow, rows: readonly SignedRow[], options: TextOptions): string {
  const { dim, yellow } = options.colours ?? colours(false)
  const { name, sign, time, said, saidIn = (text: string) => text, more = [] } = row
  const columns = screenWidth(options.columns)
  const longest = (texts: readonly string[]) => Math.max(0, ...texts.map(width))
  const names = longest(rows.map((one) => one.name))
  const times = longest(rows.map((one) => one.time ?? ""))
  const words = Math.max(WORD, longest(rows.map((one) => one.sign.word)))
  const wide = [names, words, ...(times > 0 ? [times] : [])].reduce((sum, each) => sum + each + 2, SYMBOL)
  if (columns < NARROW || wide + REASON > columns) return narrowRow(row, columns, { dim, yellow })
  // A word that does not fit into its column would run over the edge of the screen.
  const widest = longest(shortLine(said).split(" "))
  if (widest > columns - wide && widest <= columns - BELOW) {
    const word = pad(sign.word, time === undefined ? 0 : words)
    const head = [
      { text: sign.symbol, paint: sign.paint },
      pad(name, names),
      { text: word, paint: sign.paint },
      ...(time === undefined ? [] : [{ text: pad(time, times, "right"), paint: dim }]),
    ]
    const below = [{ text: said, paint: saidIn }, ...more.map((text) => ({ text, paint: yellow }))]
    const { columns: screen } = options
    return (
      table([head], { columns: screen, indent: 2 }) +
      table(
        below.map(({ text, paint }) => [{ text: shortLine(text), paint }]),
        { columns: screen, indent: BELOW },
      )
    )
  }
  const cells = (first: boolean, text: string, paint: Paint) => [
    { text: first ? sign.symbol : "", paint: sign.paint },
    pad(first ? name : "", names),
    { text: pad(first ? sign.word : "", words), paint: sign.paint },
    ...(time === undefined ? [] : [{ text: pad(first ? time : "", times, "right"), paint: dim }]),
    { text: shortLine(text), paint },
  ]
  const lines = [cells(true, said, saidIn), ...more.map((text) => cells(false, text, yellow))]
  return table(lines, { columns: options.columns, indent: 2 })
}

/** The reason below the name, and the time too where it does not fit beside it. */
function narrowRow(
  { name, sign, time = "", said, saidIn = (text) => text, more = [] }: SignedRow,
  columns: number,
  { dim, yellow }: { readonly dim: Paint; readonly yellow: Paint },
): string {
  const lines = (texts: readonly string[]) => texts.flatMap((text) => wrap(shortLine(text), columns - 4))
  const isBeside = width([sign.symbol, name, sign.word, time].join("  ")) <= columns
  const head = [sign.paint(sign.symbol), name, sign.paint(sign.word)]
  if (time !== "" && isBeside) head.push(dim(time))
  const below = [
    ...(isBeside || time === "" ? [] : lines([time]).map(dim)),
    ...lines([said]).map(saidIn),
    ...lines(more).map(yellow),
  ]
  return `${head.join("  ")}\n${below.map((line) => `    ${line}\n`).join("")}`
}
