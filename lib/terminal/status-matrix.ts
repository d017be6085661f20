import type { TextOptions } from "./error-text.ts"
import type { Sign } from "./signs.ts"
import { pad, screenWidth, width } from "./width.ts"

/** With more sites than this, those with the same states share a column. */
const FEW = 6
const GAP = "  "

export interface MatrixOptions extends TextOptions {
  /** Step ids in the guide's order. */
  readonly steps: readonly string[]
  readonly sites: readonly string[]
  /** The state of a step at a site, or of one without a site. */
  readonly signAt: (step: string, site: string | undefined) => Sign | undefined
}

/** The state of each step at each site: steps by sites, as many sites side by side as the screen has room for. */
export function statusMatrix(options: MatrixOptions): string {
  const { steps, signAt } = options
  const columns = columnsOf(options)
  const stepWidth = Math.max(4, ...steps.map(width))
  const room = screenWidth(options.columns) - stepWidth
  const blocks = inBlocks(columns, room)
  const siteless = (step: string): string[] => {
    const sign = signAt(step, undefined)
    return sign === undefined ? [] : [row(step, stepWidth, [{ sign, columns: 0 }])]
  }
  // Steps without a site stand in the first block, in their place of the order.
  const text = (block: readonly Column[], first: boolean): string => {
    const heads = block.map(({ head, columns: at }) => pad(head, at))
    const lines = steps.flatMap((step) => {
      const own = block.map(({ sites, columns: at }) => ({ sign: signAt(step, sites[0]), columns: at }))
      if (own.some(({ sign }) => sign !== undefined)) return [row(step, stepWidth, own)]
      return first ? siteless(step) : []
    })
    return `${[pad("STEP", stepWidth), ...heads].join(GAP).trimEnd()}\n${lines.map((line) => `${line}\n`).join("")}`
  }
  return (blocks.length === 0 ? [[]] : blocks).map((block, index) => text(block, index === 0)).join("\n")
}

interface Column {
  readonly head: string
  readonly sites: readonly string[]
  readonly columns: number
}

function columnsOf({ sites, steps, signAt }: MatrixOptions): Column[] {
  const stateOf = (site: string): string => steps.map((step) => signAt(step, site)?.word ?? "").join()
  const groups = sites.length > FEW ? [...Map.groupBy(sites, stateOf).values()] : sites.map((site) => [site])
  return groups.map((alike) => {
    const head = alike.length === 1 ? alike[0]! : `${alike[0]} +${alike.length - 1}`
    const words = steps.map((step) => width(textOf(signAt(step, alike[0]))))
    return { head, sites: alike, columns: Math.max(width(head), ...words) }
  })
}

/** At least one column in each block, however narrow the screen is. */
function inBlocks(columns: readonly Column[], room: number): Column[][] {
  const blocks: Column[][] = []
  let left = 0
  for (const column of columns) {
    const needed = column.columns + GAP.length
    if (blocks.length === 0 || needed > left) {
      blocks.push([])
      left = room
    }
    blocks.at(-1)!.push(column)
    left -= needed
  }
  return blocks
}

const textOf = (sign: Sign | undefined): string => (sign === undefined ? "" : `${sign.symbol} ${sign.word}`)

function row(
  step: string,
  stepWidth: number,
  cells: readonly { readonly sign: Sign | undefined; readonly columns: number }[],
): string {
  const painted = cells.map(({ sign, columns }) => {
    const text = pad(textOf(sign), columns)
    return sign === undefined ? text : sign.paint(text)
  })
  return [pad(step, stepWidth), ...painted].join(GAP).trimEnd()
}
