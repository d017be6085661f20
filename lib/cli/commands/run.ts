import { UsageError } from "../../notebook/errors.ts"
import type { Call } from "../call.ts"
import { runFederation } from "../run-federation.ts"
import { withPractice } from "../with-practice.ts"

/** `run`: the notebook, from wherever it stands. */
export async function run(call: Call): Promise<number> {
  const { flags, notebook } = call
  if (!flags.has("practice")) {
    const flag = notebook.practiceFlag?.name
    if (flag !== undefined && flags.has(flag)) {
      throw new UsageError(`--${flag} is for practice clusters, and --practice is missing`, {
        fix: "your own clusters run what is real anyway: leave it out, or practise",
        next: `${call.io.program} run --practice --${flag} --yes`,
      })
    }
    return runFederation(call, {
      approvalBy: "plan",
      after: "status",
      ...(flags.has("real-commands") && { adapt: (file) => void file.values.delete("commands") }),
    })
  }
  refuseFederationFile(call)
  return withPractice(call, false, (clusters) =>
    runFederation(call, {
      approvalBy: "plan",
      file: clusters.file,
      folder: clusters.state,
      fresh: true,
      throwAway: flags.path("keep") === undefined,
      ...(flags.has("real-commands") && { adapt: (file) => void file.values.delete("commands") }),
    }),
  )
}

/** @throws UsageError where practice clusters and a federation file are both asked for */
export function refuseFederationFile({ flags, io }: Call): void {
  if (flags.text("federation") === undefined) return
  throw new UsageError("--practice and --federation exclude each other", {
    why: "practice clusters come with a federation file of their own",
    fix: "leave --practice out to run on your own clusters, --federation to practise",
    next: `${io.program} run --practice --yes`,
  })
}
