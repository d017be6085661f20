import type { Foreseen } from "../notebook/foreseen.ts"
import { shortLine } from "../notebook/format.ts"
import { placeName } from "../runner/events.ts"
import type { PlanEntry } from "../runner/types.ts"
import { colours } from "./colours.ts"
import { fixLines, type TextOptions } from "./error-text.ts"
import { type SignedRow, signedRow } from "./signed-row.ts"
import { planSign } from "./signs.ts"
import { screenWidth, wrap } from "./width.ts"

export interface PlanOptions extends TextOptions {
  /** Site names in the order in which they are shown. */
  readonly sites: readonly string[]
  /** What whoever approves it has to know; shown if there is something to do. */
  readonly notices?: readonly string[]
  /** What holds whether or not there is something to do. */
  readonly facts?: readonly string[]
}

/** With more lanes than this, lanes with the same plan are shown once. */
const FEW = 8

/**
 * A plan, lane by lane in the guide's order: what would happen to each step and why, why an earlier checkpoint is stale,
 * and the fix where a person must act first; then the sum, and the changes outside the sites.
 */
export function planTable(entries: readonly PlanEntry[], options: PlanOptions): string {
  const { bold } = options.colours ?? colours(false)
  const lines = (text: string) => `${wrap(text, screenWidth(options.columns)).join("\n")}\n`
  const lanes = lanesOf(entries, options.sites)
  const blocks = folded(lanes).map(
    ({ lane, like }) => `${bold(headOf(lane, like))}\n${laneText(lane, entries, options)}`,
  )
  const tail = consequences(entries)
    .filter(({ items }) => items.length > 0)
    .map(({ title, items }) => `\n${lines(title)}${items.map((item) => listItem(item, options)).join("")}`)
    .join("")
  const isDone = entries.every(({ action }) => action === "ok")
  const notices = isDone ? [] : (options.notices ?? []).map((text) => `\n${lines(shortLine(text))}`)
  const facts = (options.facts ?? []).map(
    (text, index) => `${index === 0 ? "\n" : ""}${lines(shortLine(text))}`,
  )
  return `${blocks.join("\n")}${blocks.length > 0 ? "\n" : ""}${lines(planSummary(entries))}${facts.join("")}${tail}${notices.join("")}`
}

/** `Plan: 12 to apply, 3 to update, 20 ok.` */
export function planSummary(entries: readonly PlanEntry[]): string {
  const number = (kind: PlanEntry["action"]) => entries.filter(({ action }) => action === kind).length
  const parts: [number, string][] = [
    [number("apply"), "to apply"],
    [number("update"), "to update"],
    [number("delete"), "to delete"],
    [number("wait"), "waiting"],
    [number("blocked"), "blocked"],
    [number("unknown"), "unknown"],
    [number("ok"), "ok"],
  ]
  const said = parts.filter(([n]) => n > 0).map(([n, words]) => `${n} ${words}`)
  const idle = entries.every(({ action }) => action === "ok")
  return `Plan: ${[...(idle ? ["nothing to do"] : []), ...said].join(", ")}.`
}

/** What whoever approves a plan has to know beside its rows, place by place. */
function consequences(entries: readonly PlanEntry[]): { title: string; items: string[] }[] {
  const changing = entries.filter((entry) => changes(entry) || needsPerson(entry))
  const foreseen = (...kinds: Foreseen["kind"][]) =>
    changing.flatMap((entry) =>
      (entry.foreseen ?? [])
        .filter(({ kind }) => kinds.includes(kind))
        .map(({ what }) => ({ entry, what: checked(entry) ? what : `${what}, if needed` })),
    )
  const items = (found: readonly { entry: PlanEntry; what: string }[]) =>
    found.map(({ entry, what }) => `${placeName(entry)}: ${shortLine(what)}`)
  const known = changing.flatMap((entry) =>
    entry.approval === undefined ? [] : [{ entry, what: entry.approval }],
  )
  const effects = changing.flatMap((entry) => (entry.effects ?? []).map((what) => ({ entry, what })))
  return [
    {
      title: "Approving also allows these changes outside the site:",
      items: items([...known, ...foreseen("outside")]),
    },
    { title: "These credentials leave this machine:", items: items(foreseen("sends")) },
    { title: "With these changes:", items: items([...effects, ...foreseen("also")]) },
  ]
}

const checked = ({ action, after }: PlanEntry): boolean => after === undefined && action !== "unknown"

/** One item of a list; what is too wide continues below its first word. */
function listItem(text: string, options: TextOptions): string {
  return wrap(`- ${text}`, screenWidth(options.columns) - 2)
    .map((line) => `  ${line}\n`)
    .join("")
}

/** Whether a run may change something here, now or once the steps before it have succeeded. */
const changes = ({ action, after }: PlanEntry): boolean =>
  action === "apply" || action === "update" || action === "delete" || after !== undefined

interface PlanLane {
  readonly name: string
  readonly entries: PlanEntry[]
}

/** Steps without a site stand before the lanes (`here`) or after them (`federation`), as in the entries. */
function lanesOf(entries: readonly PlanEntry[], sites: readonly string[]): PlanLane[] {
  const first = entries.findIndex((entry) => entry.site !== undefined)
  const names = [...new Set([...sites, ...entries.flatMap(({ site }) => (site === undefined ? [] : [site]))])]
  const siteless = (entry: PlanEntry, before: boolean) =>
    entry.site === undefined && (first === -1 || entries.indexOf(entry) < first) === before
  return [
    { name: "here", entries: entries.filter((entry) => siteless(entry, true)) },
    ...names.map((name) => ({ name, entries: entries.filter((entry) => entry.site === name) })),
    { name: "federation", entries: entries.filter((entry) => siteless(entry, false)) },
  ].filter((lane) => lane.entries.length > 0)
}

/** Of many lanes, those with the same plan are shown as one. */
function folded(lanes: readonly PlanLane[]): { lane: PlanLane; like: string[] }[] {
  const blocks = new Map<string, { lane: PlanLane; like: string[] }>()
  for (const lane of lanes) {
    const key =
      lanes.length <= FEW
        ? lane.name
        : JSON.stringify(
            lane.entries.map((entry) => {
              const own =
                entry.action === "blocked" || entry.action === "unknown" || entry.action === "update"
              return [entry.step, entry.action, entry.stale, own ? entry.reason : ""]
            }),
          )
    const block = blocks.get(key)
    if (block === undefined) blocks.set(key, { lane, like: [] })
    else block.like.push(lane.name)
  }
  return [...blocks.values()]
}

/** `supernode-2 and 37 others with the same plan: supernode-3 … supernode-40`. */
function headOf(lane: PlanLane, like: readonly string[]): string {
  if (like.length <= 2) return [lane.name, ...like].join(", ")
  return `${lane.name} and ${like.length} others with the same plan: ${like[0]} … ${like.at(-1)}`
}

function laneText(lane: PlanLane, all: readonly PlanEntry[], options: PlanOptions): string {
  const paints = options.colours ?? colours(false)
  const rowOf = (entry: PlanEntry): SignedRow => ({
    name: entry.step,
    sign: planSign(entry.action, paints),
    said: [entry.reason, ...created(entry)].join("; "),
    ...((entry.action === "ok" || entry.after !== undefined) && { saidIn: paints.dim }),
    more: (entry.stale ?? []).map((why) => `stale: ${why}`),
  })
  const rows = all.map(rowOf)
  return lane.entries
    .map((entry) => {
      const advice = needsPerson(entry)
        ? fixLines(entry, { ...options, columns: screenWidth(options.columns) - 4 })
        : []
      return signedRow(rowOf(entry), rows, options) + advice.map((line) => `    ${line}\n`).join("")
    })
    .join("")
}

/** The object of a step that could not be checked yet. */
const created = ({ after, foreseen = [] }: PlanEntry): string[] =>
  after === undefined ? [] : foreseen.flatMap(({ kind, what }) => (kind === "creates" ? [what] : []))

const needsPerson = ({ action }: PlanEntry): boolean => action === "blocked" || action === "unknown"
