import type { OutcomeKind } from "../runner/events.ts"
import type { PlanEntry } from "../runner/types.ts"
import type { Colours, Paint } from "./colours.ts"

/** A time as a person says it: `0.4 s`, `12 s`, `2 min 5 s`, `1 h 2 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return joined([Math.floor(whole / 60), "min"], [whole % 60, "s"])
  const minutes = Math.round(whole / 60)
  return joined([Math.floor(minutes / 60), "h"], [minutes % 60, "min"])
}

const joined = (large: [number, string], small: [number, string]): string =>
  [large, ...(small[0] === 0 ? [] : [small])].map(([value, unit]) => `${value} ${unit}`).join(" ")

/** `1 step`, `2 steps`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/** `2026-11-22 18:03Z`: the same for people in different places, who read each other's reports. */
export const moment = (iso: string): string => iso.replace(/T(\d\d:\d\d).*/, " $1Z")

/** How long ago a time is, as a person says it: `just now`, `5 min ago`, `3 days ago`. `now` in milliseconds since the epoch. */
export function age(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000
  if (seconds < 5) return "just now"
  if (seconds < 86_400) return `${duration(seconds < 60 ? seconds : Math.floor(seconds / 60) * 60)} ago`
  return `${count(Math.floor(seconds / 86_400), "day")} ago`
}

export const WORD = 7

/** Words take at most {@link WORD} columns. */
export interface Sign {
  readonly symbol: string
  readonly word: string
  readonly paint: Paint
}

/** How a step ended, as a sign: readable without colour. */
export function outcomeSign(kind: OutcomeKind, colours: Colours): Sign {
  switch (kind) {
    case "done":
      return { symbol: "✓", word: "done", paint: colours.green }
    case "acted":
      return { symbol: "✓", word: "made", paint: colours.green }
    case "not needed":
      return { symbol: "·", word: "no need", paint: colours.dim }
    case "left out":
      return { symbol: "·", word: "skipped", paint: colours.dim }
    case "failed":
      return { symbol: "✗", word: "failed", paint: colours.red }
    case "blocked":
      return { symbol: "✗", word: "blocked", paint: colours.red }
    case "interrupted":
      return { symbol: "✗", word: "stopped", paint: colours.yellow }
    case "not run":
      return { symbol: "–", word: "not run", paint: colours.yellow }
  }
}

/** What a plan would do with a step, as a sign. */
export function planSign(would: PlanEntry["would"], colours: Colours): Sign {
  switch (would) {
    case "nothing":
      return { symbol: "✓", word: "done", paint: colours.green }
    case "act":
      return { symbol: "+", word: "do", paint: colours.cyan }
    case "change":
      return { symbol: "~", word: "change", paint: colours.yellow }
    case "wait":
      return { symbol: "…", word: "wait", paint: colours.cyan }
    case "blocked":
      return { symbol: "✗", word: "blocked", paint: colours.red }
    case "cannot look":
      return { symbol: "?", word: "unknown", paint: colours.red }
    case "after":
      return { symbol: "+", word: "later", paint: colours.cyan }
    case "not needed":
      return { symbol: "·", word: "no need", paint: colours.dim }
    case "left out":
      return { symbol: "·", word: "skipped", paint: colours.dim }
  }
}
