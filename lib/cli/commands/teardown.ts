import { UsageError } from "../../notebook/errors.ts"
import type { CallOf } from "../call.ts"
import { findSources } from "../open-federation.ts"
import { runFederation } from "../run-federation.ts"

/** `teardown`: deletes what the notebook created, after showing what that is. `call.notebook` is the notebook's teardown. */
export async function teardown(call: CallOf<"teardown">): Promise<number> {
  await refuseWithoutRun(call)
  return runFederation(call, { approvalBy: "plan", quiet: true, planShown: true })
}

/** Without flags that name a federation, the one that was run is meant. If none was run, no question can help. */
async function refuseWithoutRun(call: CallOf<"teardown">): Promise<void> {
  const { flags, notebook, io } = call
  const names = ["federation", ...Object.keys(notebook.roles)]
  if (names.some((name) => flags.any.text(name) !== undefined)) return
  const { memory, layers, folder } = await findSources(call, { complete: true })
  if (memory?.federation !== undefined || layers.some(({ sites }) => sites.length > 0)) return
  throw new UsageError("There is nothing to delete: no federation was run here", {
    why: `there is no journal in ${folder}`,
    fix: "name the federation: --federation FILE, --name NAME, or its state folder (--state DIR)",
    next: `${io.program} status`,
  })
}
