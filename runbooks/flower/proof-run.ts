/** A federated run of a tiny app with every SuperNode, which proves that the federation computes. */
import { stripVTControlCharacters } from "node:util"
import { RunbookError } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { containerOf } from "../openshift/workload.ts"
import { untilSeen } from "../shared/reading.ts"
import { snippetPath } from "../shared/snippet.ts"
import { CONNECTION, type ControlApi, withControlApi } from "./flwr.ts"
import {
  covers,
  forget,
  type Participants,
  type ProofRecord,
  readRecord,
  writeRecord,
} from "./proof-record.ts"
import type { Running } from "./running.ts"

/** The same number as in the app's configuration. */
const ROUNDS = 3
/** How long the SuperLink's log may lag behind its answers, in milliseconds. */
const LAG = 5_000

const RERUN = "flower-runbook step verify-federation --rerun"

/**
 * Submits the app, or follows a run of the same SuperNodes that is in progress, waits for its end and records the proof.
 * @throws RunbookError if it failed, or if a SuperNode was missing in a round
 */
export async function proveByRun(
  context: Context,
  superlink: Running,
  flwr: string,
  participants: Participants,
): Promise<void> {
  const { folder } = context
  await withControlApi(context, superlink, flwr, async (api) => {
    const before = readRecord(folder)
    const resumed = covers(before, participants) && !before.finished
    const run = resumed ? before.run : await submit(api, participants)
    // Recorded before anything else, so that a run after a kill follows this one.
    const started: ProofRecord = { ...participants, run, finished: false, rounds: [] }
    await writeRecord(folder, started)
    const what = resumed
      ? `run ${run} is already in progress: waiting for its end`
      : `run ${run} of the proof app was submitted`
    context.note(
      `${what}; ${ROUNDS} rounds with ${participants.nodes.length} SuperNodes take about half a minute`,
    )
    const { status, said } = await waitForRun(context, api, run)
    if (status !== "finished:completed") {
      await forget(folder)
      throw new RunbookError(`run ${run} of the proof app ended as ${status}`, {
        why:
          said
            .filter((line) => !/^\s*(?:INFO)?\s*:?\s*$/.test(line))
            .slice(-3)
            .join("\n") || "it printed nothing",
        fix: "every SuperNode must stay connected for about half a minute; check its log and the SuperLink's log",
        next: RERUN,
      })
    }
    const missing = await unseenPushes(context, superlink, run, participants)
    if (missing.length > 0) {
      await forget(folder)
      throw new RunbookError(
        `run ${run} completed, but the SuperLink's log does not show every SuperNode's part in it`,
        {
          why: missing.join("; "),
          fix: "its log may have been rotated, or FLWR_LOG_LEVEL hides the lines: run it again",
          next: RERUN,
        },
      )
    }
    await writeRecord(folder, {
      ...started,
      finished: true,
      rounds: said.filter((line) => /^round \d+: /.test(line)),
    })
  })
}

async function submit(api: ControlApi, { nodes }: Participants): Promise<string> {
  const app = snippetPath("proof-app")
  if (app === undefined) throw new Error("the folder snippets/proof-app is missing: the package is not whole")
  const settings = `rounds=${ROUNDS} nodes="${nodes.join(",")}"`
  const answer = await api.query<{ "run-id": string }>(["run", app, CONNECTION, "--run-config", settings])
  return String(answer["run-id"])
}

/** Follows a run to its end. `flwr` always exits with 0, so the status comes from its list. */
async function waitForRun(
  { signal }: Context,
  api: ControlApi,
  run: string,
): Promise<{ status: string; said: string[] }> {
  for (;;) {
    signal.throwIfAborted()
    const said = await api.run(["log", run, CONNECTION, "--stream"])
    const answer = await api.query<{ runs: { "run-id": string; status: string }[] }>([
      "list",
      CONNECTION,
      "--run-id",
      run,
    ])
    const status = answer.runs.find((one) => String(one["run-id"]) === run)?.status ?? "unknown"
    // The stream also ends when the connection is lost: then it is followed again from the beginning.
    if (status.startsWith("finished") || status === "unknown") {
      return { status, said: stripVTControlCharacters(said).split("\n") }
    }
  }
}

/** Waits until the SuperLink's log shows replies of every SuperNode in every round. @returns what is missing */
async function unseenPushes(
  context: Context,
  superlink: Running,
  run: string,
  { nodes }: Participants,
): Promise<string[]> {
  const site = context.the("superlink")
  const container = containerOf(superlink.deployment, "superlink").name
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(LAG)])
  let missing: string[] = []
  await untilSeen(context.at(site).cluster, signal, async (reader) => {
    const log = await reader.log({ namespace: site.project, pod: superlink.pod, container })
    missing = missingPushes(log, run, nodes)
    return missing.length === 0 || undefined
  })
  context.signal.throwIfAborted()
  return missing
}

/** SuperNodes that pushed fewer replies than rounds since a run was created. */
export function missingPushes(log: string, run: string, nodes: readonly string[]): string[] {
  const lines = log.split("\n")
  const from = lines.findIndex((line) => /\bCreated\b.*\brun\b/.test(line) && line.includes(run))
  if (from === -1) return [`the log does not contain the creation of run ${run}`]
  const pushes = new Map<string, number>()
  for (const line of lines.slice(from)) {
    const id = /\[Fleet\.PushMessages\] Push replies from node_id=(\d+)/.exec(line)?.[1]
    if (id !== undefined) pushes.set(id, (pushes.get(id) ?? 0) + 1)
  }
  return nodes.flatMap((id) => {
    const count = pushes.get(id) ?? 0
    return count >= ROUNDS ? [] : [`node ${id}: ${count} of ${ROUNDS} replies`]
  })
}
