import type { Blocked, CheckResult } from "../notebook/check-result.ts"
import type { Bus } from "./bus.ts"
import type { Cell } from "./graph.ts"
import { draftOfBlocked, type OutcomeDraft } from "./outcomes.ts"
import type { RunOptions } from "./types.ts"

/** Asks for the yes that what a look found needs, and writes it down; undefined where it is given, or none is needed. */
export async function refusalOf(
  cell: Cell,
  result: CheckResult,
  { approval, command }: RunOptions,
  bus: Bus,
): Promise<OutcomeDraft | undefined> {
  const what = result.state === "missing" || result.state === "drifted" ? result.approval : undefined
  if (what === undefined) return undefined
  const how = typeof approval === "function" ? "asked" : "flag"
  if (approval === "all" || (typeof approval === "function" && (await approval(what)))) {
    await bus.durable({ type: "approval", what, how })
    return undefined
  }
  const answer: Blocked = {
    state: "blocked",
    reason: `it ${what}: that needs your yes`,
    fix: "agree to it with --yes",
    next: `${command} --yes`,
    code: "approval",
  }
  return draftOfBlocked(cell, answer)
}
