/** What every format of a report is made from: the walk of one federation, as its journal and its notebook tell it. */
import type { Federation, Origin } from "../notebook/federation.ts"
import type { Look } from "../notebook/looks.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { By, Outcome, OutcomeKind } from "../runner/events.ts"

export interface Walk {
  readonly notebook: Notebook
  readonly federation: Federation
  /** When this report was made: ISO 8601, UTC. */
  readonly made: string
  /** The program that made it, and its version. */
  readonly program: { readonly name: string; readonly version: string }
  readonly sites: readonly WalkSite[]
  /** The federation's own first, then site by site, in the notebook's order. */
  readonly inputs: readonly WalkInput[]
  /** In the journal's order. Empty: nothing was run yet. */
  readonly runs: readonly WalkRun[]
  /** A cell a step, in the notebook's order. */
  readonly cells: readonly WalkCell[]
}

export interface WalkSite {
  readonly name: string
  readonly role: string
  /** The value of its identity input (its server), where the notebook has one. */
  readonly identity?: string
  /** The cluster user of its last session. */
  readonly user?: string
}

export interface WalkInput {
  /** Nothing: of the whole federation. */
  readonly site?: string
  readonly name: string
  /** As text; nothing: unset. Secrets are never here. */
  readonly value?: string
  readonly origin?: Origin
  readonly secret?: boolean
}

/** One `run started` … `run ended` of the journal. */
export interface WalkRun {
  /** From 1. */
  readonly number: number
  readonly started: string
  /** Nothing: its end was not seen (killed, or it goes on). */
  readonly ended?: string
  readonly command: string
  readonly version: string
  readonly by?: By
  readonly code?: number
  /** In seconds. */
  readonly seconds?: number
  readonly counts?: Readonly<Partial<Record<OutcomeKind, number>>>
  /** What was agreed to. */
  readonly consents: readonly { readonly t: string; readonly what: string; readonly how: string }[]
  readonly warnings: readonly string[]
}

export interface WalkCell {
  readonly step: string
  /** Its place in the notebook, from 1. */
  readonly number: number
  /** Its last execution in the journal's order, as notebooks print it: `[3]`. */
  readonly execution?: number
  readonly title: string
  /** Markdown. */
  readonly prose: string
  /** What the guide promises. */
  readonly expect?: string
  /** A place a site; one without a site for `here` and `federation` steps. */
  readonly places: readonly WalkPlace[]
}

export interface WalkPlace {
  readonly site?: string
  /** How it ended last; nothing: not carried out yet. */
  readonly outcome?: Outcome
  /** When that was. */
  readonly t?: string
  /** Why what was done does not hold for the inputs of now. */
  readonly stale: readonly string[]
  /** What was there before us and is used as it is. */
  readonly adopted?: boolean
  /** An act was started whose end was not seen. */
  readonly begun?: boolean
  /** In the journal's order. */
  readonly executions: readonly Execution[]
}

/** One `step started` … `step ended` at a place. */
export interface Execution {
  /** The number of its run. */
  readonly run: number
  readonly started: string
  readonly ended?: string
  readonly outcome?: Outcome
  /** The first and the last answer of its look, with when it was given. */
  readonly before?: Looked
  readonly after?: Looked
  readonly acts: readonly {
    readonly t: string
    readonly action: "act" | "change" | "again"
    readonly ended?: string
    readonly ok?: boolean
    readonly reason?: string
    readonly byHand?: boolean
  }[]
  readonly commands: readonly RanCommand[]
  readonly applied: readonly { readonly t: string; readonly what: string; readonly sha256?: string }[]
  readonly waits: readonly { readonly t: string; readonly reason: string }[]
  readonly notes: readonly { readonly t: string; readonly text: string }[]
  /** What its `show` printed. */
  readonly shown: readonly {
    readonly t: string
    readonly line: string
    readonly text: string
    readonly differs: readonly string[]
  }[]
}

export interface Looked {
  readonly t: string
  readonly look: Look
}

export interface RanCommand {
  readonly t: string
  readonly line: string
  readonly cwd?: string
  /** Nothing: its end was not seen. */
  readonly exitCode?: number
  readonly seconds?: number
  /** Whole lines in the order in which they came, both streams. */
  readonly output: readonly { readonly stream: "stdout" | "stderr"; readonly text: string }[]
}
