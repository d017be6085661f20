import { UsageError } from "../../notebook/errors.ts"
import type { Call } from "../call.ts"
import { findSources } from "../open-federation.ts"
import { runFederation } from "../run-federation.ts"

/** `teardown`: undoes what the notebook made, after showing what that is. `call.notebook` is the notebook's teardown. */
export async function teardown(call: Call): Promise<number> {
  await refuseNothing(call)
  return runFederation(call, { approvalBy: "plan", quiet: true, planShown: true })
}

/** Who says no federation means the one that was run: where none was, there is nothing to ask questions about. */
async function refuseNothing(call: Call): Promise<void> {
  const { flags, notebook, io } = call
  const names = ["federation", ...Object.keys(notebook.roles)]
  if (names.some((name) => flags.text(name) !== undefined)) return
  const { memory, layers, folder } = await findSources(call, { complete: true })
  if (memory?.federation !== undefined || layers.some(({ sites }) => sites.length > 0)) return
  throw new UsageError("There is nothing to take away: no federation was run here", {
    why: `there is no journal in ${folder}`,
    fix: "say which federation is meant: --federation FILE, or the folder that remembers it (--state DIR)",
    next: `${io.program} teardown --federation federation.yaml`,
  })
}
