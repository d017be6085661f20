/** Words that the formats of a report share. */

import { between } from "../notebook/format.ts"
import { type Notebook, placeless } from "../notebook/notebook.ts"
import { isHeldBack, type Outcome, type OutcomeKind } from "../runner/events.ts"
import { executed } from "./executions.ts"
import type { Execution, ReportPlace, ReportRun } from "./types.ts"

/** How long a run took, or has taken so far. */
export const runSeconds = ({ seconds, started, ended, last }: ReportRun): number =>
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
export const MANUAL = "left to a person: the commands were shown"

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
  unchanged: { symbol: "✓", word: "unchanged", tone: "good" },
  applied: { symbol: "✓", word: "applied", tone: "good" },
  updated: { symbol: "✓", word: "updated", tone: "good" },
  deleted: { symbol: "✓", word: "deleted", tone: "good" },
  skipped: { symbol: "·", word: "skipped", tone: "quiet" },
  failed: { symbol: "✗", word: "failed", tone: "bad" },
  blocked: { symbol: "✗", word: "blocked", tone: "bad" },
  interrupted: { symbol: "✗", word: "interrupted", tone: "warn" },
}
/** A step that it needs did not succeed. */
const HELD_BACK: Sign = { symbol: "–", word: "skipped", tone: "warn" }
const UNFINISHED: Sign = { symbol: "…", word: "not ended", tone: "warn" }
const NEVER: Sign = { symbol: "–", word: "not yet", tone: "quiet" }
const DELETED: Sign = { symbol: "–", word: "deleted", tone: "quiet" }
const DONE_MANUALLY: Sign = { symbol: "✓", word: "applied manually", tone: "good" }
const RERUN: Sign = { symbol: "✓", word: "rerun", tone: "good" }
const CHECKED: Sign = { symbol: "·", word: "checked", tone: "quiet" }

const signOf = (outcome: Outcome): Sign => (isHeldBack(outcome) ? HELD_BACK : SIGNS[outcome.kind])

/** How a step stands at a place. An execution that was cut short, or goes on, counts more than the outcome before it. */
export function placeSign(place: ReportPlace): Sign {
  if (place.undone !== undefined) return DELETED
  const last = executed(place).at(-1)
  if (last !== undefined && last.ended === undefined) return UNFINISHED
  if (last !== undefined && executionSign(last) === DONE_MANUALLY) return DONE_MANUALLY
  return place.outcome === undefined ? NEVER : signOf(place.outcome)
}

/** How an execution ended. */
export function executionSign({ outcome, ended, actions }: Execution): Sign {
  if (outcome !== undefined) {
    return outcome.ok && actions.some(({ manual }) => manual === true) ? DONE_MANUALLY : signOf(outcome)
  }
  if (ended === undefined) return UNFINISHED
  // Another step went back to it, or only wanted to know.
  return actions.length > 0 ? RERUN : CHECKED
}

/** The state of many as one: the worst that there is; done only where nothing is left. */
export function together(signs: readonly Sign[]): Sign {
  const worst = signs.find(({ tone }) => tone === "bad") ?? signs.find(({ tone }) => tone === "warn")
  if (worst !== undefined) return worst
  const left = signs.find((sign) => sign === NEVER || sign === DELETED)
  if (left !== undefined && signs.some(({ tone }) => tone === "good"))
    return { symbol: "…", word: "in part", tone: "warn" }
  return left ?? SIGNS.applied
}
