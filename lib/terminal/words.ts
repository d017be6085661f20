import { count, duration } from "../notebook/words.ts"
import type { OutcomeKind } from "../runner/events.ts"
import type { PlanEntry } from "../runner/types.ts"
import type { Colours, Paint } from "./colours.ts"

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
