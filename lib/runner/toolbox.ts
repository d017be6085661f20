import type { Blocked } from "../notebook/check-result.ts"
import type { Site } from "../notebook/roles.ts"
import type { Step } from "../notebook/step.ts"
import type { Emit } from "./events.ts"

/** What tools are opened for: a step at a site (none for `here` and `federation` steps). */
export interface Place {
  readonly step: Step
  readonly site: Site | undefined
  readonly signal: AbortSignal
  readonly emit: Emit
  /** The tools are for a check: it may be told what another check of this run has just read. */
  readonly checks?: boolean
  /** Set for a preview: what the action would run and write is recorded here and not done. */
  readonly recorder?: Recorder
  /** Commands that the user edited, by the line that they replace. */
  readonly edits?: ReadonlyMap<string, Edit>
}

/** What the user wants to run in place of a command. */
export interface Edit {
  readonly line: string
  /** What was edited, for the journal. */
  readonly said?: string
  /** Edited copies of manifests, for the journal. */
  readonly applied: readonly { readonly what: string; readonly sha256: string }[]
}

/** Records what an action would do. */
export interface Recorder {
  /** A command, as it would be typed. */
  command(line: string, cwd?: string): void
  /** A write to a cluster: `patch ConfigMap greeting`. */
  write(what: string): void
  /** The copy that stands in for a file of the federation's folder. */
  instead(path: string): string
}

/** Tools that remember what was read with them, so that a change of it can be awaited. */
export interface Observation {
  readonly tools: object
  /**
   * Resolves as soon as anything that was read since the last call may have changed (a watch event, a log line), or, for
   * reads that cannot be watched, after a growing pause. Resolves at once when the signal aborts.
   */
  changed(signal: AbortSignal): Promise<void>
  close(): void
}

/** The federation is held while a run applies something, against runs from other folders and machines. */
export interface Hold {
  /** Before each action. @returns why it must not begin: somebody else holds it. */
  take(): Promise<Blocked | undefined>
  /** @param left also removes what a killed run of this folder left */
  release(left: boolean): Promise<void>
}

/**
 * Supplies the tools in a step's context (`$`, `cluster`, whatever the notebook uses). The runner knows none of them:
 * lib/tools.ts connects the shell and the cluster, another program may connect others.
 */
export interface Toolbox {
  /** Tools for one check, action or show. */
  open(place: Place): object
  /** A run, a plan or an examination begins: its checks are told nothing that was read before. */
  begin?(): void
  /** Tools for the checks of a wait. */
  observe(place: Place): Observation
  /** What tells others that this run applies something, where the notebook has that (`lease`). */
  hold?(emit: Emit): Hold | undefined
  /** Milliseconds that the clock of a site's cluster is ahead of this machine's, where that is known. */
  ahead?(site: Site): number | undefined
  /** Ends pooled connections and anything still running. */
  close(): Promise<void>
}
