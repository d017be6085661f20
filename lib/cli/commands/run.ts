import type { Call } from "../call.ts"
import { carryOut } from "../carry-out.ts"
import { withPractice } from "../with-practice.ts"

/** `run`: the notebook, from wherever it stands. */
export async function run(call: Call): Promise<number> {
  const { flags } = call
  if (!flags.has("practice")) {
    return carryOut(call, {
      agreed: "plan",
      after: "status",
      ...(flags.has("real-commands") && { adapt: (file) => void file.values.delete("commands") }),
    })
  }
  return withPractice(call, false, (clusters) =>
    carryOut(call, {
      agreed: "plan",
      file: clusters.file,
      folder: clusters.state,
      fresh: true,
      ...(flags.has("real-commands") && { adapt: (file) => void file.values.delete("commands") }),
    }),
  )
}
