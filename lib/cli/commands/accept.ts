import { resolve } from "node:path"
import { UsageError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import { shellWord } from "../../notebook/shell-word.ts"
import { readMessage } from "../../parties/messages.ts"
import { printAnswer } from "../answers.ts"
import { type CallOf, federationFlags } from "../call.ts"
import { openFederation } from "../open-federation.ts"
import { type Accepted, acceptApproval } from "../parties/accept-approval.ts"
import { acceptReceipt, acceptRevocation } from "../parties/accept-receipt.ts"
import { inFederation } from "../parties/received-message.ts"
import { planEntries, printPlan } from "../plan-entries.ts"

/** `accept`: checks a message of another party, keeps what it brings, and shows what a run would do now. */
export async function accept(call: CallOf<"accept">, { walking = false } = {}): Promise<number> {
  const { notebook, flags, io, out } = call
  const shown = call.argument!
  const message = readMessage(notebook.name, resolve(io.cwd, shown), shown, call.command)
  const { payload } = message
  if (payload.kind === "request") {
    throw new UsageError(`${shown} is a request to join`, {
      fix: "approve it, if you are the coordinator",
      next: `${io.program} approve ${shellWord(shown)} --fingerprint '…'${federationFlags(call)}`,
    })
  }
  // Checks run afterwards, so the file has to be trusted first.
  const opened = await openFederation(call, { complete: false, reading: false, runs: true })
  if (payload.federation !== opened.federation.name) {
    throw new UsageError(`${shown} is about ${payload.federation}, not ${opened.federation.name}`, {
      fix: "name the federation that it is about: --federation FILE or --name NAME",
      next: inFederation(call.command, payload.federation),
    })
  }
  const accepted: Accepted =
    payload.kind === "approval"
      ? await acceptApproval(call, opened, { ...message, payload }, shown)
      : payload.kind === "receipt"
        ? await acceptReceipt(call, opened, { ...message, payload }, shown)
        : await acceptRevocation(call, opened, { ...message, payload }, shown)
  const next = `${io.program} run${federationFlags(call)}`
  if (flags.has("json")) {
    const { digest, fingerprint } = message
    printAnswer(call, "accept", {
      federation: payload.federation,
      message: payload.kind,
      ...accepted,
      digest,
      fingerprint,
      next,
    })
    return EXIT.done
  }
  out.print(`${accepted.said}\n`)
  if (!walking) await showPlan(call, next)
  return EXIT.done
}

/** What will run here now. It only reads, and only clusters of this party. */
async function showPlan(call: CallOf<"accept">, next: string): Promise<void> {
  const opened = await openFederation(call, { complete: false, reading: false })
  if (opened.missing.length > 0) {
    call.out.print(`\nNext: ${next}\n`)
    return
  }
  const entries = await planEntries(call, opened)
  call.out.print("\n")
  await printPlan(call, opened, entries)
  call.out.print(`\nNext: ${next}\n`)
}
