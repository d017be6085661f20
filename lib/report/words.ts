/** Words that the formats of a report share. */
import { stripVTControlCharacters } from "node:util"
import type { Notebook } from "../notebook/notebook.ts"
import type { OutcomeKind } from "../runner/events.ts"
import type { Execution, WalkPlace } from "./types.ts"

/** A time as a person says it: `0.4 s`, `12 s`, `2 min 5 s`, `1 h 2 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return joined(Math.floor(whole / 60), "min", whole % 60, "s")
  const minutes = Math.round(whole / 60)
  if (minutes < 24 * 60) return joined(Math.floor(minutes / 60), "h", minutes % 60, "min")
  const hours = Math.round(minutes / 60)
  return joined(Math.floor(hours / 24), "d", hours % 24, "h")
}

const joined = (large: number, unit: string, small: number, part: string): string =>
  small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${part}`

/** `1 step`, `2 steps`. */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

/** `2026-11-22 18:03Z`: the same for people in different places, who read each other's reports. */
export const moment = (iso: string): string => iso.replace(/T(\d\d:\d\d).*/, " $1Z")

/** From one time to another, in seconds. */
export const between = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000

/**
 * Text of a cluster or a command made harmless for a page: no escape codes, no control characters but line ends and
 * tabs, nothing that turns the direction of reading.
 */
export const clean = (text: string): string =>
  stripVTControlCharacters(text.replace(/\r\n?/g, "\n")).replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]/gu,
    "",
  )

/** Where a step is carried out, in a word: its site, `here` or `federation`. */
export const whereOf = ({ steps }: Notebook, step: string, site: string | undefined): string =>
  site ?? (steps.find(({ id }) => id === step)?.on === "here" ? "here" : "federation")

/** How good a state is: what it is painted in. */
export type Tone = "good" | "bad" | "warn" | "quiet"

/** A state that reads without colour. */
export interface Sign {
  readonly symbol: string
  readonly word: string
  readonly tone: Tone
}

const SIGNS: Readonly<Record<OutcomeKind, Sign>> = {
  done: { symbol: "✓", word: "done", tone: "good" },
  acted: { symbol: "✓", word: "made", tone: "good" },
  "not needed": { symbol: "·", word: "not needed", tone: "quiet" },
  "left out": { symbol: "·", word: "left out", tone: "quiet" },
  failed: { symbol: "✗", word: "failed", tone: "bad" },
  blocked: { symbol: "✗", word: "blocked", tone: "bad" },
  interrupted: { symbol: "✗", word: "stopped", tone: "warn" },
  "not run": { symbol: "–", word: "not run", tone: "warn" },
}
const UNSEEN: Sign = { symbol: "…", word: "not ended", tone: "warn" }
const NEVER: Sign = { symbol: "–", word: "not yet", tone: "quiet" }
const UNDONE: Sign = { symbol: "–", word: "taken back", tone: "quiet" }
const ANEW: Sign = { symbol: "✓", word: "anew", tone: "good" }
const LOOKED: Sign = { symbol: "·", word: "looked at", tone: "quiet" }

/** How a step stands at a place. An execution that was cut short, or goes on, counts more than the outcome before it. */
export function placeSign(place: WalkPlace): Sign {
  if (place.undone !== undefined) return UNDONE
  const last = place.executions.at(-1)
  if (last !== undefined && last.ended === undefined) return UNSEEN
  return place.outcome === undefined ? NEVER : SIGNS[place.outcome.kind]
}

/** How an execution ended. */
export function executionSign({ outcome, ended, acts }: Execution): Sign {
  if (outcome !== undefined) return SIGNS[outcome.kind]
  if (ended === undefined) return UNSEEN
  // Another step went back to it, or only wanted to know.
  return acts.length > 0 ? ANEW : LOOKED
}

/** The state of many as one: the worst that there is; done only where nothing is left. */
export function together(signs: readonly Sign[]): Sign {
  const worst = signs.find(({ tone }) => tone === "bad") ?? signs.find(({ tone }) => tone === "warn")
  if (worst !== undefined) return worst
  const left = signs.find((sign) => sign === NEVER || sign === UNDONE)
  if (left !== undefined && signs.some(({ tone }) => tone === "good"))
    return { symbol: "…", word: "in part", tone: "warn" }
  return left ?? SIGNS.done
}
