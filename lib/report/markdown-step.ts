/** What one step did, site by site; sites at which it did the same are described once. */
import { count, duration } from "../notebook/format.ts"
import { isHeldBack } from "../runner/events.ts"
import { adoption, executed, writtenIn } from "./executions.ts"
import { atMost, code, fence, inline } from "./markdown-text.ts"
import { executionSign, MANUAL, namesOf, openEnd, placeSign } from "./signs.ts"
import type { Execution, RanCommand, Report, ReportCell, ReportPlace } from "./types.ts"

/** How many lines of output are kept: of a command that succeeded, of one that failed, of what a step shows. */
const LINES = { ok: 3, failed: 20, shown: 12 }
const LONGEST_LINE = 240
const LONGEST_REASON = 160
const MOST_HASHES = 6

/** A step's heading and what was done at its places. */
export function stepLines(walk: Report, cell: ReportCell): string[] {
  const places = cell.places.filter((place) => executionsOf(place).length > 0)
  if (places.length === 0) return []
  const groups = [...Map.groupBy(places, (place) => sameness(walk, place)).values()]
  return [
    `### ${cell.number}. ${inline(cell.title)} (${cell.step})`,
    ...groups.flatMap((group, index) => [...(index === 0 ? [] : [""]), ...groupLines(walk, group)]),
  ]
}

function groupLines(walk: Report, [first, ...others]: readonly ReportPlace[]): string[] {
  const place = first!
  const executions = executionsOf(place)
  const same =
    others.length === 0
      ? []
      : [`- the same at ${namesOf(others.map(({ site }) => site!))}, each with its own values`]
  return [
    ...executions.flatMap((execution, index) => [
      ...(index === 0 ? [] : [""]),
      headOf(walk, place, execution),
      ...(index === 0 ? same : []),
      ...factsOf(execution),
      ...writtenLines(
        walk,
        [place, ...others].map((one) => ({ site: one.site, execution: executionsOf(one)[index]! })),
      ),
      ...(index === executions.length - 1 ? afterwards(place) : []),
      ...linesOf(execution),
    ]),
  ]
}

/** Those that changed something or failed, and the first that found it ready, at the start and after a failure. */
function executionsOf(place: ReportPlace): readonly Execution[] {
  const run = executed(place).filter(({ outcome }) => outcome === undefined || !isHeldBack(outcome))
  return run.filter(
    ({ actions, outcome }, index) =>
      actions.length > 0 || outcome?.ok !== true || index === 0 || failed(run[index - 1]!),
  )
}

const failed = ({ outcome, ended }: Execution): boolean => ended === undefined || outcome?.ok === false

/** **superlink** ✓ applied in 0.7 s, 00:25:22Z, run 2 */
function headOf(walk: Report, { site }: ReportPlace, execution: Execution): string {
  const { symbol, word } = executionSign(execution)
  const { outcome, started, run } = execution
  const took = outcome === undefined || outcome.seconds < 0.05 ? "" : ` in ${duration(outcome.seconds)}`
  const where = site === undefined ? "" : `**${site}** `
  return `${where}${symbol} ${word}${took}, ${second(started)}${walk.runs.length > 1 ? `, run ${run}` : ""}`
}

/** `2026-11-23 00:25:22Z` */
export const second = (iso: string): string => iso.replace("T", " ").replace(/\.\d+/, "")

function factsOf({ before, after, actions, outcome, waits, notes, running }: Execution): string[] {
  const checked = (word: string, one: Execution["before"]) =>
    one === undefined ? [] : [`- ${word}: ${one.result.state}, ${short(one.result.reason)}`]
  const changed = actions.length > 0
  return [
    ...(changed ? checked("before", before) : []),
    ...actions.flatMap(({ manual, ok, reason, ended }) => [
      ...(manual === true ? [`- ${MANUAL}`] : []),
      ...(ok === false ? [`- an attempt failed: ${short(reason ?? "reason unknown")}`] : []),
      ...(ended === undefined && manual !== true ? [`- ${openEnd(running)} while applying`] : []),
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

/** In one line of limited length. */
export const short = (text: string): string => inline(cut(text, LONGEST_REASON))

/** What an execution and the others of its group wrote; where they differ, each has its own line. */
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
      whole.map(({ site, line }) => `- written${at(site)}: ${line}`),
      MOST_HASHES,
      (more) => `- written: ${more} more, in \`report --format json\``,
    ),
    ...[...Map.groupBy(objects, ({ site, words }) => `${words}${at(site)}`)].map(
      ([words, mine]) => `- ${words}: ${mine.map(({ line }) => line).join(", ")}`,
    ),
  ]
}

/** Of those that are the same at several sites, the first. */
const once = <T extends { readonly same: string }>(all: readonly T[]): T[] =>
  [...Map.groupBy(all, ({ same }) => same).values()].map(([first]) => first!)

const ADOPTED = {
  adopted: "it existed before and is used as it is",
  manual: "a person created it",
}

/** What has happened to it since. */
function afterwards(place: ReportPlace): string[] {
  const { stale, undone, gone } = place
  const adopted = adoption(place)
  return [
    ...(adopted === undefined ? [] : [`- ${ADOPTED[adopted]}; teardown does not delete it`]),
    ...stale.map((why) => `- stale: ${inline(why)}`),
    ...(undone === undefined ? [] : [`- deleted ${second(undone.t)} by ${undone.step}`]),
    ...(gone === true ? ["- this site is no longer in the federation"] : []),
  ]
}

/** Commands and what they printed, then what the step shows and which promised lines are missing. */
function linesOf({ commands, shown, running }: Execution): string[] {
  const printed = new Set(commands.map((command) => `${command.line}\n${outputOf(command)}`))
  const others = shown.filter(({ line, text }) => !printed.has(`${line}\n${text}`))
  const lines = [
    ...commands.flatMap((command) => commandLines(command, running)),
    ...others.flatMap(({ line, text }) => [
      ...(line === "" ? [] : [`$ ${line}`]),
      ...trimmed(text, LINES.shown, "end"),
    ]),
  ]
  const missed = shown.flatMap(({ differs }) => differs)
  return [
    ...(lines.length === 0 ? [] : fence(lines)),
    ...missed.map((line) => `- promised by the guide, missing from the output: ${code(line)}`),
  ]
}

const outputOf = ({ output }: RanCommand): string => output.map(({ text }) => text).join("")

function commandLines(command: RanCommand, running?: boolean): string[] {
  const { line, cwd, exitCode } = command
  const ok = exitCode === 0
  return [
    `$ ${line}${cwd === undefined ? "" : `  # in ${cwd}`}`,
    ...trimmed(outputOf(command), ok ? LINES.ok : LINES.failed, ok ? "end" : "begin"),
    ...(ok ? [] : [`(${exitCode === undefined ? openEnd(running) : `exit code ${exitCode}`})`]),
  ]
}

/** At most so many lines that are not empty; the others, at the end or the beginning, are counted. */
function trimmed(text: string, most: number, leave: "end" | "begin"): string[] {
  const all = text.split("\n").filter((line) => line.trim() !== "")
  const lines = all.map((line) => cut(line, LONGEST_LINE))
  if (lines.length <= most + 1) return lines
  const more = `… ${count(lines.length - most, "more line")}`
  return leave === "end" ? [...lines.slice(0, most), more] : [more, ...lines.slice(-most)]
}

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${[...text].slice(0, most).join("")}…`

/** What was done at a place, without its own values, numbers and ids. */
function sameness(walk: Report, place: ReportPlace): string {
  const general = generalOf(walk, place.site)
  const executions = executionsOf(place).map(
    ({ run, actions, commands, shown, outcome, before, after, ended }) => [
      run,
      actions.map(({ action, ok, manual }) => [action, ok, manual]),
      commands.map(({ line, exitCode }) => [general(line), exitCode]),
      shown.map(({ line, differs }) => [general(line), differs.map(general)]),
      outcome?.kind,
      outcome?.ok === false ? general(outcome.reason) : "",
      before?.result.state,
      after?.result.state,
      ended === undefined,
    ],
  )
  const { stale, adopted, undone, gone } = place
  return JSON.stringify([placeSign(place), executions, stale, adopted, undone?.step, gone])
}

/** Sorted once per report: each place asks for its own. */
const inputsBySite = new WeakMap<Report["inputs"], Map<string | undefined, Report["inputs"]>>()

/** A text without the site's name, the values of its inputs (the longest first: each may stand in another), numbers and ids. */
function generalOf({ inputs }: Report, site: string | undefined): (text: string) => string {
  let bySite = inputsBySite.get(inputs)
  if (bySite === undefined) {
    bySite = Map.groupBy(inputs, (input) => input.site)
    inputsBySite.set(inputs, bySite)
  }
  const values = (bySite.get(site) ?? []).flatMap((input) => input.value ?? [])
  const own = site === undefined ? [] : [site, ...values].filter((value) => value.length > 2)
  own.sort((a, b) => b.length - a.length)
  return (text) =>
    own.reduce((so, value) => so.replaceAll(value, "‹›"), text).replace(/[0-9a-f]{8}-[-0-9a-f]{27}|\d+/g, "#")
}
