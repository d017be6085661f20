import { moment, oneLine } from "../notebook/format.ts"
import type { Memory } from "../runner/journal-memory.ts"
import { colours } from "./colours.ts"
import type { TextOptions } from "./error-text.ts"
import { type SignedRow, signedRow } from "./signed-row.ts"
import { outcomeSign, type Sign, staleSign } from "./signs.ts"
import { statusMatrix } from "./status-matrix.ts"
import { screenWidth, wrap } from "./width.ts"

export interface StatusOptions extends TextOptions {
  /** Step ids in the guide's order; steps that only the journal knows come after them. */
  readonly steps: readonly string[]
  /** The pid of the run that is in progress. */
  readonly holder?: number | undefined
  /** Site names in the order in which they are shown; default: as in the journal. */
  readonly sites?: readonly string[]
  /** A line for every place, not only for those that need attention. */
  readonly details?: boolean
  /** What is no longer in the federation, and still there. */
  readonly facts?: readonly string[]
  /** Why a checkpoint is stale, by place name; undefined or empty where it is not. */
  readonly stale?: (place: string) => readonly string[] | undefined
}

/**
 * The state of a federation by its journal: a table of steps by sites, then a line for each place that needs attention. `details`:
 * a line for every place.
 */
export function statusTable(memory: Memory, options: StatusOptions): string {
  if (memory.lastRun === undefined) return "Nothing has run here yet.\n"
  const { started, command, code } = memory.lastRun
  const rank = new Map(options.steps.map((step, index) => [step, index]))
  const order = (place: string) => rank.get(stepOf(place)) ?? rank.size
  const places = [
    ...new Set([...memory.ended.keys(), ...memory.checkpoints.keys(), ...memory.interrupted]),
  ].toSorted((a, b) => order(a) - order(b))
  const known = new Set(places)
  const named = new Set(places.flatMap((place) => siteOf(place) ?? []))
  const sites = [...new Set([...(options.sites ?? memory.sites.keys()), ...named])].filter((site) =>
    named.has(site),
  )
  const matrix = statusMatrix({
    ...options,
    steps: [...new Set(places.map(stepOf))],
    sites,
    signAt: (step, site) => {
      const place = site === undefined ? step : `${site}/${step}`
      return known.has(place) ? signOf(memory, place, options) : undefined
    },
  })
  const open = options.holder === undefined ? "interrupted" : `in progress (pid ${options.holder})`
  const end = code === undefined ? open : `exit code ${code}`
  const columns = screenWidth(options.columns)
  const head = wrap(`${memory.federation}: last run ${moment(started)}, ${end}`, columns)
  const facts = (options.facts ?? []).flatMap((text) => ["", ...wrap(text, columns)])
  const left = sites.filter((site) => !memory.sites.has(site))
  const gone =
    facts.length > 0 || left.length === 0
      ? []
      : ["", ...wrap(`No longer in the federation: ${left.join(", ")}`, columns)]
  const rows = places
    .filter((place) => options.details === true || needsAttention(memory, place, options))
    .map((place) => rowOf(memory, place, options))
  const details = rows.length === 0 ? "" : `\n${rows.map((row) => signedRow(row, rows, options)).join("")}`
  return `${[...head, `  ${oneLine(command)}`, ...gone, ...facts].join("\n")}\n\n${matrix}${details}`
}

const siteOf = (place: string): string | undefined =>
  place.includes("/") ? place.slice(0, place.indexOf("/")) : undefined

/** Not as it should be, by the journal. */
function needsAttention(memory: Memory, place: string, options: StatusOptions): boolean {
  if (memory.interrupted.has(place) || (options.stale?.(place) ?? []).length > 0) return true
  return memory.ended.get(place)?.outcome.ok === false
}

const stepOf = (place: string): string => place.slice(place.indexOf("/") + 1)

function rowOf(memory: Memory, place: string, options: StatusOptions): SignedRow {
  const ended = memory.ended.get(place)
  const checkpoint = memory.checkpoints.get(place)
  const when = ended?.t ?? checkpoint?.t
  const row = { name: place, sign: signOf(memory, place, options) }
  const at = when === undefined ? "" : ` (${moment(when)})`
  if (memory.interrupted.has(place)) {
    const open =
      options.holder === undefined
        ? "interrupted while applying; the next run checks the result"
        : "in progress"
    return { ...row, said: open }
  }
  return {
    ...row,
    said: `${ended?.outcome.reason ?? checkpoint?.reason ?? ""}${at}`,
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
