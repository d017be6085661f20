import { EXIT } from "../../notebook/exit-codes.ts"
import { somethingToDo } from "../../runner/plan.ts"
import type { PlanEntry } from "../../runner/types.ts"
import { printAnswer } from "../answers.ts"
import type { CallOf } from "../call.ts"
import { type OpenedFederation, openFederation } from "../open-federation.ts"
import { planEntries, printPlan } from "../plan-entries.ts"

/** `plan`: what a run would do and why; with `--exit-code`, 5 if there is something to do. */
export async function plan(call: CallOf<"plan">): Promise<number> {
  const opened = await openFederation(call, { complete: true })
  const entries = await planEntries(call, opened)
  if (call.flags.has("json")) printAnswer(call, "plan", planAnswer(call, opened, entries))
  else await printPlan(call, opened, entries)
  return call.flags.has("exit-code") && somethingToDo(entries) ? EXIT.changes : EXIT.done
}

/** A plan as an object. */
const planAnswer = (
  { notebook }: CallOf<"plan">,
  { federation }: OpenedFederation,
  entries: readonly PlanEntry[],
): object => ({
  federation: federation.name,
  somethingToDo: somethingToDo(entries),
  notices: notebook.notices?.(federation) ?? [],
  steps: entries.map(({ step, site, action, party, after, reason, stale, fix, next, approval }) => ({
    step,
    site,
    action,
    party,
    after,
    reason,
    stale,
    fix,
    next,
    approval,
  })),
})
