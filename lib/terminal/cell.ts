import { clean, count, duration, oneLine } from "../notebook/format.ts"
import type { By, Event, Outcome } from "../runner/events.ts"
import type { PlanEntry } from "../runner/types.ts"
import { colours } from "./colours.ts"
import { fixLines, type TextOptions } from "./error-text.ts"
import { showText } from "./show-text.ts"
import { type SignedRow, signedRow } from "./signed-row.ts"
import { age, outcomeSign, planSign, staleSign } from "./signs.ts"
import { cut, PAGE, screenWidth, width } from "./width.ts"

/** With more sites than this, only the first of those that are alike are shown. */
const FEW = 4

/** The rule and the title at the top of a cell: ` 6/14  Write the greeting`, its id at the right. */
export function cellHead(
  cell: { readonly number: number; readonly of: number; readonly title: string; readonly id: string },
  options: TextOptions,
): string {
  const { bold, dim } = options.colours ?? colours(false)
  const columns = Math.min(PAGE, screenWidth(options.columns))
  const place = `${cell.number}/${cell.of}  `
  const title = cut(cell.title, columns - place.length)
  const left = columns - width(place) - width(title) - width(cell.id)
  const id = left >= 2 ? `${" ".repeat(left)}${dim(cell.id)}` : `\n${dim(cell.id)}`
  return `${dim("─".repeat(columns))}\n${place}${bold(title)}${id}\n`
}

/** How cells are shown. */
export interface CellOptions extends TextOptions {
  /** The name of a place that has no site. */
  readonly placeless: string
}

/** The commands of a cell, site by site. */
export function commandsText(
  sites: readonly { readonly site?: string; readonly lines: readonly string[] }[],
  options: CellOptions,
): string {
  const { dim, cyan } = options.colours ?? colours(false)
  const some = sites.filter(({ lines }) => lines.length > 0)
  const shown = some.length > FEW ? some.slice(0, FEW - 1) : some
  const blocks = shown.map(({ site, lines }) => {
    const commands = lines.flatMap((line) => clean(line).split("\n"))
    // Never wrapped, so that commands can be copied.
    return `  ${site ?? options.placeless}\n${commands.map((line) => `    ${cyan(line)}\n`).join("")}`
  })
  const more = some.length - shown.length
  return `${blocks.join("")}${more > 0 ? dim(`  and similar commands at ${count(more, "more site")}\n`) : ""}`
}

/**
 * The same for typing or pasting: at the margin, because the end of a here-document has to stand there, each site below
 * a comment with its name.
 */
export function typedText(
  sites: readonly { readonly site?: string; readonly lines: readonly string[] }[],
  options: CellOptions,
): string {
  const { dim } = options.colours ?? colours(false)
  return sites
    .filter(({ lines }) => lines.length > 0)
    .map(({ site, lines }) => `${dim(`# ${site ?? options.placeless}`)}\n${clean(lines.join("\n"))}\n`)
    .join("\n")
}

/** What the check found, one line per site, with the fix where a person must act first. */
export function foundText(entries: readonly PlanEntry[], options: CellOptions): string {
  const paints = options.colours ?? colours(false)
  const rows = entries.map(({ site, action, reason }): SignedRow => {
    return { name: site ?? options.placeless, sign: planSign(action, paints), said: reason }
  })
  return entries
    .map((entry, index) => signedRow(rows[index]!, rows, options) + advice(entry, options))
    .join("")
}

/** What the journal keeps of a place: its outcome, when, as which cluster user, and its output. */
export interface KeptPlace {
  readonly site?: string
  readonly outcome: Outcome
  readonly t: string
  /** The cluster user. */
  readonly user?: string
  readonly stale: readonly string[]
  readonly shown?: readonly Extract<Event, { type: "shown" }>[]
}

/** What the journal keeps of a cell. */
export interface KeptCell {
  /** `[3]`: the third that ran. */
  readonly number?: number
  readonly by?: By
  readonly places: readonly KeptPlace[]
  readonly expect?: string
}

export interface KeptOptions extends CellOptions {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Show the outputs of all sites, however many. */
  readonly all?: boolean
}

/** `[3] 5 min ago, by alice@laptop as kube:admin`, one line per site, and the output beside what the guide promises. */
export function keptText(kept: KeptCell, options: KeptOptions): string {
  const paints = options.colours ?? colours(false)
  const { places } = kept
  if (places.length === 0) return ""
  const last = places
    .map(({ t }) => t)
    .sort()
    .at(-1)!
  const users = new Set(places.flatMap(({ user }) => user ?? []))
  const who = [
    ...(kept.by === undefined ? [] : [`by ${kept.by.user}@${kept.by.host}`]),
    ...(users.size === 1 ? [`as ${[...users][0]}`] : []),
  ].join(" ")
  const head =
    kept.number === undefined
      ? ""
      : `[${kept.number}] ${age(last, options.now)}${who === "" ? "" : `, ${who}`}`
  const rows = placeRows(places, users.size > 1, options)
  return `${head === "" ? "" : `${paints.dim(oneLine(head))}\n`}${rows}${shownText(kept, options)}`
}

/** One line per site: its outcome, how long that took, and why it is stale. */
function placeRows(places: readonly KeptPlace[], withUser: boolean, options: KeptOptions): string {
  const paints = options.colours ?? colours(false)
  const rows = places.map(({ site, outcome, stale, user }): SignedRow => {
    const as = withUser && user !== undefined ? ` (as ${user})` : ""
    return {
      name: site ?? options.placeless,
      sign: stale.length > 0 ? staleSign(paints) : outcomeSign(outcome, paints),
      time: duration(outcome.seconds),
      said: `${outcome.reason}${as}`,
      more: stale.map((why) => `stale: ${why}`),
    }
  })
  return places
    .map(({ outcome }, index) => {
      const more = outcome.ok || outcome.kind === "skipped" ? "" : advice(outcome, options)
      return signedRow(rows[index]!, rows, options) + more
    })
    .join("")
}

const advice = (parts: { why?: string; fix?: string; next?: string }, options: TextOptions): string =>
  fixLines(parts, { ...options, columns: screenWidth(options.columns) - 2 })
    .map((line) => `  ${line}\n`)
    .join("")

/** The output of the first of many sites, and how to see the others. */
function shownText({ places, expect }: KeptCell, options: KeptOptions): string {
  const { dim } = options.colours ?? colours(false)
  const shown = places.flatMap(({ shown, site }) => (shown === undefined ? [] : [{ shown, site }]))
  const some = shown.length > FEW && options.all !== true ? shown.slice(0, 1) : shown
  const text = (one: Extract<Event, { type: "shown" }>) =>
    showText(one, {
      ...(options.colours && { colours: options.colours }),
      ...(expect !== undefined && { expect }),
      brief: true,
    })
  const texts = some.map(
    ({ shown: all, site }) =>
      `${shown.length > 1 ? `  ${site ?? options.placeless}\n` : ""}${all.map(text).join("")}`,
  )
  const more = shown.length - some.length
  return `${texts.join("")}${more > 0 ? dim(`  ${count(more, "more site")} with output: choose "Outputs"\n`) : ""}`
}
