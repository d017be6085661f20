import { RunbookError } from "../notebook/errors.ts"
import { type Blocked, type CannotLook, type Look, LookError } from "../notebook/looks.ts"
import { isPassing } from "../notebook/passing.ts"
import type { Outcome } from "./events.ts"
import type { Cell } from "./graph.ts"

/** Outcomes without their time, which the executor adds. */
export type Ending = Omit<Outcome, "seconds">

export const ending = (kind: Outcome["kind"], reason: string, more: Partial<Ending> = {}): Ending => ({
  kind,
  ok: kind === "done" || kind === "acted" || kind === "not needed",
  reason,
  ...more,
})

export function endingOfBlocked(cell: Cell, look: Blocked | CannotLook): Ending {
  return ending("blocked", look.reason, {
    root: cell.key,
    ...(look.fix !== undefined && { fix: look.fix }),
    ...(look.next !== undefined && { next: look.next }),
    ...(look.is === "blocked" ? look.code !== undefined && { code: look.code } : { code: look.because }),
  })
}

/** `not run: superlink/site-create failed`: names the root, not the neighbour. */
export function endingOfNeed(need: Cell, outcome: Outcome): Ending {
  const root = outcome.root ?? need.key
  const word =
    outcome.kind === "not run" ? outcome.reason.replace(/^not run: /, "") : `${root} ${wordOf(outcome)}`
  return ending("not run", `not run: ${word}`, {
    root,
    ...(outcome.fix !== undefined && { fix: outcome.fix }),
    ...(outcome.next !== undefined && { next: outcome.next }),
  })
}

function wordOf(outcome: Outcome): string {
  if (outcome.kind === "left out") return `is left out and ${outcome.reason}`
  if (outcome.kind === "blocked") return "is blocked"
  if (outcome.kind === "interrupted") return "was interrupted"
  return "failed"
}

/** What an exception means: an answer of a look, a sentence with its cure, or a defect with its stack. */
export function endingOfError(cell: Cell, error: unknown): Ending {
  if (error instanceof LookError) return endingOfBlocked(cell, error.look)
  if (error instanceof RunbookError) {
    return ending("failed", error.message, {
      root: cell.key,
      ...(error.why !== undefined && { why: error.why }),
      ...(error.fix !== undefined && { fix: error.fix }),
      ...(error.next !== undefined && { next: error.next }),
    })
  }
  const unexpected = error instanceof Error ? error : new Error(String(error))
  return ending("failed", unexpected.message, {
    root: cell.key,
    code: "unexpected",
    ...(unexpected.stack !== undefined && { stack: unexpected.stack }),
  })
}

/** An error that may be gone the next time: the server was not there, answered 5xx or 429, or a command says so. */
export function isTransient(error: unknown): boolean {
  if (error instanceof LookError)
    return error.look.is === "cannot look" && error.look.because === "unreachable"
  // What a person has to mend says how: that does not pass by itself.
  if (error instanceof RunbookError && error.fix === undefined && isPassing(error.why ?? "")) return true
  return error instanceof Error && (error as { transient?: unknown }).transient === true
}

/** Runs a look; what its tools throw as an answer is the answer. */
export async function answer(look: () => Look | Promise<Look>): Promise<Look> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof LookError) return error.look
    throw error
  }
}
