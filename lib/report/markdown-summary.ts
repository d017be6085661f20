/** The state of the walk in a paragraph, and what needs attention. */
import { count, duration, moment } from "../notebook/format.ts"
import { isHeldBack } from "../runner/events.ts"
import { code, inline } from "./markdown-text.ts"
import { isDone, namesOf, PRACTICE, placeSign, runSeconds, together } from "./signs.ts"
import type { Report, ReportCell, ReportPlace } from "./types.ts"

/** What, with which outcome, by whom, when, how long, with which versions. */
export function summaryOf(walk: Report): string {
  const { runs, running, made, program } = walk
  const who = [...new Set(runs.flatMap(({ by }) => (by === undefined ? [] : `${by.user}@${by.host}`)))]
  const machines = new Set(
    runs.flatMap(({ by }) => (by === undefined ? [] : `Node ${by.node} on ${by.platform}`)),
  )
  const versions = [...new Set(runs.map(({ version }) => version))]
  const seconds = runs.reduce((sum, run) => sum + runSeconds(run), 0)
  const [first, last] = [runs[0], runs.at(-1)]
  const when =
    first === undefined || last === undefined
      ? ""
      : runs.length === 1
        ? ` one run of ${duration(seconds)} on ${moment(first.started)}`
        : ` ${runs.length} runs (${duration(seconds)}) from ${moment(first.started)} to ${moment(last.last)}`
  const sentences = [
    `${stateOf(walk)}${running === true ? " A run was in progress when this report was created." : ""}`,
    ...(runs.length === 0
      ? []
      : [
          `It took${when}${who.length === 0 ? "" : ` by ${inline(namesOf(who))}`}, with ${program.name} ${namesOf(versions)}${
            machines.size === 0 ? "" : ` (${namesOf([...machines])})`
          }.`,
        ]),
    `This report was created ${moment(made)} with ${program.name} ${program.version}.`,
  ]
  return `${walk.practice ? `${PRACTICE}\n\n` : ""}${sentences.join(" ")}`
}

function stateOf({ cells: all, sites, federation }: Report): string {
  const cells = all.map(withoutGone)
  const signs = cells.map(({ places }) => together(places.map(placeSign)))
  const state = together(signs)
  const good = cells.filter(({ places }) => places.every(isDone)).length
  const selected = sites.filter(({ gone }) => gone !== true).map(({ name }) => name)
  const where =
    selected.length === federation.sites.length
      ? count(selected.length, "site")
      : `${namesOf(selected)} (of ${count(federation.sites.length, "site")})`
  const stale = cells.filter(({ places }) => places.some((place) => place.stale.length > 0)).length
  const steps =
    good === signs.length && good > 1
      ? `All ${count(good, "step")}`
      : `${good} of ${count(signs.length, "step")}`
  const changed = stale === 0 ? "" : `; inputs have changed since for ${stale} of them`
  const undone = cells.some(({ places }) => places.some((place) => place.undone !== undefined))
  const word = state.tone !== "bad" && undone ? "deleted" : state.word
  return `**${headline(word, stale > 0)}.** ${steps} ${good === 1 ? "is" : "are"} done at ${where}${changed}.`
}

function headline(word: string, stale: boolean): string {
  if (word === "done") return stale ? "Done, but stale" : "Done"
  return `${word[0]!.toUpperCase()}${word.slice(1)}`
}

/** The state of a site that left the federation says nothing about the federation. */
const withoutGone = (cell: ReportCell): ReportCell => ({
  ...cell,
  places: cell.places.filter(({ gone }) => gone !== true),
})

/** What failed or is blocked, with cause and fix; what was skipped because of it; what was interrupted; what is stale. */
export function troubleLines(walk: Report): string[] {
  const places = walk.cells.map(withoutGone).flatMap((cell) => cell.places.map((place) => ({ cell, place })))
  const bad = places.filter(({ place }) => placeSign(place).tone === "bad")
  const skipped = places.filter(({ place }) => place.outcome !== undefined && isHeldBack(place.outcome))
  const interrupted = places.filter(({ place }) => place.interrupted === true)
  const stale = places.filter(({ place }) => place.stale.length > 0)
  const causes = new Set(bad.map(nameOf))
  const others = skipped.filter(({ place }) => !causes.has(place.outcome!.root ?? ""))
  const lines = [
    ...bad.flatMap((one) => badLines(one, skipped)),
    ...(others.length === 0 ? [] : [`- skipped: ${grouped(others)}`]),
    ...interrupted.map(
      (one) => `- ${nameOf(one)}: interrupted while applying; the next run checks the result`,
    ),
    ...staleLines(stale),
  ]
  return lines.length === 0 ? [] : [`## ${bad.length > 0 ? "What failed" : "What is left"}`, "", ...lines]
}

interface At {
  readonly cell: ReportCell
  readonly place: ReportPlace
}

/** One that failed, and what was skipped because of it. */
function badLines(bad: At, skipped: readonly At[]): string[] {
  const { reason, why, fix, next } = bad.place.outcome!
  const followers = skipped.filter(({ place }) => place.outcome!.root === nameOf(bad))
  return [
    `- **${nameOf(bad)}** ${placeSign(bad.place).word}: ${inline(reason)}`,
    ...(why === undefined ? [] : [`  - why: ${inline(why)}`]),
    ...(fix === undefined ? [] : [`  - fix: ${inline(fix)}`]),
    ...(next === undefined ? [] : [`  - next: ${code(next)}`]),
    ...(followers.length === 0 ? [] : [`  - skipped because of it: ${grouped(followers)}`]),
  ]
}

/** One line per reason, because a changed input affects many places. */
function staleLines(stale: readonly At[]): string[] {
  const reasons = stale.flatMap((at) => at.place.stale.map((why) => ({ why, at })))
  return [...Map.groupBy(reasons, ({ why }) => why)].map(
    ([why, mine]) => `- stale, ${inline(why)}: ${grouped(mine.map(({ at }) => at))}`,
  )
}

/** `deploy-supernode, verify at supernode-1 and supernode-2; verify-federation`: sites with the same steps together. */
function grouped(all: readonly At[]): string {
  const steps = [...Map.groupBy(all, ({ place }) => place.site)].map(([site, mine]) => ({
    site,
    steps: mine.map(({ cell }) => cell.step).join(", "),
  }))
  return [...Map.groupBy(steps, ({ steps }) => steps)]
    .map(([names, mine]) => {
      const sites = mine.flatMap(({ site }) => site ?? [])
      return sites.length === 0 ? names : `${names} at ${namesOf(sites)}`
    })
    .join("; ")
}

const nameOf = ({ cell, place: { site } }: At): string =>
  site === undefined ? cell.step : `${site}/${cell.step}`
