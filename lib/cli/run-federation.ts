import { RunbookError, UsageError } from "../notebook/errors.ts"
import { EXIT } from "../notebook/exit-codes.ts"
import { openState, readState } from "../runner/open-state.ts"
import type { Approval, PlanEntry, RunOptions } from "../runner/types.ts"
import { type Call, federationFlags, refuseAborted, textOptions } from "./call.ts"
import {
  chosenSites,
  type OpenedFederation,
  type OpenFederationOptions,
  openFederation,
  refuseUnanswerable,
} from "./open-federation.ts"
import { planText, printPlan } from "./plan-entries.ts"
import { hasSession, runOptions, toolboxFor } from "./run-options.ts"
import { viewOptions } from "./view-options.ts"

export interface RunFederationOptions extends Omit<OpenFederationOptions, "complete"> {
  /** `plan`: shown and agreed to as a whole. `named`: calling the step is agreeing to it. */
  readonly approvalBy: "plan" | "named"
  /** Steps show nothing (teardown). */
  readonly quiet?: boolean
  /** The clusters go with this run: nothing can be taken up again. */
  readonly throwAway?: boolean
  /** Named once everything is done: a command without its program. */
  readonly after?: string
  /** The plan is also shown where nobody can be asked: no other command shows it. */
  readonly planShown?: boolean
}

/**
 * What `run`, `step` and `teardown` share: inputs, checks, lock, plan and consent, the run itself, the closing table.
 * @returns the exit code
 */
export async function runFederation(call: Call, options: RunFederationOptions): Promise<number> {
  const opened = await openFederation(call, { ...options, complete: true })
  if (options.planShown !== true || call.flags.has("json")) refuseWithoutApproval(call, options)
  const reading = readState(opened.folder)
  await refuseUnanswerable(call, chosenSites(call, opened.federation), (site, server) =>
    hasSession(call, reading, site, server),
  )
  const toolbox = await toolboxFor(call, opened, reading)
  try {
    const quiet = options.quiet === true && { quiet: true }
    const approval = await approvalFor(
      call,
      opened,
      { ...runOptions(call, opened, reading, toolbox), ...quiet },
      options,
    )
    refuseAborted(call)
    // Nothing was made or written so far.
    const state = await openState(opened.folder, {
      command: call.redactor.text(call.command),
      fresh: options.fresh ?? false,
    })
    try {
      const settings = { ...runOptions(call, opened, state, toolbox), ...quiet, approval }
      return await runAndClose(call, opened, settings, options)
    } finally {
      await state.close()
    }
  } finally {
    await toolbox.close()
  }
}

function refuseWithoutApproval({ flags, interaction, command }: Call, options: RunFederationOptions): void {
  if (options.approvalBy === "named" || flags.has("yes") || interaction.ask) return
  throw new UsageError("This needs your yes, and nobody can be asked", {
    why: interaction.because,
    fix: options.planShown
      ? "agree to the plan above with --yes"
      : "agree beforehand with --yes; `plan` shows to what",
    next: `${command} --yes`,
  })
}

/** Who agrees. On a terminal the plan is shown, and asked about once; later questions count as agreed to. */
async function approvalFor(
  call: Call,
  opened: OpenedFederation,
  settings: RunOptions,
  options: RunFederationOptions,
): Promise<Approval> {
  const { flags, interaction } = call
  if (flags.has("yes")) return "all"
  if (!interaction.ask && options.approvalBy === "named") return "named"
  const { plan, somethingToDo } = await import("../runner/plan.ts")
  const entries = await plan(settings)
  refuseAborted(call)
  if (!interaction.ask) {
    await printPlan(call, opened, entries)
    if (somethingToDo(entries)) refuseWithoutApproval(call, options)
    return "named"
  }
  if (options.approvalBy === "plan" && nothingCanBegin(entries)) {
    const blocked = entries.find(({ action }) => action === "blocked")
    await printPlan(call, opened, entries)
    throw new RunbookError("Nothing can begin before what is blocked above is cured", {
      ...(blocked && { why: blocked.reason, ...(blocked.fix !== undefined && { fix: blocked.fix }) }),
      next: `${call.command}${opened.answered}`,
    })
  }
  const asked = options.approvalBy === "plan" ? somethingToDo(entries) : entries.some(reachesFurther)
  if (asked) await askForPlan(call, opened, entries)
  const agreed = new Set(entries.flatMap(({ approval }) => approval ?? []))
  // A step that was named is agreed to, and what was shown to reach further; what only turns up later is not.
  return async (what) => options.approvalBy === "plan" || agreed.has(what)
}

/** All that is left waits for what only a person can cure: there is nothing to agree to. */
const nothingCanBegin = (entries: readonly PlanEntry[]): boolean =>
  entries.some(({ action }) => action === "blocked") &&
  entries.every(({ action, after }) => action === "blocked" || action === "ok" || after !== undefined)

const reachesFurther = ({ approval, action }: PlanEntry): boolean =>
  approval !== undefined && (action === "apply" || action === "update" || action === "delete")

async function askForPlan(
  call: Call,
  opened: OpenedFederation,
  entries: readonly PlanEntry[],
): Promise<void> {
  const { io, signal } = call
  const { answered } = opened
  const { askPlan } = await import("../terminal/index.ts")
  if (await askPlan(await planText(call, opened, entries), { stdin: io.stdin, stdout: io.stdout, signal }))
    return
  throw new RunbookError("Declined: nothing was changed", {
    exitCode: EXIT.usage,
    // Answers are kept with the run: without one they would be asked for again.
    ...(answered !== "" && { next: `${call.command}${answered}` }),
  })
}

async function runAndClose(
  call: Call,
  { federation }: OpenedFederation,
  settings: RunOptions,
  options: RunFederationOptions,
): Promise<number> {
  const { io, flags, notebook, command } = call
  const { closingTable, createView } = await import("../terminal/index.ts")
  const { run } = await import("../runner/run.ts")
  const text = await textOptions(call)
  const json = flags.has("json")
  const show = flags.has("show") || options.approvalBy === "named"
  const view = await createView({ ...(await viewOptions(call)), show })
  const started = performance.now()
  const wide = new Set(notebook.steps.filter(({ on }) => on === "federation").map(({ id }) => id))
  const results: string[] = []
  const result = await run({
    ...settings,
    // What the federation's own steps show is the result of the whole: printed at the end.
    listeners: [
      view.listener,
      (event) => event.type === "shown" && wide.has(event.step) && results.push(event.text),
    ],
    ...(view.renderer && { renderer: view.renderer }),
  }).finally(() => view.close())
  if (!json) {
    const closing = closingTable(result, {
      ...text,
      federation: federation.name,
      seconds: (performance.now() - started) / 1000,
      ...(!options.throwAway && { resume: command }),
      ...(options.after !== undefined && {
        after: `${io.program} ${options.after}${federationFlags(call)}`,
      }),
    })
    const shown = show ? "" : results.map((one) => `\n${one.trimEnd()}\n`).join("")
    io.stdout.write(`${shown}\n${call.redactor.text(closing)}`)
  }
  return result.code
}
