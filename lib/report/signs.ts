/** Words and signs that the formats of a report share. */

import { between } from "../notebook/format.ts"
import { type Notebook, placeless } from "../notebook/notebook.ts"
import { OUTCOME_SIGNS, outcomeSign, type Sign } from "../runner/outcome-signs.ts"
import { executed } from "./executions.ts"
import type { Execution, ReportPlace, ReportRun } from "./types.ts"

export type { Sign, Tone } from "../runner/outcome-signs.ts"

/** How long a run took, or has taken so far. */
export const runSeconds = ({ seconds, started, ended, last }: ReportRun): number =>
  seconds ?? between(started, ended ?? last)

/** Where a step runs, in one word: its site, `here` or `federation`. */
export const whereOf = ({ steps }: Notebook, step: string, site: string | undefined): string =>
  site ?? placeless(steps.find(({ id }) => id === step) ?? { on: "federation" })

/** Said where every cluster is on this machine's loopback. */
export const PRACTICE =
  "On practice clusters, simulated on this machine: this proves nothing about real clusters."
export const MANUAL = "left to a person: the commands were shown"

/** The text for an input without a given value. */
export const ungiven = ({ inputs }: Notebook, name: string): string =>
  inputs[name]?.default === undefined ? "unset" : "the default"

const MOST_NAMES = 8

/** `a, b and c`; `a, b and 48 more`. */
export function namesOf(names: readonly string[]): string {
  const shown = names.length <= MOST_NAMES ? names : names.slice(0, MOST_NAMES - 1)
  const all = shown.length === names.length ? names : [...shown, `${names.length - shown.length} more`]
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`
}

/** A step that has not run yet. */
const PENDING: Sign = { symbol: "–", word: "pending", tone: "quiet" }
/** A step whose objects a teardown has deleted since. */
const DELETED: Sign = { symbol: "–", word: "deleted", tone: "quiet" }
const RUNNING: Sign = { symbol: "▸", word: "running", tone: "warn" }
const APPLIED_MANUALLY: Sign = { symbol: "✓", word: "applied manually", tone: "good" }
const RERUN: Sign = { symbol: "✓", word: "rerun", tone: "good" }
const CHECKED: Sign = { symbol: "·", word: "checked", tone: "quiet" }
/** Of several steps or places. */
const DONE: Sign = { symbol: "✓", word: "done", tone: "good" }
const PARTLY_DONE: Sign = { symbol: "…", word: "partly done", tone: "warn" }

/** How a step stands at a place. An execution that was interrupted, or is running, counts more than the outcome before it. */
export function placeSign(place: ReportPlace): Sign {
  if (place.undone !== undefined) return DELETED
  const last = executed(place).at(-1)
  if (last !== undefined && last.ended === undefined) return executionSign(last)
  if (last !== undefined && executionSign(last) === APPLIED_MANUALLY) return APPLIED_MANUALLY
  return place.outcome === undefined ? PENDING : outcomeSign(place.outcome)
}

/** How an execution ended. */
export function executionSign({ outcome, ended, actions, running }: Execution): Sign {
  if (outcome !== undefined) {
    const isManual = outcome.ok && actions.some(({ manual }) => manual === true)
    return isManual ? APPLIED_MANUALLY : outcomeSign(outcome)
  }
  if (ended === undefined) return running === true ? RUNNING : OUTCOME_SIGNS.interrupted
  // Another step went back to this one, or only checked it.
  return actions.length > 0 ? RERUN : CHECKED
}

/** What a report says of something that has no end. */
export const openEnd = (running: boolean | undefined): string =>
  running === true ? "in progress" : "interrupted"

/** Whether a step is done at a place, or is not needed there. */
export const isDone = (place: ReportPlace): boolean => {
  const sign = placeSign(place)
  return sign.tone === "good" || (sign === OUTCOME_SIGNS.skipped && place.outcome?.ok === true)
}

/** The state of several as one: the worst of them; done only where all are. */
export function together(signs: readonly Sign[]): Sign {
  const worst = signs.find(({ tone }) => tone === "bad") ?? signs.find(({ tone }) => tone === "warn")
  if (worst !== undefined) return worst
  const left = signs.find((sign) => sign === PENDING || sign === DELETED)
  if (left === undefined) return DONE
  return signs.some(({ tone }) => tone === "good") ? PARTLY_DONE : left
}
