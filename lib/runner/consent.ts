import type { Blocked, Look } from "../notebook/looks.ts"
import type { Bus } from "./bus.ts"
import type { Cell } from "./graph.ts"
import { type Ending, endingOfBlocked } from "./outcomes.ts"
import type { RunOptions } from "./types.ts"

/** Asks for the yes that what a look found needs, and writes it down; undefined where it is given, or none is needed. */
export async function refusalOf(
  cell: Cell,
  look: Look,
  { consent, command }: RunOptions,
  bus: Bus,
): Promise<Ending | undefined> {
  const what = look.is === "absent" || look.is === "different" ? look.consent : undefined
  if (what === undefined) return undefined
  const how = typeof consent === "function" ? "asked" : "flag"
  if (consent === "all" || (typeof consent === "function" && (await consent(what)))) {
    await bus.durable({ type: "consent", what, how })
    return undefined
  }
  const answer: Blocked = {
    is: "blocked",
    reason: `it ${what}: that needs your yes`,
    fix: "agree to it with --yes",
    next: `${command} --yes`,
    code: "consent",
  }
  return endingOfBlocked(cell, answer)
}
