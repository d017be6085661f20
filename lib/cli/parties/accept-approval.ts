import { isDeepStrictEqual } from "node:util"
import { UsageError } from "../../notebook/errors.ts"
import { count, moment } from "../../notebook/format.ts"
import { camel } from "../../notebook/inputs.ts"
import type { CrossingValue } from "../../notebook/parties.ts"
import { shellWord } from "../../notebook/shell-word.ts"
import type { OwnParty } from "../../parties/identity.ts"
import type { ApprovalPayload, ReadMessage } from "../../parties/messages.ts"
import { SEALED } from "../../parties/payloads.ts"
import { Pins } from "../../parties/pins.ts"
import { holdsPrivateKey } from "../../parties/private-keys.ts"
import { openSealed } from "../../parties/sealing.ts"
import { assertShape } from "../../parties/shape.ts"
import { strictJson } from "../../parties/strict-json.ts"
import { endOf } from "../../runner/crossing.ts"
import { cellsOf, keep, wrongValues } from "../../runner/crossing-values.ts"
import { type CallOf, federationFlags } from "../call.ts"
import type { OpenedFederation } from "../open-federation.ts"
import { assertCurrent, clockOf } from "./clock.ts"
import { ownPartyOf } from "./own-party.ts"
import { keepReceived, trustIn, withoutFlag } from "./received-message.ts"
import { coordinatorOf } from "./sides.ts"
import { withState } from "./with-state.ts"

/** What became of a message. */
export interface Accepted {
  readonly party: string
  readonly name: string
  readonly trust: string
  /** For a person. */
  readonly said: string
}

/** An approval: of this request, for these keys, newer than the last, still valid, and with the inputs that both sides need alike. */
export async function acceptApproval(
  call: CallOf<"accept">,
  opened: OpenedFederation,
  message: ReadMessage<ApprovalPayload>,
  shown: string,
): Promise<Accepted> {
  const { notebook, flags, redactor } = call
  const { federation, memory } = opened
  const { payload, digest, fingerprint } = message
  const party = coordinatorOf(call, federation, "accept")
  // Mostly it is the same command once another file is here under this name.
  const refuse = (what: string, fix: string, why?: string, next = call.command): never => {
    throw new UsageError(`${shown} cannot be accepted: ${what}`, {
      fix,
      ...(why !== undefined && { why }),
      next,
    })
  }
  const anotherRequest = `${call.io.program} request ${federation.name}${federationFlags(call)}`
  const record = memory?.parties.get(party)
  const sent = record?.sent.get("request")
  if (sent === undefined)
    return refuse(
      "no request to join was made from this folder",
      "use the folder that made the request (--state, --name), or make one: request",
      undefined,
      anotherRequest,
    )
  const ended = endOf(record)
  if (ended !== undefined)
    refuse(
      `your part was ended at ${moment(ended.created)}`,
      "what was sent before that no longer counts; make another request to join, if you are to come back",
      undefined,
      anotherRequest,
    )
  if (payload.request !== sent.digest)
    refuse(
      `it answers another request than that of ${moment(sent.created)}`,
      "ask for an approval of your last request, or send that one again",
    )
  const own = await ownPartyOf(call, flags.text("party"), sent.own)
  const pins = new Pins(own)
  const trust = trustIn(call, pins, party, message)
  const before = record?.received.get("approval")
  if (
    before !== undefined &&
    before.answers === payload.request &&
    before.digest !== digest &&
    (before.serial ?? 0) >= payload.serial
  )
    refuse(
      `it is number ${payload.serial} of the approvals of this request, and number ${before.serial} was accepted before`,
      "nothing has to be done with this one: go on with the newest",
      undefined,
      `${call.io.program} run${federationFlags(call)}`,
    )
  assertCurrent(
    shown,
    payload,
    await clockOf(call, opened),
    `ask ${payload.from.name} for another one: they type approve --again with your name`,
    call.command,
  )
  const wished = sent.names.map(({ theirs }) => theirs)
  if (!isDeepStrictEqual([...payload.sites.map(({ name }) => name)].sort(), [...wished].sort()))
    refuse(
      `it is about ${payload.sites.map(({ name }) => name).join(", ")}`,
      "ask for an approval of your own sites",
      `you asked for ${wished.join(", ")}`,
    )
  for (const { name, value } of payload.inputs) {
    if (!(notebook.parties!.agree ?? []).includes(name))
      refuse(
        `it has the input ${name}, which parties do not agree about`,
        "both sides need the same version of the notebook",
      )
    const here = federation.values[camel(name)]
    if (!isDeepStrictEqual(here ?? null, value))
      refuse(
        `${name} is ${JSON.stringify(value)} there and ${JSON.stringify(here ?? null)} here`,
        `make it the same: set ${name} to ${JSON.stringify(value)} here, or ask ${payload.from.name} to change theirs`,
        undefined,
        typeof value === "string"
          ? `${withoutFlag(call.command, name)} --${name} ${shellWord(value)}`
          : undefined,
      )
  }
  const cells = cellsOf({ notebook, federation }, "approval", sent.names, party)
  const given = {
    plain: payload.values,
    sealed: await sealedValues(
      own,
      payload,
      own.created > sent.created
        ? () =>
            refuse(
              "its sealed part cannot be opened: your keys are newer than the request that it answers (party rotate)",
              `make another request, and send it to ${payload.from.name} with your new fingerprint`,
              undefined,
              anotherRequest,
            )
        : () =>
            refuse(
              "its sealed part cannot be opened with your key: it is sealed to somebody else, or was altered",
              `ask ${payload.from.name} for another approval: they type approve --again with your name`,
            ),
      refuse,
      notebook.parties!.mayHoldPrivateKey?.map(({ name }) => name) ?? [],
    ),
  }
  const wrong = wrongValues({ notebook }, "approval", cells, sent.names, given)
  if (wrong !== undefined) refuse(wrong, "both sides need the same version of the notebook")
  for (const { content } of given.sealed) redactor.add(content as string)
  await withState(call, opened, async (state) => {
    if (trust !== "pinned")
      pins.add(party, { ...payload.from, fingerprint, trust, since: new Date().toISOString() })
    await keep({ state }, redactor, cells, sent.names, given)
    if (state.journal.memory.parties.get(party)?.received.get("approval")?.digest === digest) return
    await keepReceived(state, message, {
      party,
      trust,
      answers: payload.request,
      serial: payload.serial,
      names: sent.names,
      own: own.id,
    })
  })
  const what = [
    `${payload.from.name} admits you to ${payload.federation} with ${wished.join(", ")}, until ${moment(payload.expires)}.`,
    ...payload.grants.map((line) => `- ${line}`),
    `It brought ${count(given.plain.length + given.sealed.length, "value")}${given.sealed.length > 0 ? `, ${given.sealed.length} of them sealed to you` : ""}.`,
    ...(trust === "none"
      ? ["Its fingerprint was not compared: whoever could exchange the file could be anybody."]
      : []),
    ...(payload.trust === "none" ? [`${payload.from.name} has not compared your fingerprint.`] : []),
  ]
  return { party, name: payload.from.name, trust, said: what.join("\n") }
}

async function sealedValues(
  own: OwnParty,
  { sealed }: ApprovalPayload,
  refuseSealed: () => never,
  refuse: (what: string, fix: string) => never,
  mayHoldKeys: readonly string[],
): Promise<readonly CrossingValue[]> {
  if (sealed === undefined) return []
  const text = await openSealed(own.openingKey, sealed).catch(refuseSealed)
  try {
    const values = strictJson(text)
    assertShape(SEALED, values)
    const found = values as readonly CrossingValue[]
    if (
      found.some(
        ({ name, content }) => !mayHoldKeys.includes(name) && holdsPrivateKey(JSON.stringify(content)),
      )
    )
      throw new Error("it holds a private key")
    return found
  } catch (error) {
    return refuse(
      `its sealed part is not as it has to be: ${(error as Error).message}`,
      "ask for another approval",
    )
  }
}
