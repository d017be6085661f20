import type { CheckedObject, CheckResult } from "./check-result.ts"
import type { Foreseen } from "./foreseen.ts"
import type { Site } from "./roles.ts"
import type { Value } from "./value.ts"

/** What every step gets, whatever its tools. `S`: per-site values, `F`: federation-wide values. */
export interface BaseContext<S = Record<string, unknown>, F = Record<string, unknown>> {
  /** The step's site. A `here` or `federation` step has none: reading it throws. */
  readonly site: Site<S>
  /** For a `link` step: the site that this site links to, see {@link linkRoles}. In other steps reading it throws. */
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
  /** The step was named to be done again (`--rerun`): what only that cures does not block it then. */
  readonly rerun: boolean
  /** A run was killed during its `apply` at this site, so it may have created what exists. Not set after an interrupted `update`. */
  readonly applyInterrupted: boolean
  /**
   * When that was: what was created before or later is somebody else's. ISO 8601, by the clock of the site's cluster, from
   * its start to the last sign of its run.
   */
  readonly applyPeriod?: { readonly from: string; readonly to: string } | undefined
  /** The session is interactive: a browser login may be started. */
  readonly interactive: boolean
  /** Whether a value was given for an input (a flag, the file, an answer) and is not merely its default. */
  given(input: string, site?: string): boolean
  /** Where it was given, for messages: `--server`, `federation.yaml:3:5 (superlink.server)`. */
  placeOf(input: string, site?: string): string | undefined
  /** How another step of this run ended at a site, if it did; federation steps build their result from it. */
  outcome(
    step: string,
    site?: string,
  ):
    | {
        readonly ok: boolean
        /** It is another party's, and no message says how it stands: nothing is known, or their part has ended. */
        readonly theirs: boolean
        readonly reason: string
      }
    | undefined
  /** Hands a value of the step's `provides` to later steps. The same content again changes nothing. */
  provide<T>(value: Value<T>, content: NoInfer<T>): void
  /**
   * A value of the step's `reads`: of its own site, or from wherever the one providing step runs; with `site` of that site.
   * @throws CheckError (blocked) naming the step to run next, where the value has not been provided
   */
  value<T>(value: Value<T>, site?: Site): T
  /**
   * A value of the step's `reads`, of every site that provides it. A `federation` step, which also runs where a site has
   * failed, gets those that are there.
   * @throws CheckError as `value`
   */
  values<T>(value: Value<T>): readonly { readonly site: Site<S>; readonly value: T }[]
  /** Shows a sentence (an event; kept in the journal). */
  note(sentence: string): void
  /** Records in the journal what a command applies: what it is, and the hash of its text. */
  recordWrite(what: string, text: string): void
  /**
   * Objects that this federation created, by UID, from the journal. Labels can be lost: some commands write an object as a whole,
   * without what they do not know.
   */
  readonly created: ReadonlyMap<string, CheckedObject>
  /** Records an object that `apply` created, see `created`. One without a UID is not recorded. */
  recordCreated(object: CheckedObject): void
  /** Redacts this value in every later output. */
  secret(value: string | undefined): void
}

/** Returned by `apply` or `update`: run another step of the lane again first. Done once per run. */
export interface Rerun {
  readonly rerun: string
  readonly reason: string
}
export const rerun = (step: string, reason: string): Rerun => ({ rerun: step, reason })

/** A step may return something else, such as the object that it has applied: a notebook in JavaScript has no compiler. */
export const isRerun = (result: unknown): result is Rerun =>
  typeof result === "object" && result !== null && typeof (result as Rerun).rerun === "string"

/** What `apply`, `update`, `delete` and `rerun` may return. */
export type ApplyResult = Rerun | undefined | void

/**
 * One cell of a notebook. `check` reads and never writes; `apply` is called on *missing*, `update` on *drifted*; then
 * the runner checks until the step is *ready*. See docs/design.md.
 */
export interface StepDefinition<C extends BaseContext = BaseContext> {
  readonly id: string
  /** Raise it when the meaning of what the step creates changes: earlier checkpoints become stale. Default 1. */
  readonly version?: number
  readonly title: string
  /** A role of the notebook | "every site" | "here" | "link" (once per site that links to another, in its lane) | "federation". */
  readonly on: string
  /**
   * The role whose one site it works on, where that is not its own: a step once per spoke that writes to the hub's
   * cluster. What it needs of "every site" it needs there as well. Where parties share no credentials, the owner of that site runs it.
   */
  readonly side?: string
  /**
   * It is part of the notebook only where these inputs have one of these values: `{ tls: "on" }`. A step that no value asks for stands in
   * no plan, and what waits for it does not.
   */
  readonly when?: Readonly<Record<string, string | boolean | readonly (string | boolean)[]>>
  /** Ids of steps that come before (order only). */
  readonly needs?: readonly string[]
  /** This step only supplies that one: it is skipped once that one is ready. */
  readonly feeds?: string
  /** The inputs it depends on: they make its fingerprint. */
  readonly inputs?: readonly string[]
  /** Values that it hands to later steps. One that is *ready* without having provided them fails. */
  readonly provides?: readonly Value[]
  /** Values of steps that it needs. They are part of its fingerprint as inputs are. */
  readonly reads?: readonly Value[]
  /** Markdown: what the step is for. */
  readonly prose: string
  /** Markdown: what its check reads, and when it is ready. Shown by *Explain*. */
  readonly readyWhen?: string
  /** Further reading: URLs. */
  readonly docs?: readonly string[]
  check(context: C): CheckResult | Promise<CheckResult>
  /** What it may do, from the inputs alone: a plan shows it before the step can be checked. */
  foresees?(context: ForeseeContext): readonly Foreseen[]
  /** Called on *missing*. */
  apply?(context: C): ApplyResult | Promise<ApplyResult>
  /** Called on *drifted*; `true` where `apply` does that too. Without it a drifted step is blocked. */
  update?: true | ((context: C) => ApplyResult | Promise<ApplyResult>)
  /** A teardown's: called on *drifted*, where what is to be deleted still exists. */
  delete?(context: C): ApplyResult | Promise<ApplyResult>
  /** `step ID --rerun`: does it again although it is ready (a restart, a new token). */
  rerun?(context: C): ApplyResult | Promise<ApplyResult>
  /** Marks on the cluster what `apply` created as this federation's; called right after it, and on resume after an interrupted `apply`. */
  takeOwnership?(context: C): void | Promise<void>
  /** The guide's read-only command, run after the wait, also when the step was ready before; its output is kept in the journal. */
  show?(context: C): unknown
  /**
   * The whole step as POSIX shell lines with the values filled in. They end once the step is ready (the commands wait, or
   * a loop does) and can be run again. For `--by-hand` and the shell script of `report`.
   */
  manual?(context: ManualContext): string | Promise<string>
  /** It cannot be previewed: it writes files or calls servers without a command. `manual` is shown in its place. */
  readonly noPreview?: boolean
  /** What `show` prints according to the guide: compared line by line; `<…>` and `[...]` match anything. */
  readonly expect?: string
  /** How long to wait until it is ready, in seconds. Default 300. */
  readonly timeout?: number
  /** `run` always checks it, also with trusted checkpoints (verify). */
  readonly always?: boolean
  /** `check` starts processes: it takes a slot as `apply` does. */
  readonly spawns?: boolean
  /** Steps of the main notebook that are undone once this one applies or deletes (teardown): their checkpoints and values are forgotten. */
  readonly undoes?: readonly string[]
  /** It creates the session: on a terminal, a step whose login has expired goes back to this one. */
  readonly session?: boolean
  /** Actions with an equal key never run at once (sites on one cluster; one browser). */
  exclusive?(context: C): string | undefined
}

/**
 * The context of `manual`: values only, no cluster, no file. The lines it returns run in a shell whose KUBECONFIG is that
 * of the step's site.
 */
export interface ManualContext<S = Record<string, unknown>, F = Record<string, unknown>>
  extends Pick<
    BaseContext<S, F>,
    "site" | "peer" | "sites" | "the" | "all" | "inputs" | "notebook" | "federation" | "given"
  > {
  /** The prefix of a command for another site's cluster: `KUBECONFIG=… `, its blank included. */
  on(site: Site<S>): string
  /** The site's kubeconfig, quoted as one shell word. */
  readonly kubeconfig: string
  /** A private file of the site, quoted as one shell word. */
  privateFile(name: string): string
}

/** The context of `foresees`: values only. */
export type ForeseeContext<S = Record<string, unknown>, F = Record<string, unknown>> = Omit<
  ManualContext<S, F>,
  "on" | "kubeconfig" | "privateFile"
>

/** The parts of a step in which it names itself and what it refers to: the compiler infers them from a definition. */
export interface StepNames<
  Id extends string,
  On extends string,
  Needs extends readonly string[],
  Feeds extends string,
  Inputs extends readonly string[],
  Provides extends readonly Value[],
  Reads extends readonly Value[],
> {
  readonly id: Id
  readonly on: On
  readonly needs?: Needs
  readonly feeds?: Feeds
  readonly inputs?: Inputs
  readonly provides?: Provides
  readonly reads?: Reads
}

/** A step of a notebook. The compiler knows its names where they are written out: see {@link notebook}. */
export interface Step<
  Id extends string = string,
  On extends string = string,
  Needs extends string = string,
  Inputs extends string = string,
  Provides extends string = string,
  Reads extends string = string,
  // biome-ignore lint/suspicious/noExplicitAny: the engine gives each step the context that its notebook promised.
> extends StepDefinition<any> {
  readonly id: Id
  readonly on: On
  readonly needs?: readonly Needs[]
  readonly feeds?: Needs
  readonly inputs?: readonly Inputs[]
  readonly provides?: readonly Value<unknown, Provides>[]
  readonly reads?: readonly Value<unknown, Reads>[]
}

/**
 * Declares a step. With a type parameter that says which tools its context carries, the compiler does not know the step's
 * names; `stepsFor` has both.
 */
export function step<
  const Id extends string,
  const On extends string,
  const Needs extends readonly string[] = readonly [],
  const Feeds extends string = never,
  const Inputs extends readonly string[] = readonly [],
  const Provides extends readonly Value[] = readonly [],
  const Reads extends readonly Value[] = readonly [],
>(
  definition: StepDefinition & StepNames<Id, On, Needs, Feeds, Inputs, Provides, Reads>,
): Step<Id, On, Needs[number] | Feeds, Inputs[number], Provides[number]["name"], Reads[number]["name"]>
export function step<C extends BaseContext>(definition: StepDefinition<C>): Step
export function step(definition: StepDefinition): Step {
  return Object.freeze(definition)
}
