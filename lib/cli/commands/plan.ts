import { somethingToDo } from "../../runner/plan.ts"
import type { Call } from "../call.ts"
import { lookAt, printPlan } from "../look-at.ts"
import { openFederation } from "../open-federation.ts"

/** `plan`: what a run would do and why; with `--exit-code` 5 when there is something to do. */
export async function plan(call: Call): Promise<number> {
  const opened = await openFederation(call, { complete: true })
  const entries = await lookAt(call, opened)
  await printPlan(call, opened, entries)
  return call.flags.has("exit-code") && somethingToDo(entries) ? 5 : 0
}
