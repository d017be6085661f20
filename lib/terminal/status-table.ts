import { moment, oneLine } from "../notebook/format.ts"
import type { Memory } from "../runner/journal-memory.ts"
import { colours } from "./colours.ts"
import type { TextOptions } from "./error-text.ts"
import { type SignedRow, signedRow } from "./signed-row.ts"
import { outcomeSign, type Sign, staleSign } from "./signs.ts"
import { screenWidth, wrap } from "./width.ts"

export interface StatusOptions extends TextOptions {
  /** Step ids in the guide's order; steps that only the journal knows come after them. */
  readonly steps: readonly string[]
  /** The pid of the run that is in progress. */
  readonly holder?: number | undefined
  /** Site names in the order in which they are shown; default: as in the journal. */
  readonly sites?: readonly string[]
  /** Why a checkpoint is stale, by place name; undefined or empty where it is not. */
  readonly stale?: (place: string) => readonly string[] | undefined
}

/** Names of the lanes of steps that have no site. */
const SITELESS = ["here", "federation"]

/** The state of a federation by its journal: for each place the last outcome of its step, when, and whether it is stale. */
export function statusTable(memory: Memory, options: StatusOptions): string {
  const { bold } = options.colours ?? colours(false)
  if (memory.lastRun === undefined) return "Nothing has run here yet.\n"
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
  const rows = new Map(places.map((place) => [place, rowOf(memory, place, options)]))
  const shown = [...rows.values()]
  const blocks = sites.flatMap((site) => {
    const mine = lanes.get(site)?.toSorted((a, b) => order(a) - order(b))
    if (mine === undefined) return []
    const gone = !SITELESS.includes(site) && !memory.sites.has(site) ? " (no longer in the federation)" : ""
    return [
      `\n${bold(site)}${gone}\n${mine.map((place) => signedRow(rows.get(place)!, shown, options)).join("")}`,
    ]
  })
  const open = options.holder === undefined ? "interrupted" : `in progress (pid ${options.holder})`
  const end = code === undefined ? open : `exit code ${code}`
  const head = wrap(`${memory.federation}: last run ${moment(started)}, ${end}`, screenWidth(options.columns))
  return `${head.join("\n")}\n  ${oneLine(command)}\n${blocks.join("")}`
}

const stepOf = (place: string): string => place.slice(place.indexOf("/") + 1)

function rowOf(memory: Memory, place: string, options: StatusOptions): SignedRow {
  const ended = memory.ended.get(place)
  const checkpoint = memory.checkpoints.get(place)
  const when = ended?.t ?? checkpoint?.t
  const row = {
    name: stepOf(place),
    sign: signOf(memory, place, options),
    time: when === undefined ? "" : moment(when),
  }
  if (memory.interrupted.has(place)) {
    const open =
      options.holder === undefined
        ? "interrupted while applying; the next run checks the result"
        : "in progress"
    return { ...row, said: open }
  }
  return {
    ...row,
    said: ended?.outcome.reason ?? checkpoint?.reason ?? "",
    more: (options.stale?.(place) ?? []).map((why) => `stale: ${why}`),
  }
}

/** What counts more comes first: an open action, then a stale result, then the last outcome. */
function signOf(memory: Memory, place: string, options: StatusOptions): Sign {
  const paints = options.colours ?? colours(false)
  if (memory.interrupted.has(place)) {
    return options.holder === undefined
      ? outcomeSign({ kind: "interrupted" }, paints)
      : { symbol: "▸", word: "running", paint: paints.cyan }
  }
  if ((options.stale?.(place) ?? []).length > 0) return staleSign(paints)
  return outcomeSign(memory.ended.get(place)?.outcome ?? { kind: "unchanged" }, paints)
}
