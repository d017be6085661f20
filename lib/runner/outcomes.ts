import { type Blocked, CheckError, type CheckResult, type Unknown } from "../notebook/check-result.ts"
import { RunbookError, StillWaitingError } from "../notebook/errors.ts"
import { isTransientMessage } from "../notebook/transient.ts"
import { isHeldBack, type Outcome } from "./events.ts"
import type { Cell } from "./graph.ts"

/** An outcome without its duration, which the scheduler adds. */
export type OutcomeDraft = Omit<Outcome, "seconds">

const SUCCESSFUL: readonly Outcome["kind"][] = ["unchanged", "applied", "updated", "deleted"]

export const outcomeDraft = (
  kind: Outcome["kind"],
  reason: string,
  more: Partial<OutcomeDraft> = {},
): OutcomeDraft => ({
  kind,
  ok: SUCCESSFUL.includes(kind) || more.because === "not needed" || more.because === "another party",
  reason,
  ...more,
})

export function draftOfBlocked(cell: Cell, result: Blocked | Unknown): OutcomeDraft {
  return outcomeDraft("blocked", result.reason, {
    root: cell.key,
    ...(result.fix !== undefined && { fix: result.fix }),
    ...(result.next !== undefined && { next: result.next }),
    ...(result.state === "blocked"
      ? result.code !== undefined && { code: result.code }
      : { code: result.because }),
  })
}

/** Names the root, not the neighbour: `superlink/site-create failed`. */
export function draftOfNeed(need: Cell, outcome: Outcome): OutcomeDraft {
  const root = outcome.root ?? need.key
  const reason = isHeldBack(outcome) ? outcome.reason : `${root} ${wordOf(outcome)}`
  return outcomeDraft("skipped", reason, {
    because: "dependency",
    root,
    ...(outcome.code === "party" && {
      code: outcome.code,
      ...(outcome.party !== undefined && { party: outcome.party }),
    }),
    ...(outcome.fix !== undefined && { fix: outcome.fix }),
    ...(outcome.next !== undefined && { next: outcome.next }),
  })
}

function wordOf(outcome: Outcome): string {
  if (outcome.because === "not selected") return `was not selected and ${outcome.reason}`
  if (outcome.kind === "blocked") return "is blocked"
  if (outcome.kind === "interrupted") return "was interrupted"
  if (outcome.kind === "waiting") return `is waited for: ${outcome.reason}`
  return "failed"
}

/** What was waited for when a time limit ended it. `last`: the last reason of a check. */
export function waitedFor(error: unknown, last: string | undefined): string {
  const isAbort = error instanceof Error && error.name === "AbortError"
  if (!isAbort) return error instanceof Error ? error.message : String(error)
  if (error instanceof StillWaitingError) return error.message
  return last ?? "its check had not ended"
}

/** What an exception means: the result of a check, a sentence with its fix, or a defect with its stack. */
export function draftOfError(cell: Cell, error: unknown): OutcomeDraft {
  const draft = draftOfThrown(cell, error)
  return isTransient(error) ? { ...draft, passing: true } : draft
}

function draftOfThrown(cell: Cell, error: unknown): OutcomeDraft {
  if (error instanceof CheckError) return draftOfBlocked(cell, error.result)
  if (error instanceof RunbookError) {
    return outcomeDraft("failed", error.message, {
      root: cell.key,
      ...(error.why !== undefined && { why: error.why }),
      ...(error.fix !== undefined && { fix: error.fix }),
      ...(error.next !== undefined && { next: error.next }),
    })
  }
  const unexpected = error instanceof Error ? error : new Error(String(error))
  return outcomeDraft("failed", unexpected.message, {
    root: cell.key,
    code: "unexpected",
    ...(unexpected.stack !== undefined && { stack: unexpected.stack }),
  })
}

/** The command succeeded, and the check's result is the one from before it. */
export const draftOfUnchanged = (cell: Cell, reason: string): OutcomeDraft =>
  outcomeDraft("failed", `the command succeeded, but: ${reason}`, { root: cell.key, code: "unchanged" })

/** `error`: what the last action threw. */
export function draftOfTimeout(cell: Cell, seconds: number, reason: string, error?: unknown): OutcomeDraft {
  return outcomeDraft("failed", `timed out after ${seconds} s: ${reason}`, {
    root: cell.key,
    code: "timeout",
    passing: true,
    ...(error instanceof RunbookError && error.why !== undefined && { why: error.why }),
    fix: "run the same command again once the cause is fixed: it resumes from here; --timeout waits longer",
  })
}

export const draftOfInterrupt = (cell: Cell): OutcomeDraft =>
  outcomeDraft("interrupted", "interrupted; the same command resumes from here", { root: cell.key })

/** An error that may be gone on the next try: the server did not answer, answered 5xx or 429, or a command says so. */
export function isTransient(error: unknown): boolean {
  if (error instanceof CheckError)
    return error.result.state === "unknown" && error.result.because === "unreachable"
  // An error with a fix needs somebody to apply it: it is not transient.
  if (error instanceof RunbookError && error.fix === undefined && isTransientMessage(error.why ?? ""))
    return true
  return error instanceof Error && (error as { transient?: unknown }).transient === true
}

/** The cluster gave no answer at all: it restarts, or the way to it is cut. An answer of 5xx is one, and says what is wrong. */
export const isAway = (error: unknown): boolean =>
  error instanceof CheckError && error.cause !== undefined && isTransient(error)

/** Runs a check; a CheckError that its tools throw is its result. */
export async function resultOf(check: () => CheckResult | Promise<CheckResult>): Promise<CheckResult> {
  try {
    return await check()
  } catch (error) {
    if (error instanceof CheckError) return error.result
    throw error
  }
}
