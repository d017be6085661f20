import { UsageError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import { openState } from "../../runner/open-state.ts"
import { formerSites, movedSites } from "../../runner/places.ts"
import { assertSameFederation, recordSites } from "../../runner/same-federation.ts"
import type { Call, CallOf } from "../call.ts"
import { findSources, type Sources } from "../open-federation.ts"
import { runFederation } from "../run-federation.ts"

/** `teardown`: deletes what the notebook created, after showing what that is. `call.notebook` is the notebook's teardown. */
export async function teardown(call: CallOf<"teardown">): Promise<number> {
  const { flags, notebook } = call
  if (flags.has("gone") && flags.list("site").length > 0) {
    throw new UsageError("--gone and --site cannot be combined", {
      why: "--gone means all sites that have left the federation, --site those that it names",
      fix: "remove one of them",
    })
  }
  const sources = await findSources(call, { complete: true, former: "all" })
  refuseWithoutRun(call, sources)
  await recordMoves(call, sources)
  const former = formerSites(notebook, sources.federation, sources.memory)
  if (flags.has("gone") && former.every(({ takenBy }) => takenBy !== undefined)) {
    call.out.print("Nothing to delete: nothing is left where the federation no longer is.\n")
    return EXIT.done
  }
  return runFederation(call, { approvalBy: "plan", quiet: true, planShown: true, former: "all" })
}

/** Without flags that name a federation, the one that was run is meant. If none was run, no question can help. */
function refuseWithoutRun(
  { flags, notebook, io }: CallOf<"teardown">,
  { memory, layers, folder }: Sources,
): void {
  const names = ["federation", ...Object.keys(notebook.roles)]
  if (names.some((name) => flags.any.text(name) !== undefined)) return
  if (memory?.federation !== undefined || layers.some(({ sites }) => sites.length > 0)) return
  throw new UsageError("There is nothing to delete: no federation was run here", {
    why: `there is no journal in ${folder}`,
    fix: "name the federation: --federation FILE, --name NAME, or its state folder (--state DIR)",
    next: `${io.program} status`,
  })
}

/**
 * Records that sites have moved before their earlier places are worked on: those are named, and their sessions kept, as the
 * next run would do it.
 */
async function recordMoves(call: Call, { federation, memory, folder }: Sources): Promise<void> {
  const { notebook, redactor } = call
  if (memory === undefined || movedSites(notebook, federation, memory).length === 0) return
  const state = await openState(folder, { command: redactor.text(call.command) })
  try {
    assertSameFederation(notebook, federation, state.journal.memory, folder)
    await recordSites(notebook, federation, state, redactor)
  } finally {
    await state.close()
  }
}
