import type { Site } from "../notebook/roles.ts"
import type { Step } from "../notebook/step.ts"
import type { Emit } from "./events.ts"

/** Where tools are opened for: a step at a site (none for `here` and `federation` steps). */
export interface Place {
  readonly step: Step
  readonly site: Site | undefined
  readonly signal: AbortSignal
  readonly emit: Emit
  /** The act is only rehearsed: what it would run and write is taken down here and not done. */
  readonly recorder?: Recorder
  /** Commands that a person has edited, by the line that they stand for. */
  readonly edits?: ReadonlyMap<string, Edit>
}

/** What a person wants to be run in the place of a command. */
export interface Edit {
  readonly line: string
  /** What was edited, for the journal. */
  readonly said?: string
  /** Manifests that are another one's edited copies, for the journal. */
  readonly applied: readonly { readonly what: string; readonly sha256: string }[]
}

/** Takes down what an act would do. */
export interface Recorder {
  /** A command, as a person would type it. */
  command(line: string, cwd?: string): void
  /** A write to a cluster: `patch Site skupper-site`. */
  write(what: string): void
  /** The file that stands in for one of the federation's folder. */
  instead(path: string): string
}

/** Tools that remember what was read with them, so that a change of it can be awaited. */
export interface Observation {
  readonly tools: object
  /**
   * Resolves as soon as anything read since the last call may have changed (a watch event, a log line), or, for reads
   * that cannot be watched, after a growing pause. Resolves at once when the signal aborts.
   */
  changed(signal: AbortSignal): Promise<void>
  close(): void
}

/**
 * Supplies the tools a step's context carries (`$`, `cluster`, whatever the notebook uses). The runner knows none of
 * them: lib/tools.ts wires the shell and the cluster, another engine may wire others.
 */
export interface Toolbox {
  /** Tools for one look, act or show. */
  open(place: Place): object
  /** Tools for the looks of a wait. */
  observe(place: Place): Observation
  /** Ends pooled connections and anything still running. */
  close(): Promise<void>
}
