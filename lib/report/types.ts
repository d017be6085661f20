/** What every format of a report is made from: the walk of one federation, as its journal and its notebook tell it. */

import type { CheckResult } from "../notebook/check-result.ts"
import type { Federation, Origin } from "../notebook/federation.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { Action, By, Outcome, OutcomeKind } from "../runner/events.ts"

export interface Report {
  readonly notebook: Notebook
  readonly federation: Federation
  /** When this report was made: ISO 8601, UTC. */
  readonly made: string
  /** The program that made it, and its version. */
  readonly program: { readonly name: string; readonly version: string }
  /** Every site's cluster is on this machine's loopback: the walk was practice. */
  readonly practice: boolean
  readonly sites: readonly ReportSite[]
  /** The federation's own first, then site by site, in the notebook's order. */
  readonly inputs: readonly ReportInput[]
  /** Inputs that were given other values on the way, in the journal's order. */
  readonly changes: readonly ReportChange[]
  /** In the journal's order. Empty: nothing was run yet. */
  readonly runs: readonly ReportRun[]
  /** A cell a step, in the notebook's order. */
  readonly cells: readonly ReportCell[]
  /** What the journal holds of other steps: the teardown's, and those that the notebook no longer has. */
  readonly others: readonly ReportCell[]
  /** A run goes on while this is made: the last one of `runs`. */
  readonly running?: boolean
}

export interface ReportSite {
  readonly name: string
  readonly role: string
  /** The value of its identity input (its server), where the notebook has one. */
  readonly identity?: string
  /** The cluster user of its last session. */
  readonly user?: string
  /** It is no longer in the federation; the journal knows it. */
  readonly gone?: boolean
}

export interface ReportInput {
  /** Nothing: of the whole federation. */
  readonly site?: string
  readonly name: string
  /** As text; nothing: unset. Secrets are never here. */
  readonly value?: string
  readonly origin?: Origin
  readonly secret?: boolean
}

/** An input that had another value in earlier runs. */
export interface ReportChange {
  readonly t: string
  readonly by?: By
  /** Nothing: of the whole federation. */
  readonly site?: string
  readonly name: string
  /** As text; nothing: unset, or what it is where nobody says otherwise. */
  readonly from?: string
  readonly to?: string
}

/** One `run started` … `run ended` of the journal. */
export interface ReportRun {
  /** From 1. */
  readonly number: number
  readonly started: string
  /** Nothing: its end was not seen (killed, or it goes on). */
  readonly ended?: string
  /** When its last line was written: for a run whose end was not seen, how far it came. */
  readonly last: string
  readonly command: string
  readonly version: string
  readonly by?: By
  readonly code?: number
  /** In seconds. */
  readonly seconds?: number
  readonly counts?: Readonly<Partial<Record<OutcomeKind, number>>>
  /** What was agreed to. */
  readonly approvals: readonly { readonly t: string; readonly what: string; readonly how: string }[]
  readonly warnings: readonly string[]
  /** The ids of the steps that were carried out, in the order in which they began. */
  readonly cells: readonly string[]
  /** What did not end well, and was not merely kept from running by something else here; a later run may have mended it. */
  readonly wrong: readonly WrongEnd[]
}

export interface WrongEnd {
  readonly step: string
  readonly site?: string
  readonly kind: OutcomeKind
  readonly reason: string
}

export interface ReportCell {
  readonly step: string
  /** Its place in the notebook, from 1; among `others` from where the notebook ends. */
  readonly number: number
  /** Its last execution in the journal's order, as notebooks print it: `[3]`. */
  readonly execution?: number
  readonly title: string
  /** Markdown. */
  readonly prose: string
  /** What the guide promises. */
  readonly expect?: string
  /** A place a site; one without a site for `here` and `federation` steps. */
  readonly places: readonly ReportPlace[]
}

export interface ReportPlace {
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
  readonly interrupted?: boolean
  /** When, and by which step (teardown's), it was taken back since. */
  readonly undone?: { readonly t: string; readonly step: string }
  /** Its site is no longer in the federation. */
  readonly gone?: boolean
  /** In the journal's order. */
  readonly executions: readonly Execution[]
}

/** One `step started` … `step ended` at a place. */
export interface Execution {
  /** The number of its run. */
  readonly run: number
  readonly started: string
  /** Nothing: its end was not seen. */
  readonly ended?: string
  /** Nothing though it ended: a later step of the same run went back to this one (a new token, a new login). */
  readonly outcome?: Outcome
  /** Left out of its run, and looked at because another step needs it: nothing was carried out. */
  readonly onlyChecked?: boolean
  /** The first and the last answer of its look, with when it was given. */
  readonly before?: Checked
  readonly after?: Checked
  readonly actions: readonly {
    readonly t: string
    readonly action: Action
    readonly ended?: string
    readonly ok?: boolean
    readonly reason?: string
    readonly manual?: boolean
  }[]
  readonly commands: readonly RanCommand[]
  readonly written: readonly { readonly t: string; readonly what: string; readonly sha256?: string }[]
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

export interface Checked {
  readonly t: string
  readonly result: CheckResult
}

export interface RanCommand {
  readonly t: string
  readonly line: string
  readonly cwd?: string
  /** Nothing: its end was not seen. */
  readonly exitCode?: number
  readonly seconds?: number
  /**
   * In the order in which it came, both streams. Each text is whole lines with their ends, neighbours of one stream
   * together; a line's end is missing only where the command's is.
   */
  readonly output: readonly { readonly stream: "stdout" | "stderr"; readonly text: string }[]
}
