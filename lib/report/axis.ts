/** The time axis: stretches in which steps ran, with the idle time between them folded. */
import { duration } from "../notebook/format.ts"
import type { Bar } from "./critical-path.ts"
import { round } from "./picture.ts"

/** A stretch of time in one run, and its place on the axis. Times are milliseconds since 1970. */
export interface Stretch {
  readonly run: number
  readonly from: number
  readonly to: number
  readonly x: number
  readonly width: number
  /** Seconds since the end of the previous stretch; the first has none. */
  readonly idle?: number
}

export interface Axis {
  readonly stretches: readonly Stretch[]
  /** Where it ends. */
  readonly end: number
  /** The place of a time of a run. */
  at(run: number, time: number): number
}

/** The space between stretches: as wide as the mark of the fold. */
export const FOLD = 22
/** The least width of a stretch, so that it can be seen. */
const LEAST = 24

/** Puts the times of bars on an axis that begins at a point and takes so much room, or more with many stretches. */
export function axisOf(bars: readonly Bar[], begin: number, room: number): Axis {
  const times = foldedTimes(bars)
  const total = times.reduce((sum, { from, to }) => sum + Math.max(1, to - from), 0)
  const free = Math.max(0, room - (times.length - 1) * FOLD - times.length * LEAST)
  let x = begin
  const stretches = times.map((time, index): Stretch => {
    const width = LEAST + (Math.max(1, time.to - time.from) / total) * free
    const idle = index === 0 ? undefined : (time.from - times[index - 1]!.to) / 1000
    const stretch = { ...time, x, width, ...(idle !== undefined && { idle }) }
    x += width + FOLD
    return stretch
  })
  return {
    stretches,
    end: x - FOLD,
    at(run, time) {
      const mine = stretches.filter((stretch) => stretch.run === run)
      const stretch = mine.find(({ to }) => time <= to) ?? mine.at(-1)!
      const part = (time - stretch.from) / Math.max(1, stretch.to - stretch.from)
      return round(stretch.x + Math.min(1, Math.max(0, part)) * stretch.width)
    },
  }
}

/** Two runs are never one stretch; inside a run, a pause is folded if it is long compared with the time of all steps. */
function foldedTimes(bars: readonly Bar[]): { run: number; from: number; to: number }[] {
  const spans = bars
    .map(({ execution, end }) => ({
      run: execution.run,
      from: Date.parse(execution.started),
      to: Date.parse(end),
    }))
    .sort((a, b) => a.run - b.run || a.from - b.from)
  const join = (pause: number) => {
    const joined: { run: number; from: number; to: number }[] = []
    for (const span of spans) {
      const last = joined.at(-1)
      if (last?.run === span.run && span.from - last.to <= pause) last.to = Math.max(last.to, span.to)
      else joined.push({ ...span })
    }
    return joined
  }
  const busy = join(0).reduce((sum, { from, to }) => sum + to - from, 0)
  return join(Math.max(2000, busy / 10))
}

const DAY = 86_400
const STEPS = [
  0.1,
  0.2,
  0.5,
  1,
  2,
  5,
  10,
  15,
  30,
  60,
  120,
  300,
  600,
  900,
  1800,
  3600,
  7200,
  14400,
  43200,
  DAY,
]

/** The marks of a stretch: round times since the start of its run, as close as their labels allow. */
export function ticks(stretch: Stretch, origin: number, least: number): { time: number; words: string }[] {
  const seconds = (stretch.to - stretch.from) / 1000
  const perSecond = stretch.width / Math.max(seconds, 0.001)
  const step = STEPS.find((each) => each * perSecond >= least) ?? DAY * Math.ceil(least / (DAY * perSecond))
  const marks: { time: number; words: string }[] = []
  const first = Math.ceil((stretch.from - origin) / 1000 / step - 0.02)
  for (let n = first; origin + n * step * 1000 <= stretch.to; n++) {
    const since = n * step
    marks.push({ time: origin + since * 1000, words: tickWords(since, step) })
  }
  return marks
}

const tickWords = (seconds: number, step: number): string =>
  seconds < 60 ? `${step < 1 && seconds > 0 ? seconds.toFixed(1) : Math.round(seconds)} s` : duration(seconds)
