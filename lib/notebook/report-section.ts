/** What a notebook adds to its reports: a table that follows from its inputs, and from what its steps have seen. */
import type { Federation } from "./federation.ts"

export interface ReportSection {
  /** Of letters and dashes: its anchor in a page. */
  readonly id: string
  readonly title: string
  /** Plain sentences before the table, one paragraph each. */
  readonly text: readonly string[]
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Plain sentences after the table, one paragraph each. */
  readonly notes?: readonly string[]
}

/** The last outcome of a step at a place. */
export interface SeenOutcome {
  readonly ok: boolean
  readonly reason: string
  /** ISO 8601, UTC. */
  readonly t: string
}

export interface ReportFacts {
  readonly federation: Federation
  /** Undefined: the step has not run there, or what it did was deleted since. */
  seen(step: string, site?: string): SeenOutcome | undefined
}
