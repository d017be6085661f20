/** How an outcome reads, on a screen and in a report: a symbol and a word that need no colour, and a tone for where there is one. */
import { isHeldBack, type Outcome, type OutcomeKind } from "./events.ts"

export type Tone = "good" | "bad" | "warn" | "quiet"

export interface Sign {
  readonly symbol: string
  readonly word: string
  readonly tone: Tone
}

export const OUTCOME_SIGNS: Readonly<Record<OutcomeKind, Sign>> = {
  unchanged: { symbol: "✓", word: "unchanged", tone: "good" },
  applied: { symbol: "✓", word: "applied", tone: "good" },
  updated: { symbol: "✓", word: "updated", tone: "good" },
  deleted: { symbol: "✓", word: "deleted", tone: "good" },
  skipped: { symbol: "·", word: "skipped", tone: "quiet" },
  failed: { symbol: "✗", word: "failed", tone: "bad" },
  blocked: { symbol: "✗", word: "blocked", tone: "bad" },
  waiting: { symbol: "◷", word: "waiting", tone: "warn" },
  interrupted: { symbol: "✗", word: "interrupted", tone: "warn" },
}
/** Skipped over a step that it needs: not as it should be, unlike the other reasons to skip. */
const HELD_BACK: Sign = { symbol: "–", word: "skipped", tone: "warn" }

export const outcomeSign = (outcome: Pick<Outcome, "kind" | "because">): Sign =>
  isHeldBack(outcome) ? HELD_BACK : OUTCOME_SIGNS[outcome.kind]
