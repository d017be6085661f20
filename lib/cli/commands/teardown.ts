import type { Call } from "../call.ts"
import { carryOut } from "../carry-out.ts"

/** `teardown`: undoes what the notebook made, after showing what that is. `call.notebook` is the notebook's teardown. */
export async function teardown(call: Call): Promise<number> {
  return carryOut(call, { agreed: "plan", quiet: true, planShown: true })
}
