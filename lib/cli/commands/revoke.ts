import { UsageError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import { isLine, LONGEST_REASON } from "../../parties/payloads.ts"
import { Pins } from "../../parties/pins.ts"
import type { PartyMemory } from "../../runner/journal-memory.ts"
import { printAnswer } from "../answers.ts"
import { type CallOf, federationFlags, promptIo } from "../call.ts"
import { type OpenedFederation, openFederation } from "../open-federation.ts"
import { ownPartyOf } from "../parties/own-party.ts"
import { refuseOthers } from "../parties/sides.ts"
import { withState } from "../parties/with-state.ts"
import { sendMessage } from "../parties/write-message.ts"
import { runFederation } from "../run-federation.ts"

/** `revoke PARTY`: ends what a party was granted. It is recorded first, so that no run prepares it again; then it is deleted. */
export async function revoke(call: CallOf<"revoke">): Promise<number> {
  const { notebook, flags } = call
  const opened = await openFederation(call, { complete: false, reading: false })
  refuseOthers(call, opened.federation, "revoke")
  const party = call.argument!
  const record = recordOf(call, opened, party)
  const { name } = record.received.get("request")!
  const file = record.revoked ? record.sent.get("revocation")?.file : await end(call, opened, party, record)
  const sites = opened.federation.sites.filter((site) => site.party === party).map((site) => site.name)
  // Where no run has done anything for the party, nothing has to be deleted, and no session is needed.
  const deletes =
    notebook.teardown?.steps.some((step) => step.delete !== undefined) === true &&
    sites.some((site) => opened.memory?.touched.has(site))
  if (flags.has("json") && !deletes)
    printAnswer(call, "revoke", { federation: opened.federation.name, party, file })
  else if (!flags.has("json"))
    call.out.print(`${name} is revoked. The revocation, which you can send them: ${file}\n`)
  if (!deletes) return EXIT.done
  return runFederation(
    { ...call, notebook: { ...notebook.teardown! } },
    { approvalBy: "plan", quiet: true, planShown: true, sites },
  )
}

function recordOf(call: CallOf<"revoke">, { memory }: OpenedFederation, party: string): PartyMemory {
  const record = memory?.parties.get(party)
  if (record?.received.get("request") !== undefined) return record
  const known = [...(memory?.parties.keys() ?? [])]
  throw new UsageError(`${party} was not admitted here, so there is nothing to revoke`, {
    why: known.length === 0 ? "no party was admitted yet" : `the parties are ${known.join(", ")}`,
    next: `${call.io.program} status${federationFlags(call)}`,
  })
}

async function end(
  call: CallOf<"revoke">,
  opened: OpenedFederation,
  party: string,
  record: PartyMemory,
): Promise<string> {
  const { notebook, flags } = call
  const request = record.received.get("request")!
  const reason = flags.text("reason")?.trim() ?? ""
  if (!isLine(reason, LONGEST_REASON))
    throw new UsageError("--reason: use at most 500 characters, in one line, all of them visible")
  const own = await ownPartyOf(call, undefined, request.own)
  const stays = notebook.parties!.staysAfterRevoking?.(opened.federation, party)
  if (stays !== undefined) call.out.note(`${stays}\n`)
  const what = `ends what ${request.name} (${party}) was granted; it can only join again with a new request`
  const how = await approved(call, what)
  return withState(call, opened, async (state) => {
    await state.journal.append({ type: "approval", what, how }).durable
    const { name, fingerprint, trust, names, digest } = request
    const { file } = await sendMessage(
      call,
      state,
      own,
      {
        kind: "revocation",
        version: 1,
        notebook: notebook.name,
        federation: opened.federation.name,
        from: { id: own.id, name: own.name, signing: own.signing, recipient: own.recipient },
        created: new Date().toISOString(),
        party: { name, fingerprint },
        request: digest,
        reason,
      },
      { party, name, fingerprint, trust, names, answers: digest },
    )
    new Pins(own).remove(party)
    return file
  })
}

async function approved(call: CallOf<"revoke">, what: string): Promise<"flag" | "asked"> {
  const { flags, interaction } = call
  if (flags.has("yes")) return "flag"
  if (!interaction.ask) {
    throw new UsageError("This requires approval, and the session is not interactive", {
      why: interaction.because,
      fix: "approve it with --yes",
      next: `${call.command} --yes`,
    })
  }
  const { askConfirm } = await import("../../terminal/index.ts")
  if (await askConfirm({ message: `This ${what}. Revoke it?`, default: false }, promptIo(call)))
    return "asked"
  throw new UsageError("Declined: nothing was changed")
}
