import type { Call } from "../call.ts"
import { carryOut } from "../carry-out.ts"

/** `step ID`: look, act if needed, show. A script of several steps runs them in the notebook's order. */
export async function step(call: Call): Promise<number> {
  return carryOut(call, { agreed: "named" })
}
