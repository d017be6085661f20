import type { CallOf } from "../call.ts"
import { runFederation } from "../run-federation.ts"

/** `step ID`: check, apply if needed, show. A script of several steps runs them in the notebook's order. */
export async function step(call: CallOf<"step">): Promise<number> {
  return runFederation(call, { approvalBy: "named" })
}
