import { EXIT } from "../../notebook/exit-codes.ts"
import { printAnswer } from "../answers.ts"
import type { CallOf } from "../call.ts"
import { openFederation } from "../open-federation.ts"
import { valuesAnswer, valuesText } from "../values-text.ts"

/** `values`: every input with its value and origin, what is still missing, and the results of finished cells. */
export async function values(call: CallOf<"values">): Promise<number> {
  const opened = await openFederation(call, { complete: false })
  if (call.flags.has("json")) printAnswer(call, "values", valuesAnswer(call, opened, opened.memory))
  else call.out.print(await valuesText(call, opened, opened.memory))
  return EXIT.done
}
