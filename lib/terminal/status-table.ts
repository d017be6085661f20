import { moment, oneLine } from "../notebook/format.ts"
import type { Memory } from "../runner/journal.ts"
import { colours } from "./colours.ts"
import type { TextOptions } from "./error-text.ts"
import { outcomeSign, WORD } from "./signs.ts"
import { type TableCell, table } from "./table.ts"
import { pad, screenWidth, width, wrap } from "./width.ts"

export interface StatusOptions extends TextOptions {
  /** Step ids in the guide's order; steps that only the journal knows come after them. */
  readonly steps: readonly string[]
  /** The pid of the run that goes on right now. */
  readonly holder?: number | undefined
  /** Site names in the order in which they are shown; default: as remembered. */
  readonly sites?: readonly string[]
  /** Why a checkpoint no longer holds, by place name; nothing or empty where it does. */
  readonly stale?: (place: string) => readonly string[] | undefined
}

/** Names of the lanes of steps that have no site. */
const SITELESS = ["here", "federation"]

/** What the journal tells of a federation: by place, how its step ended last, when, and what is stale by now. */
export function statusTable(memory: Memory, options: StatusOptions): string {
  const { bold } = options.colours ?? colours(false)
  if (memory.lastRun === undefined) return "Nothing was run here yet.\n"
  const { started, command, code } = memory.lastRun
  const places = [...new Set([...memory.ended.keys(), ...memory.checkpoints.keys(), ...memory.interrupted])]
  const rank = new Map(options.steps.map((step, index) => [step, index]))
  const order = (place: string) => rank.get(stepOf(place)) ?? rank.size
  const firstSited = Math.min(...places.filter((place) => place.includes("/")).map(order))
  const laneOf = (place: string): string =>
    place.includes("/")
      ? place.slice(0, place.indexOf("/"))
      : order(place) < firstSited
        ? "here"
        : "federation"
  const lanes = Map.groupBy(places, laneOf)
  const names = [...new Set([...(options.sites ?? memory.sites.keys()), ...lanes.keys()])]
  const sites = ["here", ...names.filter((name) => !SITELESS.includes(name)), "federation"]
  const steps = Math.max(0, ...places.map((place) => width(stepOf(place))))
  const blocks = sites.flatMap((site) => {
    const mine = lanes.get(site)?.toSorted((a, b) => order(a) - order(b))
    if (mine === undefined) return []
    const gone = !SITELESS.includes(site) && !memory.sites.has(site) ? " (no longer in the federation)" : ""
    return [`\n${bold(site)}${gone}\n${mine.map((place) => row(memory, place, steps, options)).join("")}`]
  })
  const open = options.holder === undefined ? "it did not end" : `it is running (pid ${options.holder})`
  const end = code === undefined ? open : `it ended with exit code ${code}`
  const head = wrap(`${memory.federation}: last run ${moment(started)}, ${end}`, screenWidth(options.columns))
  return `${head.join("\n")}\n  ${oneLine(command)}\n${blocks.join("")}`
}

const stepOf = (place: string): string => place.slice(place.indexOf("/") + 1)

function row(memory: Memory, place: string, steps: number, options: StatusOptions): string {
  const paints = options.colours ?? colours(false)
  const ended = memory.ended.get(place)
  const checkpoint = memory.checkpoints.get(place)
  const interrupted = memory.interrupted.has(place)
  const stale = options.stale?.(place) ?? []
  const sign = interrupted
    ? { symbol: "…", word: "partial", paint: paints.yellow }
    : stale.length > 0
      ? { symbol: "~", word: "stale", paint: paints.yellow }
      : outcomeSign(ended?.outcome ?? { kind: "unchanged" }, paints)
  const when = ended?.t ?? checkpoint?.t
  const reasons = interrupted
    ? [
        options.holder === undefined
          ? "interrupted while applying; the next run checks the result"
          : "in progress",
      ]
    : [
        oneLine(ended?.outcome.reason ?? checkpoint?.reason ?? ""),
        ...stale.map((why) => `stale: ${oneLine(why)}`),
      ]
  const rows = reasons.map((reason, index): TableCell[] =>
    index === 0
      ? [
          { text: sign.symbol, paint: sign.paint },
          pad(stepOf(place), steps),
          { text: pad(sign.word, WORD), paint: sign.paint },
          { text: when === undefined ? "" : moment(when), paint: paints.dim },
          reason,
        ]
      : ["", "", "", "", { text: reason, paint: paints.yellow }],
  )
  return table(rows, { columns: options.columns, indent: 2 })
}
