import { RunbookError, UsageError } from "../notebook/errors.ts"
import { EXIT } from "../notebook/exit-codes.ts"
import { hasOtherParties } from "../notebook/federation.ts"
import { jsonText } from "../notebook/hidden-characters.ts"
import type { History } from "../runner/compaction.ts"
import { openState, readState } from "../runner/open-state.ts"
import type { Approval, PlanEntry, RunOptions, RunResult } from "../runner/types.ts"
import { type Call, federationFlags, promptIo, refuseAborted, textOptions } from "./call.ts"
import { formerLines } from "./former.ts"
import {
  chosenSites,
  type OpenedFederation,
  type OpenFederationOptions,
  openFederation,
  refuseUnanswerable,
  selectionOf,
} from "./open-federation.ts"
import { planText, printPlan, shownIn } from "./plan-entries.ts"
import { rememberedLines } from "./remembered.ts"
import { hasSession, runOptions, toolboxFor } from "./run-options.ts"
import { viewOptions } from "./view-options.ts"

export interface RunFederationOptions extends Omit<OpenFederationOptions, "complete"> {
  /** `plan`: shown and approved as a whole. `named`: calling a step by its name approves it. */
  readonly approvalBy: "plan" | "named"
  /** As `step ID --rerun`. */
  readonly rerun?: boolean
  /** The sites that are meant, in place of those of the flags. */
  readonly sites?: readonly string[]
  /** Steps show nothing (teardown). */
  readonly quiet?: boolean
  /** The clusters exist for this run only, so no later run can resume it. */
  readonly throwAway?: boolean
  /** The command to suggest once everything is done, without the name of the program. */
  readonly after?: string
  /** The plan is shown even if nothing can be asked: no other command shows it. */
  readonly planShown?: boolean
}

/**
 * What `run`, `step` and `teardown` share: inputs, checks, lock, plan and approval, the run itself, the closing table.
 * @returns the exit code
 */
export async function runFederation(call: Call, options: RunFederationOptions): Promise<number> {
  const opened = await openFederation(call, { ...options, complete: true })
  if (options.planShown !== true || call.flags.has("json")) refuseWithoutApproval(call, options)
  const reading = readState(opened.folder)
  const own = chosenSites(call, opened.federation).filter(({ party }) => party === undefined)
  await refuseUnanswerable(call, own, (site, server) => hasSession(call, reading, site, server))
  const toolbox = await toolboxFor(call, opened, reading)
  try {
    const clock =
      hasOtherParties(opened.federation) && (await (await import("./parties/clock.ts")).clockOf(call, opened))
    const more = {
      ...(clock && { now: clock.now }),
      ...(options.quiet === true && { quiet: true }),
      // Whoever names one step wants to see what it shows now.
      ...(options.approvalBy === "named" ? { show: true } : { secondTry: true }),
      ...(options.rerun === true && { rerun: true }),
      ...(options.sites && { selection: { ...selectionOf(call, opened.federation), sites: options.sites } }),
    }
    const approval = await approvalFor(
      call,
      opened,
      { ...runOptions(call, opened, reading, toolbox), ...more },
      options,
    )
    refuseAborted(call)
    // Nothing was created or written so far.
    const state = await openState(opened.folder, {
      command: call.redactor.text(call.command),
      fresh: options.fresh ?? false,
      history: historyOf(call),
    })
    try {
      const settings = { ...runOptions(call, opened, state, toolbox, true), ...more, approval }
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
  throw new UsageError("This requires approval, and the session is not interactive", {
    why: interaction.because,
    fix: options.planShown
      ? "approve the plan above with --yes"
      : "approve in advance with --yes; `plan` shows what it would do",
    next: `${command} --yes`,
  })
}

/** The messages for other parties that a run has made possible. */
async function writtenAfter(
  call: Call,
  federation: OpenedFederation["federation"],
  { state, now }: RunOptions,
  result: RunResult,
): Promise<string[]> {
  const { writeDue, writtenText } = await import("./parties/due-messages.ts")
  const { endedLines } = await import("./parties/party-lines.ts")
  const written = await writeDue(call, { federation }, state, result, now ?? (() => new Date()))
  if (call.flags.has("json"))
    for (const { recorded } of written) call.out.print(`${jsonText(call.redactor.deep(recorded))}\n`)
  const ended = endedLines(state.journal.memory).map(
    (line) => `${line}. To remove what is left here: ${call.io.program} teardown${federationFlags(call)}`,
  )
  return [...written.map(writtenText), ...ended]
}

/** Who approves. On a terminal the plan is shown and approved once; that covers later questions. */
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
  if (options.approvalBy === "plan" && nothingCanStart(entries)) {
    const blocked = entries.find(({ action }) => action === "blocked")
    await printPlan(call, opened, entries)
    throw new RunbookError("Nothing can start until the blocked steps above are fixed", {
      ...(blocked && { why: blocked.reason, ...(blocked.fix !== undefined && { fix: blocked.fix }) }),
      next: `${call.command}${opened.answered}`,
    })
  }
  const mustAsk =
    options.approvalBy === "plan" ? somethingToDo(entries) : entries.some(changesMoreThanItsSite)
  if (mustAsk) await askForPlan(call, opened, entries)
  return shownIn(entries)
}

/** Every remaining step waits for a blocked one, so there is nothing to approve. */
const nothingCanStart = (entries: readonly PlanEntry[]): boolean =>
  entries.some(({ action }) => action === "blocked") &&
  entries.every(({ action, after }) => action === "blocked" || action === "ok" || after !== undefined)

const changesMoreThanItsSite = ({ approval, action, foreseen }: PlanEntry): boolean =>
  foreseen?.some(({ kind }) => kind === "outside") === true ||
  (approval !== undefined && (action === "apply" || action === "update" || action === "delete"))

async function askForPlan(
  call: Call,
  opened: OpenedFederation,
  entries: readonly PlanEntry[],
): Promise<void> {
  const { answered } = opened
  const { askPlan } = await import("../terminal/index.ts")
  if (await askPlan(await planText(call, opened, entries), promptIo(call))) return
  throw new RunbookError("Declined: nothing was changed", {
    exitCode: EXIT.usage,
    // Answers are saved by a run: without one they would be asked for again.
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
  const { closingTable, createView, seenText } = await import("../terminal/index.ts")
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
    // What the steps of the federation show is the result of the run: it is printed at the end.
    listeners: [
      view.listener,
      (event) => event.type === "shown" && wide.has(event.step) && results.push(event.text),
    ],
    ...(view.renderer && { renderer: view.renderer }),
  }).finally(() => view.close())
  const written = notebook.parties === undefined ? [] : await writtenAfter(call, federation, settings, result)
  if (!json) {
    const closing = closingTable(result, {
      ...text,
      federation: federation.name,
      seconds: (performance.now() - started) / 1000,
      written,
      facts: [
        ...(options.approvalBy === "plan" ? rememberedLines(call, federation) : []),
        ...formerLines(call, federation, settings.state.journal.memory),
        ...(options.approvalBy === "plan" ? (notebook.hints?.(federation) ?? []) : []),
      ],
      ...(!options.throwAway && { resume: command }),
      ...(options.after !== undefined && {
        after: `${io.program} ${options.after}${federationFlags(call)}`,
      }),
    })
    const shown = show ? "" : results.map((one) => `\n${one.trimEnd()}\n`).join("")
    // Lanes count steps. Whoever names one wants to know what it has seen.
    if (options.approvalBy === "named" && view.renderer !== undefined)
      call.out.print(
        seenText(
          result.outcomes.filter(({ outcome }) => outcome.ok),
          text,
        ),
      )
    call.out.print(`${shown}\n${closing}`)
  }
  return result.code
}

/** What the user wants to keep of a large journal. */
function historyOf({ flags }: Call): History {
  const runs = flags.any.count("history-runs")
  const days = flags.any.count("history-days")
  return { ...(runs !== undefined && { runs }), ...(days !== undefined && { days }) }
}
