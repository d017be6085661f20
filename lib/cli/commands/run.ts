import { UsageError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import type { Call, CallOf } from "../call.ts"
import { removeGone, wantsRemoval } from "../remove-gone.ts"
import { runFederation } from "../run-federation.ts"
import { countFlags, withPractice } from "../with-practice.ts"

/** `run`: runs the notebook, resuming where it left off. */
export async function run(call: CallOf<"run">): Promise<number> {
  const { flags, notebook } = call
  if (!flags.has("practice")) {
    const flag = notebook.practiceFlag?.name
    if (flag !== undefined && flags.any.has(flag)) {
      throw new UsageError(`--${flag} needs --practice`, {
        why: "it only applies to practice clusters; your own clusters run the real programs anyway",
        fix: `remove --${flag}, or add --practice`,
        next: `${call.io.program} run --practice --${flag} --yes`,
      })
    }
    const code = await runFederation(call, {
      approvalBy: "plan",
      after: "status",
      ...(flags.has("real-commands") && { adapt: (file) => void file.values.delete("commands") }),
    })
    // A run that did not succeed is no time to delete anything.
    return code === EXIT.done && (await wantsRemoval(call)) ? removeGone(call) : code
  }
  refuseFederationFile(call)
  const isKept = flags.path("keep") !== undefined
  const code = await withPractice(call, false, (clusters) =>
    runFederation(call, {
      approvalBy: "plan",
      file: clusters.file,
      folder: clusters.state,
      fresh: true,
      throwAway: !isKept,
      ...(flags.has("real-commands") && { adapt: (file) => void file.values.delete("commands") }),
    }),
  )
  if (!isKept && !flags.has("json") && !call.signal.aborted) {
    call.out.print(
      `\nThese practice clusters are gone. Clusters that stay, until Ctrl-C:\n  ${call.io.program} practice${countFlags(call)}\n`,
    )
  }
  return code
}

/** @throws UsageError if both practice clusters and a federation file are named */
export function refuseFederationFile({ flags, io }: Call): void {
  if (flags.text("federation") === undefined) return
  throw new UsageError("--practice and --federation cannot be combined", {
    why: "practice clusters come with a federation file of their own",
    fix: "remove --practice to run on your own clusters, or --federation to practise",
    next: `${io.program} run --practice --yes`,
  })
}
