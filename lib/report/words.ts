/** Words that the formats of a report share. */
import { type Notebook, placeless } from "../notebook/notebook.ts"
import { between } from "../notebook/words.ts"
import type { OutcomeKind } from "../runner/events.ts"
import { carriedOut } from "./executions.ts"
import type { Execution, WalkPlace, WalkRun } from "./types.ts"

/** How long a run took, or has taken so far. */
export const runSeconds = ({ seconds, started, ended, last }: WalkRun): number =>
  seconds ?? between(started, ended ?? last)

/** Where a step is carried out, in a word: its site, `here` or `federation`. */
export const whereOf = ({ steps }: Notebook, step: string, site: string | undefined): string =>
  site ?? placeless(steps.find(({ id }) => id === step) ?? { on: "federation" })

/** How good a state is: what it is painted in. */
export type Tone = "good" | "bad" | "warn" | "quiet"

/** A state that reads without colour. */
export interface Sign {
  readonly symbol: string
  readonly word: string
  readonly tone: Tone
}

/** Where everything is on this machine's loopback. */
export const PRACTICE = "On practice clusters, played on this machine: it proves nothing about real ones."
export const BY_HAND = "left to a person: the commands were shown"

/** What an input is called that was given no value. */
export const ungiven = ({ inputs }: Notebook, name: string): string =>
  inputs[name]?.default === undefined ? "unset" : "its default"

const MOST_NAMES = 8

/** `a, b and c`; `a, b and 48 more`. */
export function namesOf(names: readonly string[]): string {
  const told = names.length <= MOST_NAMES ? names : names.slice(0, MOST_NAMES - 1)
  const all = told.length === names.length ? names : [...told, `${names.length - told.length} more`]
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`
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
const DONE_BY_HAND: Sign = { symbol: "✓", word: "done by hand", tone: "good" }
const ANEW: Sign = { symbol: "✓", word: "anew", tone: "good" }
const LOOKED: Sign = { symbol: "·", word: "looked at", tone: "quiet" }

/** How a step stands at a place. An execution that was cut short, or goes on, counts more than the outcome before it. */
export function placeSign(place: WalkPlace): Sign {
  if (place.undone !== undefined) return UNDONE
  const last = carriedOut(place).at(-1)
  if (last !== undefined && last.ended === undefined) return UNSEEN
  if (last !== undefined && executionSign(last) === DONE_BY_HAND) return DONE_BY_HAND
  return place.outcome === undefined ? NEVER : SIGNS[place.outcome.kind]
}

/** How an execution ended. */
export function executionSign({ outcome, ended, acts }: Execution): Sign {
  if (outcome !== undefined) {
    return outcome.ok && acts.some(({ byHand }) => byHand === true) ? DONE_BY_HAND : SIGNS[outcome.kind]
  }
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
