import { EXIT } from "../../notebook/exit-codes.ts"
import { somethingToDo } from "../../runner/plan.ts"
import type { CallOf } from "../call.ts"
import { openFederation } from "../open-federation.ts"
import { planEntries, printPlan } from "../plan-entries.ts"

/** `plan`: what a run would do and why; with `--exit-code`, 5 if there is something to do. */
export async function plan(call: CallOf<"plan">): Promise<number> {
  const opened = await openFederation(call, { complete: true })
  const entries = await planEntries(call, opened)
  await printPlan(call, opened, entries)
  return call.flags.has("exit-code") && somethingToDo(entries) ? EXIT.changes : EXIT.done
}
