import { count, duration } from "../notebook/format.ts"
import type { Outcome } from "../runner/events.ts"
import { type Tone, outcomeSign as toned } from "../runner/outcome-signs.ts"
import type { PlanEntry } from "../runner/types.ts"
import type { Colours, Paint } from "./colours.ts"

/** How long ago a time is: `just now`, `5 min ago`, `3 days ago`. `now` in milliseconds since the epoch. */
export function age(iso: string, now: number): string {
  const seconds = (now - Date.parse(iso)) / 1000
  if (seconds < 5) return "just now"
  if (seconds < 86_400) return `${duration(seconds < 60 ? seconds : Math.floor(seconds / 60) * 60)} ago`
  return `${count(Math.floor(seconds / 86_400), "day")} ago`
}

/** Columns of the words in a list; only `interrupted` is longer. */
export const WORD = 9

/** A symbol and a word that need no colour, and the colour for where there is one. */
export interface Sign {
  readonly symbol: string
  readonly word: string
  readonly paint: Paint
}

const PAINTS: Readonly<Record<Tone, keyof Colours>> = {
  good: "green",
  bad: "red",
  warn: "yellow",
  quiet: "dim",
}

/** How a step ended, as a sign. */
export function outcomeSign(outcome: Pick<Outcome, "kind" | "because">, colours: Colours): Sign {
  const { symbol, word, tone } = toned(outcome)
  return { symbol, word, paint: colours[PAINTS[tone]] }
}

/** A result that no longer matches the inputs. */
export const staleSign = (colours: Colours): Sign => ({ symbol: "~", word: "stale", paint: colours.yellow })

const PLAN_SIGNS: Readonly<Record<PlanEntry["action"], readonly [string, keyof Colours]>> = {
  ok: ["✓", "green"],
  apply: ["+", "cyan"],
  update: ["~", "yellow"],
  delete: ["-", "red"],
  wait: ["…", "cyan"],
  blocked: ["✗", "red"],
  unknown: ["?", "red"],
}

/** What a run would do with a step, as a sign. */
export function planSign(action: PlanEntry["action"], colours: Colours): Sign {
  const [symbol, paint] = PLAN_SIGNS[action]
  return { symbol, word: action, paint: colours[paint] }
}
