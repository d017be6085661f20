import type { Blocked, CheckResult } from "../notebook/check-result.ts"
import type { Bus } from "./bus.ts"
import type { Cell } from "./graph.ts"
import { draftOfBlocked, type OutcomeDraft } from "./outcomes.ts"
import type { RunOptions } from "./types.ts"

/** Asks for the approval that a check's result requires, and records it; undefined where it is given, or none is required. */
export async function refusalOf(
  cell: Cell,
  result: CheckResult,
  { approval, command }: RunOptions,
  bus: Bus,
): Promise<OutcomeDraft | undefined> {
  const what = result.state === "missing" || result.state === "drifted" ? result.approval : undefined
  if (what === undefined) return undefined
  const how = typeof approval === "function" ? "asked" : "flag"
  if (approval === "all" || (typeof approval === "function" && (await approval(what, cell.at)))) {
    await bus.durable({ type: "approval", what, how })
    return undefined
  }
  const unapproved: Blocked = {
    state: "blocked",
    reason: `this step ${what}, which requires approval`,
    ...(how === "asked"
      ? { fix: "the plan that you approved did not show it: run it again, and the plan does", next: command }
      : { fix: "approve it with --yes", next: `${command} --yes` }),
    code: "approval",
  }
  return draftOfBlocked(cell, unapproved)
}
