import type { ListrRendererFactory } from "listr2"
import type { CheckResult } from "../notebook/check-result.ts"
import type { Federation } from "../notebook/federation.ts"
import type { Foreseen } from "../notebook/foreseen.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { Redactor } from "../notebook/secrets.ts"
import type { At, Listener, Outcome } from "./events.ts"
import type { State } from "./state.ts"
import type { Edit, Toolbox } from "./toolbox.ts"

/** Which steps and sites are selected. Ids are checked before; an empty selection means everything. */
export interface Selection {
  readonly from?: string
  readonly to?: string
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly sites?: readonly string[]
}

/**
 * Who approves changes that reach beyond a site. `all`: `--yes`, or the plan that was shown is approved. `named`: a step
 * that is called by its name is approved, a result with `approval` is not. A function asks the user.
 */
export type Approval = "all" | "named" | ((what: string, at: At) => Promise<boolean>)

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
  /** Completes a command to type next, so that it works as typed. Safe to call on what it has completed. Default: as the step has it. */
  readonly nextLine?: (next: string, site?: string) => string
  readonly version: string
  /** Every site's cluster is a practice cluster: the journal keeps it for reports. */
  readonly practice?: boolean
  /** A browser login may be started and waited for. */
  readonly interactive: boolean
  /** How many actions, shows and spawning checks run at once. Default two per core, at most 16. */
  readonly parallel?: number
  /** Deadline of each step's wait in seconds, in place of the step's own. */
  readonly timeout?: number
  readonly trustCheckpoints?: boolean
  /** `step ID --rerun`: call `rerun` of the selected steps although they are ready. */
  readonly rerun?: boolean
  /** Lanes that failed over something that may pass are tried once more after all others have ended. */
  readonly secondTry?: boolean
  /** Nothing that writes is run: each action is left to the user, and the run waits until its check is ready. */
  readonly manual?: boolean
  /** By place name: commands that the user edited, by the line that they replace. */
  readonly edits?: ReadonlyMap<string, ReadonlyMap<string, Edit>>
  /** Run each step's `show` also where nothing was changed and the journal has what it showed. */
  readonly show?: boolean
  /** Skip `show` (teardown, plan). */
  readonly quiet?: boolean
  /** The time by which messages of parties expire: that of a site's API server, where one has been asked. Default: this machine's. */
  readonly now?: () => Date
  readonly listeners: readonly Listener[]
  /** Draws the lanes on a terminal; nothing is drawn without it. */
  readonly renderer?: ListrRendererFactory
  readonly signal: AbortSignal
}

export interface RunResult {
  /** 0, 1, 3, 4, or 130/143/129 by the signal's reason; the exit code for the caller's process. */
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
  /** The party whose step it is, where that is another one. */
  readonly party?: string
  /** A step that has to succeed first, so this one was not checked: its id, with its site where that is another one. */
  readonly after?: string
  readonly reason: string
  readonly result?: CheckResult
  /** Why an earlier checkpoint is stale: `greeting Hello → Good morning`. */
  readonly stale?: readonly string[]
  readonly fix?: string
  readonly next?: string
  /** Set where it reaches beyond the site: what `--yes` approves. */
  readonly approval?: string
  /** What restarts, is deleted or is lost with it. */
  readonly effects?: readonly string[]
  /** What it may do, where it is not `ok`: of a step that could not be checked, everything that its inputs tell. */
  readonly foreseen?: readonly Foreseen[]
}
