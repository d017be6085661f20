import { openState } from "../../runner/open-state.ts"
import { assertSameFederation, recordSites } from "../../runner/same-federation.ts"
import type { State } from "../../runner/state.ts"
import type { Call } from "../call.ts"
import type { OpenedFederation } from "../open-federation.ts"

/** Works on the federation's folder under its lock, with the sites of this call in its journal. */
export async function withState<T>(
  call: Call,
  { federation, folder }: OpenedFederation,
  work: (state: State) => Promise<T>,
): Promise<T> {
  const { notebook, redactor } = call
  const state = await openState(folder, { command: redactor.text(call.command) })
  try {
    assertSameFederation(notebook, federation, state.journal.memory, folder)
    await recordSites(notebook, federation, state, redactor)
    return await work(state)
  } finally {
    await state.close()
  }
}
