import type { CallOf } from "../call.ts"
import { runFederation } from "../run-federation.ts"

/** `step ID`: check, apply if needed, show. A script of several steps runs them in the notebook's order. */
export async function step(call: CallOf<"step">): Promise<number> {
  const isLogin = call.steps.length === 1 && call.steps[0] === call.sessionStep
  // A teardown of a site that has left the federation may need a new login there.
  return runFederation(call, { approvalBy: "named", ...(isLogin && { former: "named" as const }) })
}
