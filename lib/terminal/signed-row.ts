import { oneLine } from "../notebook/format.ts"
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

/** On a screen with fewer columns the reason stands below the name, because a cut name is of no use. */
const NARROW = 60

/** One row of several, with columns as wide as all of them need. */
export function signedRow(row: SignedRow, rows: readonly SignedRow[], options: TextOptions): string {
  const { dim, yellow } = options.colours ?? colours(false)
  const { name, sign, time, said, saidIn = (text: string) => text, more = [] } = row
  const columns = screenWidth(options.columns)
  if (columns < NARROW) {
    const lines = (texts: readonly string[]) => texts.flatMap((text) => wrap(oneLine(text), columns - 4))
    const head = [
      sign.paint(sign.symbol),
      name,
      sign.paint(sign.word),
      ...(time === undefined ? [] : [dim(time)]),
    ]
    const below = [...lines([said]).map(saidIn), ...lines(more).map(yellow)]
    return `${head.join("  ")}\n${below.map((line) => `    ${line}\n`).join("")}`
  }
  const longest = (texts: readonly string[]) => Math.max(0, ...texts.map(width))
  const names = longest(rows.map((one) => one.name))
  const times = longest(rows.map((one) => one.time ?? ""))
  const words = Math.max(WORD, longest(rows.map((one) => one.sign.word)))
  const cells = (first: boolean, text: string, paint: Paint) => [
    { text: first ? sign.symbol : "", paint: sign.paint },
    pad(first ? name : "", names),
    { text: pad(first ? sign.word : "", words), paint: sign.paint },
    ...(time === undefined ? [] : [{ text: pad(first ? time : "", times, "right"), paint: dim }]),
    { text: oneLine(text), paint },
  ]
  const lines = [cells(true, said, saidIn), ...more.map((text) => cells(false, text, yellow))]
  return table(lines, { columns: options.columns, indent: 2 })
}
