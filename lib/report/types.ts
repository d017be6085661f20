/** The data of every format of a report: the walk of one federation, from its journal and its notebook. */

import type { CheckResult } from "../notebook/check-result.ts"
import type { Federation, Origin } from "../notebook/federation.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { ReportSection } from "../notebook/report-section.ts"
import type { Action, By, Outcome, OutcomeKind } from "../runner/events.ts"
import type { Joined, ReportMessage } from "./messages.ts"

export interface Report {
  readonly notebook: Notebook
  readonly federation: Federation
  /** When this report was created: ISO 8601, UTC. */
  readonly made: string
  /** The program that created it, and its version. */
  readonly program: { readonly name: string; readonly version: string }
  /** Every site's cluster is a practice cluster, by the last run. */
  readonly practice: boolean
  readonly sites: readonly ReportSite[]
  /** The federation's own first, then site by site, in the notebook's order. */
  readonly inputs: readonly ReportInput[]
  /** Inputs whose values changed between runs, in the journal's order. */
  readonly changes: readonly ReportChange[]
  /** What was exchanged with other parties. Missing where nothing was. */
  readonly messages?: readonly ReportMessage[]
  /** The same of other parties, from their reports. */
  readonly joined?: Joined
  /** What the notebook itself adds. Missing where it adds nothing. */
  readonly sections?: readonly ReportSection[]
  /** In the journal's order. Empty: nothing has run yet. */
  readonly runs: readonly ReportRun[]
  /** One cell per step, in the notebook's order. */
  readonly cells: readonly ReportCell[]
  /** Other steps in the journal: the teardown's, and those that the notebook no longer has. */
  readonly others: readonly ReportCell[]
  /** The last of `runs` was in progress when this was created. */
  readonly running?: boolean
}

export interface ReportSite {
  readonly name: string
  readonly role: string
  /** The value of its identity input (its server), where the notebook has one. */
  readonly identity?: string
  /** The party that it belongs to, where that is another one. */
  readonly party?: string
  /** The cluster user of its last session. */
  readonly user?: string
  /** It is no longer in the federation, but in the journal. */
  readonly gone?: boolean
}

export interface ReportInput {
  /** Undefined: it applies to the whole federation. */
  readonly site?: string
  readonly name: string
  /** As text; undefined: unset. Secrets are never here. */
  readonly value?: string
  readonly origin?: Origin
  readonly secret?: boolean
}

/** An input that had another value in an earlier run. */
export interface ReportChange {
  readonly t: string
  readonly by?: By
  /** Undefined: it applies to the whole federation. */
  readonly site?: string
  readonly name: string
  /** As text; undefined: unset, or the default. */
  readonly from?: string
  readonly to?: string
}

/** One `run started` … `run ended` of the journal. */
export interface ReportRun {
  /** From 1. */
  readonly number: number
  readonly started: string
  /** Undefined: it was killed, or is in progress. */
  readonly ended?: string
  /** When its last line was written: where a run without an end stopped. */
  readonly last: string
  readonly command: string
  readonly version: string
  readonly by?: By
  readonly code?: number
  /** In seconds. */
  readonly seconds?: number
  readonly counts?: Readonly<Partial<Record<OutcomeKind, number>>>
  /** Changes outside a site that were approved. */
  readonly approvals: readonly { readonly t: string; readonly what: string; readonly how: string }[]
  readonly warnings: readonly string[]
  /** The ids of the steps that ran, in the order in which they started. */
  readonly cells: readonly string[]
  /** Steps that did not succeed, without those that were skipped because of another one here; a later run may have fixed them. */
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
  /** One place per site; one without a site for `here` and `federation` steps. */
  readonly places: readonly ReportPlace[]
}

export interface ReportPlace {
  readonly site?: string
  /** Its last outcome; undefined: it has not run yet. */
  readonly outcome?: Outcome
  /** When that was. */
  readonly t?: string
  /** Why the result does not match the current inputs. */
  readonly stale: readonly string[]
  /** It existed before and is used as it is. */
  readonly adopted?: boolean
  /** It was interrupted while applying. */
  readonly interrupted?: boolean
  /** When, and by which step (of the teardown), it was deleted since. */
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
  /** Undefined: it was interrupted, or is running. */
  readonly ended?: string
  /** It was in progress when the report was created. */
  readonly running?: boolean
  /** Undefined although it ended: a later step of the same run went back to this one (a new token, a new login). */
  readonly outcome?: Outcome
  /** It was not selected, only checked, because another step needs it: nothing was changed. */
  readonly onlyChecked?: boolean
  /** The first and the last result of its check, with their times. */
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
  /** Undefined: it was interrupted, or is running. */
  readonly exitCode?: number
  readonly seconds?: number
  /**
   * Both streams in order. Each text is whole lines with their ends, consecutive lines of one stream together; a line's
   * end is missing only where the command's is.
   */
  readonly output: readonly { readonly stream: "stdout" | "stderr"; readonly text: string }[]
}
