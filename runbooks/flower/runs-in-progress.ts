/**
 * Flower runs that a restart would end or disturb: a SuperLink and its SuperNodes read certificates, keys and arguments only when they
 * start, so what changes these waits for the end of a run, unless `interrupt-runs` says otherwise.
 */
import { CheckError, type CheckResult, progressing, RunbookError } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { isTheirs } from "../interconnect/other-side.ts"
import type { Deployment } from "../openshift/workload.ts"
import { objectRef, some } from "../shared/reading.ts"
import { plainLogLines } from "./flower-logs.ts"
import { since } from "./flower-versions.ts"
import { CONNECTION, findFlwr, versionBeside, withControlApi } from "./flwr.ts"
import type { Running } from "./running.ts"
import { runningHop } from "./verify-hops.ts"

/** How long an answer of the SuperLink holds, in milliseconds: each question starts a `flwr`, and adds a line to the log that is watched. */
const HOLDS = 10_000
const answers = new Map<string, { readonly at: number; readonly runs: Promise<readonly string[]> }>()

/**
 * The runs that a SuperLink's log shows as created or started, and not as finished (texts of 1.33 to 1.42; before, the end of a run is not
 * logged). A run may have several tasks. One that was stopped or killed never finishes here.
 */
export function unfinishedRuns(log: string): string[] {
  const open = new Map<string, number>()
  for (const line of plainLogLines(log)) {
    const [, what, run] =
      /^(Created) run (\d+)/.exec(line) ?? /^(Started|Finished) task \d+ of run (\d+)/.exec(line) ?? []
    if (run === undefined) continue
    const tasks = open.get(run) ?? 0
    if (what === "Created") open.set(run, tasks)
    else if (what === "Started") open.set(run, tasks + 1)
    else if (tasks > 1) open.set(run, tasks - 1)
    else open.delete(run)
  }
  return [...open.keys()]
}

/**
 * The ids of runs in progress. The log says at once that there is none, and `flwr list`, where there is a `flwr`, which of them were
 * stopped. Nothing where the SuperLink belongs to another party, or does not run.
 */
export async function runsInProgress(context: Context): Promise<readonly string[]> {
  const site = context.the("superlink")
  if (isTheirs(site)) return []
  try {
    const superlink = await runningHop(context, "superlink", site.superlinkWorkload)
    if ("state" in superlink) return []
    const tellsEnd = since(versionBeside(context, superlink), "1.33.0")
    const logged = tellsEnd ? unfinishedRuns(superlink.log) : []
    const whole = tellsEnd && superlink.log.includes("Starting Flower SuperLink")
    if (logged.length === 0 && whole) return []
    return (await listed(context, superlink)) ?? logged
  } catch (error) {
    // Whoever cannot read the SuperLink does not wait for it: the step itself says what is not allowed or away.
    if (error instanceof CheckError) return []
    throw error
  }
}

/** What the SuperLink lists as not finished; undefined if it cannot be asked. */
async function listed(context: Context, superlink: Running): Promise<readonly string[] | undefined> {
  // No watch tells that a run was stopped, so this check is repeated.
  await context.at(context.the("superlink")).cluster.now()
  const key = `${context.folder} ${superlink.uid}`
  const known = answers.get(key)
  const runs = known !== undefined && Date.now() - known.at < HOLDS ? known.runs : ask(context, superlink)
  if (runs !== known?.runs) answers.set(key, { at: Date.now(), runs })
  try {
    return await runs
  } catch (error) {
    if (error instanceof CheckError || error instanceof RunbookError) return undefined
    // The step that asked has ended, and with it its question.
    answers.delete(key)
    throw error
  }
}

async function ask(context: Context, superlink: Running): Promise<readonly string[]> {
  const found = await findFlwr(context, superlink)
  if ("state" in found) throw new CheckError({ state: "unknown", because: "missing", reason: found.reason })
  return withControlApi(context, superlink, found.flwr, async (api) => {
    const { runs } = await api.query<{ runs: { "run-id": string; status: string }[] }>(["list", CONNECTION])
    return runs.filter(({ status }) => !status.startsWith("finished")).map((run) => String(run["run-id"]))
  })
}

const named = (runs: readonly string[]): string =>
  runs.length === 1 ? `run ${runs[0]} is in progress` : `runs ${some(runs, 3)} are in progress`

/** A change that restarts a Deployment, while a run is in progress: what it waits for. Undefined if it need not wait. */
export async function waitForRuns(
  context: Context,
  result: CheckResult,
  found: Deployment,
): Promise<CheckResult | undefined> {
  const restarts = result.state === "drifted" && (result.effects?.length ?? 0) > 0
  // Pods that do not run take no part in a run.
  if (!restarts || context.inputs.interruptRuns || (found.status?.availableReplicas ?? 0) < 1)
    return undefined
  const runs = await runsInProgress(context)
  if (runs.length === 0) return undefined
  return progressing(
    `${named(runs)}; Deployment ${found.metadata.name} is restarted after that (${result.reason}); ${AT_ONCE}`,
    objectRef(found),
  )
}

const AT_ONCE = "--interrupt-runs restarts it at once"

/** @throws RunbookError if a restart that somebody has asked for would end or disturb a run */
export async function refuseDuringRuns(context: Context, step: string): Promise<void> {
  if (context.inputs.interruptRuns) return
  const runs = await runsInProgress(context)
  if (runs.length === 0) return
  throw new RunbookError(`${named(runs)}, and a restart would interrupt it`, {
    fix: "wait for its end; or allow that with --interrupt-runs",
    next: `flower-runbook step ${step} --site ${context.site.name} --rerun --interrupt-runs`,
  })
}
