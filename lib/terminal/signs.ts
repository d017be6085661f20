import { count, duration } from "../notebook/format.ts"
import { isHeldBack, type Outcome } from "../runner/events.ts"
import type { PlanEntry } from "../runner/types.ts"
import type { Colours, Paint } from "./colours.ts"

/** How long ago a time is, as a person says it: `just now`, `5 min ago`, `3 days ago`. `now` in milliseconds since the epoch. */
export function age(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000
  if (seconds < 5) return "just now"
  if (seconds < 86_400) return `${duration(seconds < 60 ? seconds : Math.floor(seconds / 60) * 60)} ago`
  return `${count(Math.floor(seconds / 86_400), "day")} ago`
}

export const WORD = 9

/** Words take at most {@link WORD} columns. */
export interface Sign {
  readonly symbol: string
  readonly word: string
  readonly paint: Paint
}

/** How a step ended, as a sign: readable without colour. */
export function outcomeSign(outcome: Pick<Outcome, "kind" | "because">, colours: Colours): Sign {
  switch (outcome.kind) {
    case "unchanged":
      return { symbol: "✓", word: "unchanged", paint: colours.green }
    case "applied":
      return { symbol: "✓", word: "applied", paint: colours.green }
    case "updated":
      return { symbol: "✓", word: "updated", paint: colours.green }
    case "deleted":
      return { symbol: "✓", word: "deleted", paint: colours.green }
    case "skipped":
      return isHeldBack(outcome)
        ? { symbol: "–", word: "skipped", paint: colours.yellow }
        : { symbol: "·", word: "skipped", paint: colours.dim }
    case "failed":
      return { symbol: "✗", word: "failed", paint: colours.red }
    case "blocked":
      return { symbol: "✗", word: "blocked", paint: colours.red }
    case "interrupted":
      return { symbol: "✗", word: "stopped", paint: colours.yellow }
  }
}

/** What a plan would do with a step, as a sign. */
export function planSign(action: PlanEntry["action"], colours: Colours): Sign {
  switch (action) {
    case "ok":
      return { symbol: "✓", word: "ok", paint: colours.green }
    case "apply":
      return { symbol: "+", word: "apply", paint: colours.cyan }
    case "update":
      return { symbol: "~", word: "update", paint: colours.yellow }
    case "delete":
      return { symbol: "-", word: "delete", paint: colours.red }
    case "wait":
      return { symbol: "…", word: "wait", paint: colours.cyan }
    case "blocked":
      return { symbol: "✗", word: "blocked", paint: colours.red }
    case "unknown":
      return { symbol: "?", word: "unknown", paint: colours.red }
  }
}
