import type { CheckResult } from "./check-result.ts"
import type { Site } from "./roles.ts"

/** What every step is handed, whatever its tools. `S`: per-site values, `F`: federation-wide values. */
export interface BaseContext<S = Record<string, unknown>, F = Record<string, unknown>> {
  /** The site this is done for. A `here` or `federation` step has none: reading it throws. */
  readonly site: Site<S>
  /** For a `link` step: the site at the other end, the role there is one of. Elsewhere reading it throws. */
  readonly peer: Site<S>
  readonly sites: readonly Site<S>[]
  /** The site of a role that has one. */
  the(role: string): Site<S>
  /** All sites of a role. */
  all(role: string): readonly Site<S>[]
  /** The federation-wide inputs. */
  readonly inputs: Readonly<F>
  /** The notebook's name: the field manager of what is applied (`--field-manager`). */
  readonly notebook: string
  /** The federation's name. */
  readonly federation: string
  /** The federation's folder (0700). */
  readonly folder: string
  /** Ends when the run is interrupted or the step's deadline passes. */
  readonly signal: AbortSignal
  /** Its `act` was begun at this site and not ended (the run was killed): what it made is ours. A `change` says nothing. */
  readonly applyInterrupted: boolean
  /** A person can be asked now: a browser login may be started. */
  readonly interactive: boolean
  /** Whether a value was given for an input (a flag, the file, an answer) and is not merely its default. */
  given(input: string, site?: string): boolean
  /** How another step of this run ended at a site, if it did; federation steps build their answer from it. */
  outcome(step: string, site?: string): { readonly ok: boolean; readonly reason: string } | undefined
  /** Says a sentence to the person (an event; kept in the journal). */
  note(sentence: string): void
  /** Keeps in the journal what is handed to a command to apply: what it is, and the hash of its text. */
  recordWrite(what: string, text: string): void
  /** Every later output hides this value. */
  secret(value: string | undefined): void
}

/** Returned by an act: go back to another step of the lane first; obeyed once. */
export interface Rerun {
  readonly rerun: string
  readonly reason: string
}
export const rerun = (step: string, reason: string): Rerun => ({ rerun: step, reason })

/** What `act`, `change`, `again` and `undo` may return. */
export type ApplyResult = Rerun | undefined | void

/**
 * One cell of a notebook. `look` reads and never writes; `act` is called on *absent*, `change` on *different*; then
 * the runner looks until it is so. See docs/design.md.
 */
export interface StepDefinition<C extends BaseContext = BaseContext> {
  readonly id: string
  /** Raised when what the step makes changes its meaning: makes earlier checkpoints stale. Default 1. */
  readonly version?: number
  readonly title: string
  /** A role of the notebook | "every site" | "here" | "link" (once a site of the `many` role, in its lane) | "federation". */
  readonly on: string
  /** Ids of steps that come before (order only). */
  readonly needs?: readonly string[]
  /** This step only supplies that one: it is looked at only while that one is not done. */
  readonly feeds?: string
  /** The inputs it depends on: they make its fingerprint. */
  readonly inputs?: readonly string[]
  /** Markdown, for the person. */
  readonly prose: string
  /** Markdown: what its look checks, and what it calls done. For a person who asks. */
  readonly readyWhen?: string
  /** Where to read on: URLs. */
  readonly docs?: readonly string[]
  check(context: C): CheckResult | Promise<CheckResult>
  /** Called on *missing*. */
  apply?(context: C): ApplyResult | Promise<ApplyResult>
  /** Called on *drifted*; `true` where `apply` does that too. Without it such a step is blocked. */
  update?: true | ((context: C) => ApplyResult | Promise<ApplyResult>)
  /** A teardown's: called on *drifted*, where what is to be deleted still exists. */
  delete?(context: C): ApplyResult | Promise<ApplyResult>
  /** `step ID --rerun`: does it anew although it is done (a restart, a new token). */
  rerun?(context: C): ApplyResult | Promise<ApplyResult>
  /** Marks on the cluster what the act made as ours; called right after the command, and at resume for a begun act. */
  takeOwnership?(context: C): void | Promise<void>
  /** The guide's read-only command, run after the wait, also when nothing had to be done; kept in the journal. */
  show?(context: C): unknown
  /**
   * The whole step as a person does it by hand: POSIX shell lines with the values filled in, which end once it is done
   * (the commands wait, or a loop does) and which may be run again. For `--by-hand` and the shell script of `report`.
   */
  manual?(context: ManualContext): string | Promise<string>
  /** Its act cannot be rehearsed: it writes files or calls servers without a command. `hand` is shown in its place. */
  readonly noPreview?: boolean
  /** What the guide promises `show` prints: compared line by line, `<…>` and `[...]` match anything. */
  readonly expect?: string
  /** How long to wait until done, in seconds. Default 300. */
  readonly timeout?: number
  /** `run` always looks, also with trusted checkpoints (verify). */
  readonly always?: boolean
  /** `look` starts processes: it takes a slot like `act`. */
  readonly spawns?: boolean
  /** Steps of the main notebook that no longer hold once this one acts (teardown): their checkpoints are forgotten. */
  readonly undoes?: readonly string[]
  /** It makes the session: on a terminal, a step that meets an expired login goes back to this one. */
  readonly session?: boolean
  /** Acts with an equal key never run at once (sites on one cluster; one browser). */
  exclusive?(context: C): string | undefined
}

/**
 * What `hand` is told: values only, no cluster, no file. The lines it writes run in a shell whose KUBECONFIG is that of
 * the step's site.
 */
export interface ManualContext<S = Record<string, unknown>, F = Record<string, unknown>>
  extends Pick<
    BaseContext<S, F>,
    "site" | "peer" | "sites" | "the" | "all" | "inputs" | "notebook" | "federation" | "given"
  > {
  /** Put before a command that is for another site's cluster: `KUBECONFIG=… `, its blank included. */
  on(site: Site<S>): string
  /** The site's kubeconfig and its token file, as one word of a shell each. */
  readonly kubeconfig: string
  readonly tokenFile: string
}

/** A step of a notebook, its defaults filled in. */
// biome-ignore lint/suspicious/noExplicitAny: the engine hands each step the context its notebook promised it.
export type Step = StepDefinition<any>

/** What a step does about something missing or drifted, and under which name; nothing where it has no way. */
export function actionFor(
  step: Step,
  state: "missing" | "drifted",
): { action: "apply" | "update" | "delete"; run: NonNullable<Step["apply"]> } | undefined {
  const { apply, update, delete: remove } = step
  if (state === "missing") return apply && { action: "apply", run: apply }
  if (remove !== undefined) return { action: "delete", run: remove }
  const run = update === true ? apply : update
  return run && { action: "update", run }
}

/** Declares a step; the type parameter says which tools its context carries. */
export function step<C extends BaseContext>(definition: StepDefinition<C>): Step {
  return Object.freeze(definition)
}
