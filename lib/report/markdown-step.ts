/** What one step did, site by site: sites at which the same was done are told once. */
import { count, duration } from "../notebook/format.ts"
import { isHeldBack } from "../runner/events.ts"
import { executed, notOurs, writtenIn } from "./executions.ts"
import { atMost, code, fence, inline } from "./markdown-text.ts"
import { executionSign, MANUAL, namesOf, placeSign } from "./signs.ts"
import type { Execution, RanCommand, Report, ReportCell, ReportPlace } from "./types.ts"

/** How much of an output is told: of a command that ended well, of one that failed, of what a step shows. */
const LINES = { well: 3, failed: 20, shown: 12 }
const LONGEST_LINE = 240
const LONGEST_REASON = 160
const MOST_HASHES = 6

/** A step's heading and what was done at its places. */
export function stepLines(walk: Report, cell: ReportCell): string[] {
  const places = cell.places.filter((place) => toldOf(place).length > 0)
  if (places.length === 0) return []
  const groups = [...Map.groupBy(places, (place) => sameness(walk, place)).values()]
  return [
    `### ${cell.number}. ${inline(cell.title)} (${cell.step})`,
    ...groups.flatMap((group, index) => [...(index === 0 ? [] : [""]), ...groupLines(walk, group)]),
  ]
}

function groupLines(walk: Report, [first, ...others]: readonly ReportPlace[]): string[] {
  const place = first!
  const told = toldOf(place)
  const same =
    others.length === 0
      ? []
      : [`- the same at ${namesOf(others.map(({ site }) => site!))}, each with its own values`]
  return [
    ...told.flatMap((execution, index) => [
      ...(index === 0 ? [] : [""]),
      headOf(walk, place, execution),
      ...(index === 0 ? same : []),
      ...factsOf(execution),
      ...writtenLines(
        walk,
        [place, ...others].map((one) => ({ site: one.site, execution: toldOf(one)[index]! })),
      ),
      ...(index === told.length - 1 ? afterwards(place) : []),
      ...linesOf(execution),
    ]),
  ]
}

/** Those in which something was done or went wrong, and the first that found it well, at the beginning and after each of these. */
function toldOf(place: ReportPlace): readonly Execution[] {
  const run = executed(place).filter(({ outcome }) => outcome === undefined || !isHeldBack(outcome))
  return run.filter(
    ({ actions, outcome }, index) =>
      actions.length > 0 || outcome?.ok !== true || index === 0 || endedBadly(run[index - 1]!),
  )
}

const endedBadly = ({ outcome, ended }: Execution): boolean => ended === undefined || outcome?.ok === false

/** **superlink** ✓ made in 0.7 s, 00:25:22Z, run 2 */
function headOf(walk: Report, { site }: ReportPlace, execution: Execution): string {
  const { symbol, word } = executionSign(execution)
  const { outcome, started, run } = execution
  const took = outcome === undefined || outcome.seconds < 0.05 ? "" : ` in ${duration(outcome.seconds)}`
  const where = site === undefined ? "" : `**${site}** `
  return `${where}${symbol} ${word}${took}, ${second(started)}${walk.runs.length > 1 ? `, run ${run}` : ""}`
}

/** `2026-11-23 00:25:22Z` */
export const second = (iso: string): string => iso.replace("T", " ").replace(/\.\d+/, "")

function factsOf({ before, after, actions, outcome, waits, notes }: Execution): string[] {
  const checked = (word: string, one: Execution["before"]) =>
    one === undefined ? [] : [`- ${word}: ${one.result.state}, ${short(one.result.reason)}`]
  const changed = actions.length > 0
  return [
    ...(changed ? checked("before", before) : []),
    ...actions.flatMap(({ manual, ok, reason, ended }) => [
      ...(manual === true ? [`- ${MANUAL}`] : []),
      ...(ok === false ? [`- an attempt failed: ${short(reason ?? "no reason is known")}`] : []),
      ...(ended === undefined && manual !== true ? ["- begun; its end was not seen"] : []),
    ]),
    ...(waits.length === 0 ? [] : [`- waited: ${waitsOf(waits.map(({ reason }) => reason))}`]),
    ...[...new Set(notes.map(({ text }) => text))].map((text) => `- note: ${short(text)}`),
    ...(!changed ? checked("found", after) : after?.t === before?.t ? [] : checked("after", after)),
    ...(outcome?.ok === false && outcome.reason !== after?.result.reason
      ? [`- ended: ${inline(outcome.reason)}`]
      : []),
  ]
}

const waitsOf = (reasons: readonly string[]): string =>
  reasons.length <= 2
    ? reasons.map(short).join("; ")
    : `${short(reasons[0]!)}; …; ${short(reasons.at(-1)!)} (${reasons.length} reasons)`

/** In one line, and not too long. */
export const short = (text: string): string => inline(cut(text, LONGEST_REASON))

/** What was written in an execution and in the others of its group: where they differ, each has its own line. */
function writtenLines(
  walk: Report,
  group: readonly { readonly site: string | undefined; readonly execution: Execution }[],
): string[] {
  const all = group.map(({ site, execution }) => ({
    site,
    general: generalOf(walk, site),
    ...writtenIn(execution),
  }))
  const whole = once(
    all.flatMap(({ site, general, whole }) =>
      whole.map(({ what, sha256 }) => ({
        site,
        line: `${inline(what)}${sha256 === undefined ? "" : `, SHA-256 ${sha256}`}`,
        same: `${general(what)} ${sha256}`,
      })),
    ),
  )
  const objects = once(
    all.flatMap(({ site, general, objects }) =>
      [...objects].flatMap(([words, names]) =>
        names.map((name) => ({ site, words, line: inline(name), same: `${words} ${general(name)}` })),
      ),
    ),
  )
  const at = (site: string | undefined) => (site === group[0]!.site ? "" : ` at ${site}`)
  return [
    ...atMost(
      whole.map(({ site, line }) => `- applied${at(site)}: ${line}`),
      MOST_HASHES,
      (more) => `- applied: ${more} more, in \`report --format json\``,
    ),
    ...[...Map.groupBy(objects, ({ site, words }) => `${words}${at(site)}`)].map(
      ([words, mine]) => `- ${words}: ${mine.map(({ line }) => line).join(", ")}`,
    ),
  ]
}

/** What is the same at several sites, at the first of them. */
const once = <T extends { readonly same: string }>(all: readonly T[]): T[] =>
  [...Map.groupBy(all, ({ same }) => same).values()].map(([first]) => first!)

const LEFT_ALONE = {
  "was there": "it was there before and is used as it is",
  "by hand": "a person made it",
}

/** What became of it since. */
function afterwards(place: ReportPlace): string[] {
  const { stale, undone, gone } = place
  const whose = notOurs(place)
  return [
    ...(whose === undefined ? [] : [`- ${LEFT_ALONE[whose]}: teardown leaves it`]),
    ...stale.map((why) => `- stale: ${inline(why)}`),
    ...(undone === undefined ? [] : [`- taken back ${second(undone.t)} by ${undone.step}`]),
    ...(gone === true ? ["- this site is no longer in the federation"] : []),
  ]
}

/** Commands and what they printed, then what the step shows and what of the guide's promise did not come. */
function linesOf({ commands, shown }: Execution): string[] {
  const printed = new Set(commands.map((command) => `${command.line}\n${outputOf(command)}`))
  const news = shown.filter(({ line, text }) => !printed.has(`${line}\n${text}`))
  const lines = [
    ...commands.flatMap(commandLines),
    ...news.flatMap(({ line, text }) => [
      ...(line === "" ? [] : [`$ ${line}`]),
      ...trimmed(text, LINES.shown, "end"),
    ]),
  ]
  const missed = shown.flatMap(({ differs }) => differs)
  return [
    ...(lines.length === 0 ? [] : fence(lines)),
    ...missed.map((line) => `- promised by the guide, did not come: ${code(line)}`),
  ]
}

const outputOf = ({ output }: RanCommand): string => output.map(({ text }) => text).join("")

function commandLines(command: RanCommand): string[] {
  const { line, cwd, exitCode } = command
  const well = exitCode === 0
  return [
    `$ ${line}${cwd === undefined ? "" : `  # in ${cwd}`}`,
    ...trimmed(outputOf(command), well ? LINES.well : LINES.failed, well ? "end" : "begin"),
    ...(well ? [] : [exitCode === undefined ? "(its end was not seen)" : `(exit code ${exitCode})`]),
  ]
}

/** At most so many lines that say something; what is left out, at the end or the beginning, is counted. */
function trimmed(text: string, most: number, leave: "end" | "begin"): string[] {
  const all = text.split("\n").filter((line) => line.trim() !== "")
  const lines = all.map((line) => cut(line, LONGEST_LINE))
  if (lines.length <= most + 1) return lines
  const more = `… ${count(lines.length - most, "more line")}`
  return leave === "end" ? [...lines.slice(0, most), more] : [more, ...lines.slice(-most)]
}

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${[...text].slice(0, most).join("")}…`

/** What was done at a place, its own values, numbers and words of chance left out. */
function sameness(walk: Report, place: ReportPlace): string {
  const general = generalOf(walk, place.site)
  const executions = toldOf(place).map(({ run, actions, commands, shown, outcome, before, after, ended }) => [
    run,
    actions.map(({ action, ok, manual }) => [action, ok, manual]),
    commands.map(({ line, exitCode }) => [general(line), exitCode]),
    shown.map(({ line, differs }) => [general(line), differs.map(general)]),
    outcome?.kind,
    outcome?.ok === false ? general(outcome.reason) : "",
    before?.result.state,
    after?.result.state,
    ended === undefined,
  ])
  const { stale, adopted, undone, gone } = place
  return JSON.stringify([placeSign(place), executions, stale, adopted, undone?.step, gone])
}

/** A text without the site's name, the values of its inputs (the longest first: each may stand in another), numbers and ids. */
function generalOf({ inputs }: Report, site: string | undefined): (text: string) => string {
  const values = inputs.flatMap((input) => (input.site === site ? (input.value ?? []) : []))
  const own = site === undefined ? [] : [site, ...values].filter((value) => value.length > 2)
  own.sort((a, b) => b.length - a.length)
  return (text) =>
    own.reduce((so, value) => so.replaceAll(value, "‹›"), text).replace(/[0-9a-f]{8}-[-0-9a-f]{27}|\d+/g, "#")
}
