import { UsageError } from "../../notebook/errors.ts"
import { count, moment } from "../../notebook/format.ts"
import type { ReadMessage, ReceiptPayload, RevocationPayload } from "../../parties/messages.ts"
import { Pins } from "../../parties/pins.ts"
import { endOf } from "../../runner/crossing.ts"
import { cellsOf, keep, wrongValues } from "../../runner/crossing-values.ts"
import type { PartyMemory } from "../../runner/journal-memory.ts"
import { type CallOf, federationFlags } from "../call.ts"
import type { OpenedFederation } from "../open-federation.ts"
import type { Accepted } from "./accept-approval.ts"
import { assertCurrent, clockOf } from "./clock.ts"
import { ownPartyOf } from "./own-party.ts"
import { keepReceived, trustIn } from "./received-message.ts"
import { refuseOthers } from "./sides.ts"
import { withState } from "./with-state.ts"

/** A receipt: of the approval that was sent last, signed with the keys that the approval was for. */
export async function acceptReceipt(
  call: CallOf<"accept">,
  opened: OpenedFederation,
  message: ReadMessage<ReceiptPayload>,
  shown: string,
): Promise<Accepted> {
  const { notebook, redactor } = call
  const { federation } = opened
  refuseOthers(call, federation, "accept RECEIPT")
  const { payload, digest } = message
  const { party, record, trust, own } = await senderOf(call, opened, message, shown)
  const ended = endOf(record)
  if (ended !== undefined) {
    throw new UsageError(
      `${shown} cannot be accepted: the part of ${party} was ended at ${moment(ended.created)}`,
      {
        fix: "nothing has to be done with it: what was sent before that no longer counts",
        next: `${call.io.program} status${federationFlags(call)}`,
      },
    )
  }
  const sent = record.sent.get("approval")
  const request = record.received.get("request")
  if (sent === undefined || request === undefined || payload.approval !== sent.digest) {
    throw new UsageError(`${shown} cannot be accepted: it is not of the approval that was sent last`, {
      ...(sent !== undefined && { why: `the last approval for ${party} is of ${moment(sent.created)}` }),
      fix: `ask ${payload.from.name} to accept the last approval and to send the receipt of that`,
      next: call.command,
    })
  }
  assertCurrent(shown, { created: payload.created }, await clockOf(call, opened), "", call.command)
  const cells = cellsOf({ notebook, federation }, "receipt", request.names, party)
  const given = { plain: payload.values, sealed: [] }
  const wrong = wrongValues({ notebook }, "receipt", cells, request.names, given)
  if (wrong !== undefined)
    throw new UsageError(`${shown} cannot be accepted: ${wrong}`, {
      fix: "both sides need the same version of the notebook",
      next: call.command,
    })
  await withState(call, opened, async (state) => {
    await keep({ state }, redactor, cells, request.names, given)
    if (state.journal.memory.parties.get(party)?.received.get("receipt")?.digest === digest) return
    await keepReceived(state, message, {
      party,
      trust,
      answers: payload.approval,
      names: request.names,
      own: own.id,
    })
  })
  const said = [
    `${payload.from.name} says that ${count(payload.steps.length, "step")} of theirs ${payload.steps.length === 1 ? "is" : "are"} ready:`,
    ...payload.steps.map(
      ({ step, site, t, reason }) =>
        `- ${site === undefined ? "" : `${site}/`}${step} (${moment(t)}): ${reason}`,
    ),
    ...(payload.trust === "none" ? [`${payload.from.name} has not compared your fingerprint.`] : []),
  ].join("\n")
  return { party, name: payload.from.name, trust, said }
}

/** A revocation, by either side: what was exchanged before no longer counts. */
export async function acceptRevocation(
  call: CallOf<"accept">,
  opened: OpenedFederation,
  message: ReadMessage<RevocationPayload>,
  shown: string,
): Promise<Accepted> {
  const { payload } = message
  const { party, record, trust, own } = await senderOf(call, opened, message, shown)
  if (payload.party.fingerprint !== own.fingerprint) {
    throw new UsageError(`${shown} cannot be accepted: it revokes somebody else, ${payload.party.name}`, {
      why: `its fingerprint is ${payload.party.fingerprint}, and yours is ${own.fingerprint}`,
      fix: "nothing has to be done here",
      next: `${call.io.program} status${federationFlags(call)}`,
    })
  }
  const request = record.sent.get("request") ?? record.received.get("request")
  if (payload.request !== undefined && payload.request !== request?.digest) {
    throw new UsageError(`${shown} cannot be accepted: it ends an earlier request than the last one`, {
      fix: "nothing has to be done here",
      next: `${call.io.program} status${federationFlags(call)}`,
    })
  }
  await withState(call, opened, async (state) => {
    await keepReceived(state, message, { party, trust, names: request?.names ?? [], own: own.id })
  })
  const why = payload.reason === "" ? "" : `: ${payload.reason}`
  return {
    party,
    name: payload.from.name,
    trust,
    said: `${payload.from.name} has ended your part in ${payload.federation}${why}. teardown removes what is left here.`,
  }
}

/** The party of a message, by the keys that are known here. */
async function senderOf(
  call: CallOf<"accept">,
  { memory }: OpenedFederation,
  message: ReadMessage<ReceiptPayload | RevocationPayload>,
  shown: string,
): Promise<{
  party: string
  record: PartyMemory
  trust: "fingerprint" | "pinned" | "none"
  own: Awaited<ReturnType<typeof ownPartyOf>>
}> {
  const { flags } = call
  const { payload, fingerprint } = message
  const parties = [...(memory?.parties ?? [])]
  const byKeys = parties.find(([, { received }]) =>
    [...received.values()].some((one) => one.fingerprint === fingerprint),
  )
  const party = flags.text("known-as") ?? byKeys?.[0] ?? payload.from.id
  const record = memory?.parties.get(party)
  if (record === undefined) {
    throw new UsageError(
      `${shown} cannot be accepted: nothing was exchanged with ${payload.from.name} here`,
      {
        why:
          parties.length === 0
            ? "this federation has exchanged nothing with anybody"
            : `the parties are ${parties.map(([name]) => name).join(", ")}`,
        fix: "check that it is the right federation (--federation, --name)",
        next: `${call.io.program} status${federationFlags(call)}`,
      },
    )
  }
  const known = [...record.sent.values(), ...record.received.values()][0]!.own
  const own = await ownPartyOf(call, flags.text("party"), known)
  const trust = trustIn(call, new Pins(own), party, message)
  return { party, record, trust, own }
}
