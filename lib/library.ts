import { UsageError } from "./notebook/errors.ts"
import type { Federation } from "./notebook/federation.ts"
import type { Notebook } from "./notebook/notebook.ts"
import { Redactor } from "./notebook/secrets.ts"
import type { Listener } from "./runner/events.ts"
import type { State } from "./runner/state.ts"
import type { Toolbox } from "./runner/toolbox.ts"
import type { Approval, PlanEntry, RunOptions, RunResult, Selection } from "./runner/types.ts"

/** A notebook's inputs as data, under the names of its table. */
export interface Inputs {
  /** The federation's name. */
  readonly name: string
  /** Federation-wide inputs: `{ greeting: "Hello" }`. */
  readonly values?: Readonly<Record<string, unknown>>
  /** Every site with its role and its own inputs. */
  readonly sites: readonly ({
    readonly name: string
    readonly role: string
    readonly party?: string
  } & Readonly<Record<string, unknown>>)[]
}

export interface LibraryOptions {
  /** The federation's folder: journal, lock, kubeconfigs. Created when missing, 0700. */
  readonly folder: string
  readonly selection?: Selection
  /** Who approves changes that reach beyond a site. Default `named`: nobody, so such a step is blocked. */
  readonly approval?: Approval
  /** Called with every event, redacted. */
  readonly listeners?: readonly Listener[]
  /** Environment of commands. Default: the process's. */
  readonly env?: Readonly<NodeJS.ProcessEnv>
  /** A folder that is searched first for commands, in place of the input `commands`. */
  readonly commands?: string
  /** Your own tools for your own steps, in place of the shell and the clusters. */
  readonly toolbox?: Toolbox
  /** Its abort ends the run; its reason, if a number, is the exit code. */
  readonly signal?: AbortSignal
  readonly parallel?: number
  /** How long each step waits in seconds, in place of its own timeout. */
  readonly timeout?: number
  readonly trustCheckpoints?: boolean
}

/**
 * Resolves inputs: checks each against its declaration and fills in defaults.
 * @throws UsageError naming everything that is missing or wrong
 */
export async function federate(notebook: Notebook, inputs: Inputs): Promise<Federation> {
  const { dataLayer } = await import("./inputs/data-layer.ts")
  const { resolveInputs } = await import("./inputs/resolve.ts")
  const problems = new Set<string>()
  const layer = dataLayer(notebook, inputs, problems)
  const resolved = resolveInputs(notebook, [layer], { name: inputs.name, files: true })
  const missing = resolved.missing.map((one) =>
    one.kind === "count"
      ? `there is no ${one.role}`
      : `${one.site === undefined ? "" : `${one.site.name}.`}${one.input} is missing`,
  )
  const crossed = problems.size + missing.length === 0 ? (notebook.validate?.(resolved.federation) ?? []) : []
  const all = [
    ...problems,
    ...resolved.problems,
    ...missing,
    ...crossed.map(({ what, fix }) => `${what}: ${fix}`),
  ]
  if (all.length > 0) {
    const { count } = await import("./notebook/format.ts")
    throw new UsageError(`${count(all.length, "invalid input")} of ${inputs.name}:\n  ${all.join("\n  ")}`)
  }
  return resolved.federation
}

/**
 * Runs a notebook on a federation, resuming from what exists.
 * @throws UsageError (inputs), RunbookError with exitCode 3 (another run holds the folder); failures of steps are outcomes
 */
export async function run(notebook: Notebook, inputs: Inputs, options: LibraryOptions): Promise<RunResult> {
  const federation = await federate(notebook, inputs)
  const { openState } = await import("./runner/open-state.ts")
  const runner = await import("./runner/run.ts")
  const state = await openState(options.folder, { command: `run ${notebook.name}` })
  try {
    return await withTools({ notebook, federation }, options, state, runner.run)
  } finally {
    await state.close()
  }
}

/** What a run would do now; changes nothing. */
export async function plan(
  notebook: Notebook,
  inputs: Inputs,
  options: LibraryOptions,
): Promise<PlanEntry[]> {
  const federation = await federate(notebook, inputs)
  const { readState } = await import("./runner/open-state.ts")
  const planner = await import("./runner/plan.ts")
  return withTools({ notebook, federation }, options, readState(options.folder), planner.plan)
}

async function withTools<T>(
  carried: Pick<RunOptions, "notebook" | "federation">,
  options: LibraryOptions,
  state: State,
  work: (options: RunOptions) => Promise<T>,
): Promise<T> {
  const redactor = new Redactor()
  const { createToolbox } = await import("./tools.ts")
  const toolbox =
    options.toolbox ??
    createToolbox({
      ...carried,
      state,
      redactor,
      ...(options.env && { env: options.env }),
      ...(options.commands !== undefined && { commands: options.commands }),
    })
  const { parallel, timeout, trustCheckpoints } = options
  try {
    return await work({
      ...carried,
      state,
      toolbox,
      redactor,
      selection: options.selection ?? {},
      approval: options.approval ?? "named",
      command: "library",
      version: "library",
      interactive: false,
      secondTry: true,
      ...(parallel !== undefined && { parallel }),
      ...(timeout !== undefined && { timeout }),
      ...(trustCheckpoints !== undefined && { trustCheckpoints }),
      listeners: options.listeners ?? [],
      signal: options.signal ?? new AbortController().signal,
    })
  } finally {
    if (options.toolbox === undefined) await toolbox.close()
  }
}
