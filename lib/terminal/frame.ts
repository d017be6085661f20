import { count, duration, oneLine, shortLine } from "../notebook/format.ts"
import type { Colours, Paint } from "./colours.ts"
import { CHANGES, type LaneState, type LaneView, type Totals, totals } from "./model.ts"
import { cut, pad, width } from "./width.ts"

export interface FrameOptions {
  readonly columns: number
  readonly rows: number
  /** Milliseconds since the epoch. */
  readonly now: number
  /** When the run started, likewise. */
  readonly started: number | undefined
  readonly colours: Colours
  readonly titles: (step: string) => string
}

/** The order in which lanes are kept when not all fit. */
const ORDER: readonly LaneState[] = ["failed", "running", "waiting", "stopped", "pending", "done"]
const WORDS: Record<LaneState, string> = {
  failed: "failed",
  running: "running",
  waiting: "waiting",
  stopped: "stopped",
  pending: "pending",
  done: "done",
}
/** With more lanes than this, the final frame names only those that did not succeed. */
const FEW = 20

/**
 * The screen while lanes run: one line per lane and a line that sums up, never more than rows − 2 lines, never wider
 * than the screen. Lanes keep their places as long as all fit, so that nothing jumps.
 */
export function frame(lanes: readonly LaneView[], options: FrameOptions): string[] {
  const room = Math.max(1, options.rows - 2)
  const summary = cut(summaryOf(lanes, options), options.columns - 1)
  const paint = options.colours.bold
  if (room === 1) return [paint(summary)]
  const fits = lanes.length <= room - 1
  const shown = fits ? lanes : mostTelling(lanes, room - 2)
  const names = nameWidth(shown, options.columns)
  const lines = shown.map((lane) => laneLine(lane, names, options))
  if (!fits) lines.push(options.colours.dim(cut(moreLine(lanes, shown), options.columns - 1)))
  return [...lines, paint(summary)]
}

/** What stays once the lanes have ended: one line per lane or, for many, those that did not succeed and a count. */
export function finalFrame(lanes: readonly LaneView[], options: FrameOptions): string[] {
  const many = lanes.length > FEW
  const unfinished = lanes.filter((lane) => lane.state !== "done")
  const worst = byState(unfinished).slice(0, FEW)
  const shown = many ? worst : lanes
  const names = nameWidth(shown, options.columns)
  const lines = shown.map((lane) => laneLine(lane, names, options))
  if (many && unfinished.length > worst.length)
    lines.push(cut(moreLine(unfinished, worst), options.columns - 1))
  if (many) {
    const done = lanes.length - unfinished.length
    lines.push(cut(`${count(done, "lane")} of ${lanes.length} done`, options.columns - 1))
  }
  return lines
}

/** Failures, and what takes longest: many of the one leave a third of the screen to the other. */
function mostTelling(lanes: readonly LaneView[], room: number): LaneView[] {
  const sorted = byState(lanes)
  const failed = sorted.filter(({ state }) => state === "failed")
  const others = sorted.filter(({ state }) => state !== "failed")
  const active = others.filter(({ state }) => state === "running" || state === "waiting")
  const kept = Math.min(active.length, Math.ceil(room / 3))
  const first = failed.slice(0, Math.max(0, room - kept))
  return [...first, ...others.slice(0, room - first.length)]
}

function byState(lanes: readonly LaneView[]): LaneView[] {
  const buckets = new Map<LaneState, LaneView[]>(ORDER.map((state) => [state, []]))
  for (const lane of lanes) buckets.get(lane.state)!.push(lane)
  // What takes longest is what the others will wait for, whether it acts or waits.
  const since = ({ since = 0 }: LaneView): number => since
  const active = [...buckets.get("running")!, ...buckets.get("waiting")!]
  buckets.set(
    "running",
    active.sort((one, other) => since(one) - since(other)),
  )
  buckets.set("waiting", [])
  return [...buckets.values()].flat()
}

const nameWidth = (lanes: readonly LaneView[], columns: number): number =>
  Math.min(Math.max(4, Math.floor(columns / 3)), Math.max(0, ...lanes.map((lane) => width(lane.name))))

/** `▸ superlink  4/9  site-create 12 s  no Route is admitted yet`, cut to the screen before it is coloured. */
function laneLine(lane: LaneView, names: number, options: FrameOptions): string {
  const { symbol, paint } = signOf(lane.state, options.colours)
  const head = `${symbol} ${pad(cut(oneLine(lane.name), names), names)}  `
  const line = cut(`${head}${textOf(lane, options)}`, options.columns - 1)
  if (line.length <= head.length) return paint(line)
  const body = line.slice(head.length)
  return `${paint(symbol)}${head.slice(symbol.length)}${lane.state === "pending" ? options.colours.dim(body) : body}`
}

function textOf(lane: LaneView, options: FrameOptions): string {
  const progress = `${lane.done}/${lane.total}`
  const skipped = lane.heldBack > 0 ? `, ${lane.heldBack} skipped` : ""
  const step = lane.step ?? ""
  const reason = shortLine(lane.reason ?? "")
  switch (lane.state) {
    case "done":
      return [
        `${progress}  done`,
        ...CHANGES.flatMap((kind) => (lane[kind] > 0 ? [`${lane[kind]} ${kind}`] : [])),
      ].join(", ")
    case "pending":
      return `${progress}  next: ${step}`
    case "failed":
      return `${progress}${skipped}  ${step}: ${reason}`
    case "stopped":
      return `${progress}${skipped}  ${lane.heldBack > 0 ? reason : `${step}: ${reason}`}`
    case "running":
    case "waiting": {
      const seconds = lane.since === undefined ? 0 : (options.now - lane.since) / 1000
      const clock = seconds < 1 ? "" : ` ${duration(Math.floor(seconds)).replace(".0", "")}`
      return `${progress}  ${step}${clock}  ${reason === "" ? options.titles(step) : reason}`
    }
  }
}

function signOf(state: LaneState, colours: Colours): { symbol: string; paint: Paint } {
  switch (state) {
    case "failed":
      return { symbol: "✗", paint: colours.red }
    case "running":
      return { symbol: "▸", paint: colours.cyan }
    case "waiting":
      return { symbol: "…", paint: colours.cyan }
    case "stopped":
      return { symbol: "–", paint: colours.yellow }
    case "pending":
      return { symbol: "·", paint: colours.dim }
    case "done":
      return { symbol: "✓", paint: colours.green }
  }
}

/** `… 46 more lanes: 2 waiting, 44 pending`. */
function moreLine(lanes: readonly LaneView[], shown: readonly LaneView[]): string {
  const rest = new Map<LaneState, number>()
  const seen = new Set(shown)
  for (const lane of lanes) if (!seen.has(lane)) rest.set(lane.state, (rest.get(lane.state) ?? 0) + 1)
  const parts = ORDER.flatMap((state) => (rest.has(state) ? [`${rest.get(state)} ${WORDS[state]}`] : []))
  return `… ${count(lanes.length - shown.length, "more lane")}: ${parts.join(", ")}`
}

function summaryOf(lanes: readonly LaneView[], options: FrameOptions): string {
  const sums: Totals = totals(lanes)
  const at = (state: LaneState) => lanes.filter((lane) => lane.state === state).length
  const seconds = options.started === undefined ? 0 : (options.now - options.started) / 1000
  return [
    `${sums.done} of ${count(sums.total, "step")}`,
    ...(["running", "waiting", "failed", "stopped"] as const).flatMap((state) =>
      at(state) > 0 ? [`${at(state)} ${WORDS[state]}`] : [],
    ),
    ...(sums.heldBack > 0 ? [`${count(sums.heldBack, "step")} skipped`] : []),
    duration(Math.floor(Math.max(0, seconds))).replace(".0", ""),
  ].join(" · ")
}
