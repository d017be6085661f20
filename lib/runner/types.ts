import type { ListrRendererFactory } from "listr2"
import type { CheckResult } from "../notebook/check-result.ts"
import type { Federation } from "../notebook/federation.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { Redactor } from "../notebook/secrets.ts"
import type { Listener, Outcome } from "./events.ts"
import type { State } from "./state.ts"
import type { Edit, Toolbox } from "./toolbox.ts"

/** Which steps and sites are meant. Ids are checked beforehand; all empty means everything. */
export interface Selection {
  readonly from?: string
  readonly to?: string
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly sites?: readonly string[]
}

/**
 * Who agrees to what reaches beyond a site. `all`: `--yes`, or the shown plan was agreed to. `named`: a step called by
 * its name is agreed to, what carries `consent` in its look is not. A function asks the person.
 */
export type Approval = "all" | "named" | ((what: string) => Promise<boolean>)

export interface RunOptions {
  readonly notebook: Notebook
  readonly federation: Federation
  readonly state: State
  readonly toolbox: Toolbox
  readonly redactor: Redactor
  readonly selection: Selection
  readonly approval: Approval
  /** The command as typed, for the journal (redacted). */
  readonly command: string
  /** What a further command needs to mean this federation: ` --federation FILE`, or nothing. */
  readonly federationFlags?: string
  readonly version: string
  /** A browser login may be started and waited for. */
  readonly interactive: boolean
  /** How many acts, shows and spawning looks at once. Default about two a core, at most 16. */
  readonly parallel?: number
  /** Deadline of each step's wait in seconds, in place of the step's own. */
  readonly timeout?: number
  readonly trustCheckpoints?: boolean
  /** `step ID --rerun`: run the selected steps' `again` although they are done. */
  readonly rerun?: boolean
  /** Nothing that writes is run: an act is left to the person, and its look waited for. */
  readonly manual?: boolean
  /** By place name: commands that a person has edited, by the line that they stand for. */
  readonly edits?: ReadonlyMap<string, ReadonlyMap<string, Edit>>
  /** Skip `show` (teardown, plan). */
  readonly quiet?: boolean
  readonly listeners: readonly Listener[]
  /** Draws the lanes on a terminal; nothing is drawn without it. */
  readonly renderer?: ListrRendererFactory
  readonly signal: AbortSignal
}

export interface RunResult {
  /** 0, 1, 4, or 130/143/129 by the signal's reason; the caller's process exits with it. */
  readonly code: number
  readonly outcomes: readonly { readonly step: string; readonly site?: string; readonly outcome: Outcome }[]
}

/** One line of a plan: a step at a site, what would happen and why. */
export interface PlanEntry {
  readonly step: string
  readonly title: string
  readonly site?: string
  /**
   * What a run would do. `ok`: nothing, it is ready or not needed. `wait`: for what is progressing, or first for the step
   * named in `after`. `unknown`: it could not be checked.
   */
  readonly action: "apply" | "update" | "delete" | "ok" | "wait" | "blocked" | "unknown"
  /** A step that has to succeed first, so this one was not checked: its id, with its site where that is another one. */
  readonly after?: string
  readonly reason: string
  readonly result?: CheckResult
  /** Why an earlier checkpoint no longer holds: `flower-version 1.34.0 → 1.36.0`. */
  readonly stale?: readonly string[]
  readonly fix?: string
  readonly next?: string
  /** Reaches beyond the site: what `--yes` agrees to. */
  readonly approval?: string
}
