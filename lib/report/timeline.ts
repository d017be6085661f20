/** The timeline: one lane per site, one bar per execution, and the critical path of each run. */
import { count, duration, moment } from "../notebook/format.ts"
import { type Axis, axisOf, FOLD, ticks } from "./axis.ts"
import { type Bar, barsOf, criticalPath, laneOf, secondsOf, wasSkipped } from "./critical-path.ts"
import { html, type Markup } from "./markup.ts"
import { fitting, picture, round, text, textWidth } from "./picture.ts"
import { type Segment, segmentsOf } from "./segments.ts"
import { executionSign, runSeconds } from "./signs.ts"
import type { Report } from "./types.ts"

const WIDTH = 980
const LABELS = 128
const HEAD = 52
const LANE = 36
const BAR = 12
/** The top of the bar in its lane; its name is above it. */
const TOP = 18
/** After the last bar: room for its sign. */
const MARGIN = 24
/** As many runs as can be distinguished; earlier ones are in the table of runs. */
const RUNS = 40

/** The timeline of a walk; undefined where nothing has run. */
export function timeline(walk: Report): Markup | undefined {
  const all = barsOf(walk)
  const seen = all.filter((bar) => !wasSkipped(bar))
  const runs = [...new Set(seen.map(({ execution }) => execution.run))].sort((a, b) => a - b).slice(-RUNS)
  const bars = seen.filter(({ execution }) => runs.includes(execution.run))
  if (bars.length === 0) return undefined
  const lanes = ["here", ...walk.sites.map(({ name }) => name), "federation"].filter((name) =>
    bars.some((bar) => laneOf(walk.notebook, bar) === name),
  )
  const axis = axisOf(bars, LABELS, WIDTH - LABELS - MARGIN)
  const laneTop = new Map(lanes.map((name, index) => [name, HEAD + index * LANE]))
  const bottom = HEAD + lanes.length * LANE
  const topOf = (bar: Bar): number => laneTop.get(laneOf(walk.notebook, bar))!
  const paths = runs.map((run) => criticalPath(walk, all, run))
  const critical = new Set(paths.flat())
  const x = (bar: Bar, time: number): number => axis.at(bar.execution.run, time)

  return picture(
    "timeline",
    { width: axis.end + MARGIN, height: bottom + 8 },
    { title: "Timeline", description: described(walk, bars, runs, lanes) },
    PATTERN,
    lanes.map((name, index) => lane(name, HEAD + index * LANE, axis.end)),
    runHeads(walk, axis, runs),
    axis.stretches.map((stretch) => {
      const run = walk.runs.find(({ number }) => number === stretch.run)!
      return html`${ticks(stretch, Date.parse(run.started), 72).map(({ time, words }) => tick(axis, stretch, time, words, bottom))}${stretch.idle !== undefined && fold(stretch.x - FOLD / 2, bottom)}`
    }),
    paths.map((path) => pathLines(path, x, topOf)),
    bars.map((bar) => drawn(bar, x, topOf(bar), critical.has(bar))),
    labels(bars, x, topOf, axis.end + MARGIN),
  )
}

const PATTERN = html`<defs><pattern id="waiting" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" class="surface"/><rect width="2" height="5" class="hatch"/></pattern></defs>`

const lane = (name: string, y: number, end: number): Markup =>
  html`<line class="rule" x1="0" y1="${y + LANE}" x2="${round(end)}" y2="${y + LANE}"/>${text(4, y + TOP + BAR - 2, name, { room: LABELS - 12, bold: true })}`

/** The label above the first stretch of each run: as long as there is room. */
function runHeads(walk: Report, axis: Axis, runs: readonly number[]): Markup[] {
  return runs.map((number) => {
    const mine = axis.stretches.filter(({ run }) => run === number)
    const [first, last] = [mine[0]!, mine.at(-1)!]
    const room = last.x + last.width - first.x
    const run = walk.runs.find((each) => each.number === number)!
    const seconds = runSeconds(run)
    const later = first.idle === undefined ? [] : [`${duration(first.idle)} later`]
    const long = [`Run ${number}`, moment(run.started), ...later, duration(seconds)].join(" · ")
    const short = [`Run ${number}`, duration(seconds)].join(" · ")
    const fits = [long, short, `Run ${number}`, String(number)].find(
      (words) => textWidth(words, 12) <= room + FOLD - 4,
    )
    return html`${text(first.x, 16, fits ?? "", { bold: true })}`
  })
}

function tick(
  axis: Axis,
  stretch: Axis["stretches"][number],
  time: number,
  words: string,
  bottom: number,
): Markup {
  const x = axis.at(stretch.run, time)
  const fits =
    x + textWidth(words, 11) + 3 <=
    stretch.x + stretch.width + (stretch.x + stretch.width < axis.end ? FOLD / 2 : 12)
  return html`<line class="tick" x1="${x}" y1="${HEAD - 20}" x2="${x}" y2="${bottom}"/>${fits && text(x + 3, HEAD - 10, words, { size: 11, dim: true, over: true })}`
}

/** Folded time: two slanted strokes. */
const fold = (x: number, bottom: number): Markup =>
  html`<path class="fold" d="M${round(x)} ${HEAD - 20}V${bottom}"/><path class="stroke" d="M${round(x - 5)} ${HEAD - 8}l4 -10m2 10l4 -10"/>`

const HEIGHTS: Readonly<Record<Segment["is"], number>> = { checked: 4, applied: BAR, waited: BAR }

/** A bar: thin where it checked, full where it applied, hatched where it waited. */
function drawn(bar: Bar, x: (bar: Bar, time: number) => number, top: number, isCritical: boolean): Markup {
  const segments = segmentsOf(bar)
  const sign = executionSign(bar.execution)
  const from = x(bar, Date.parse(bar.execution.started))
  const to = Math.max(from + 2, x(bar, Date.parse(bar.end)))
  const y = top + TOP
  const parts = segments.map(({ is, from: start, to: stop }) => {
    const left = x(bar, start)
    const width = Math.max(0.5, x(bar, stop) - left)
    const height = HEIGHTS[is]
    return html`<rect class="${is}" x="${left}" y="${y + (BAR - height) / 2}" width="${round(width)}" height="${height}"/>`
  })
  const bad = sign.tone === "bad" || sign.tone === "warn"
  return html`<g><title>${barWords(bar, segments)}</title>${
    segments.length === 0 && html`<rect class="checked" x="${from}" y="${y}" width="2" height="${BAR}"/>`
  }${parts}<rect class="edge" x="${from}" y="${y}" width="${round(to - from)}" height="${BAR}"/>${
    isCritical &&
    html`<rect class="critical" x="${from}" y="${y + BAR + 1}" width="${round(to - from)}" height="3"/>`
  }${bad && html`<rect class="${sign.tone} mark" x="${from}" y="${y}" width="${round(to - from)}" height="${BAR}"/>${text(to + 3, y + BAR - 2, sign.symbol, { tone: sign.tone, bold: true, size: 13 })}`}</g>`
}

function barWords(bar: Bar, segments: readonly Segment[]): string {
  const spent = (["checked", "applied", "waited"] as const).flatMap((is) => {
    const sum = segments.filter((each) => each.is === is).reduce((all, { from, to }) => all + to - from, 0)
    return sum === 0 ? [] : [`${is} ${duration(sum / 1000)}`]
  })
  const where = bar.site === undefined ? "" : ` at ${bar.site}`
  const { word } = executionSign(bar.execution)
  return `${bar.cell.number} ${bar.cell.step}${where}: ${word} after ${duration(secondsOf(bar))} (${spent.join(", ")})`
}

/** Labels above the bars: the step's name where it fits, else its number, else nothing; a name may reach up to the next bar. */
function labels(
  bars: readonly Bar[],
  x: (bar: Bar, time: number) => number,
  topOf: (bar: Bar) => number,
  edge: number,
): Markup[] {
  const lanes = Map.groupBy(bars, topOf)
  return [...lanes].flatMap(([top, mine]) => {
    const starts = mine.map((bar) => x(bar, Date.parse(bar.execution.started)))
    return mine.map((bar, index) => {
      // In a walk each run checks the steps before its own.
      if (bar.execution.onlyChecked === true) return html``
      const from = starts[index]!
      const next = starts.find((start, other) => other > index && start > from)
      const end = Math.max(from, x(bar, Date.parse(bar.end)))
      const room = (next ?? Math.min(end + 90, edge)) - from - 4
      if (starts.some((start, other) => other < index && start === from)) return html``
      const name = `${bar.cell.number} ${bar.cell.step}`
      const words = [name, fitting(name, room, 10)].find((each) => textWidth(each, 10) <= room)
      const shown = words === undefined || words.length < 7 ? String(bar.cell.number) : words
      return textWidth(shown, 10) > room ? html`` : text(from, top + TOP - 4, shown, { size: 10, over: true })
    })
  })
}

/** Lines between lanes, where the critical path continues in another lane. */
function pathLines(
  path: readonly Bar[],
  x: (bar: Bar, time: number) => number,
  topOf: (bar: Bar) => number,
): Markup[] {
  return path.slice(1).flatMap((bar, index) => {
    const before = path[index]!
    const [from, to] = [topOf(before) + TOP + BAR + 2.5, topOf(bar) + TOP + BAR + 2.5]
    if (from === to) return []
    const [left, right] = [x(before, Date.parse(before.end)), x(bar, Date.parse(bar.execution.started))]
    return [html`<path class="path" d="M${left} ${from}H${right}V${to}"/>`]
  })
}

function described(
  walk: Report,
  bars: readonly Bar[],
  runs: readonly number[],
  lanes: readonly string[],
): string {
  const bad = bars.filter(({ execution }) => executionSign(execution).tone === "bad")
  const names = bad.slice(0, 5).map((bar) => `${bar.cell.step} at ${laneOf(walk.notebook, bar)}`)
  return `${count(runs.length, "run")}, ${count(bars.length, "bar")} in ${count(lanes.length, "lane")} (${lanes.join(", ")}). ${
    bad.length === 0
      ? "None failed."
      : `Failed or blocked: ${names.join(", ")}${bad.length > 5 ? " and more" : ""}.`
  } The critical path follows below; each step has its duration.`
}
