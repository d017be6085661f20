/** After a run: the approvals and receipts that can be written now. */

import { RunbookError } from "../../notebook/errors.ts"
import { moment } from "../../notebook/format.ts"
import { camel } from "../../notebook/inputs.ts"
import { type CrossingValue, DEFAULT_LIFETIME_S } from "../../notebook/parties.ts"
import type { ApprovalPayload, ReceiptPayload } from "../../parties/messages.ts"
import { Pins } from "../../parties/pins.ts"
import { holdsPrivateKey } from "../../parties/private-keys.ts"
import { sealFor } from "../../parties/sealing.ts"
import { isCoordinator, isExpired, received } from "../../runner/crossing.ts"
import { cellsOf, collect, isReady } from "../../runner/crossing-values.ts"
import { placeName, type Recorded } from "../../runner/events.ts"
import type { PartyMemory } from "../../runner/journal-memory.ts"
import type { State } from "../../runner/state.ts"
import type { RunResult } from "../../runner/types.ts"
import { type Call, federationFlags } from "../call.ts"
import type { OpenedFederation } from "../open-federation.ts"
import { ownPartyOf } from "./own-party.ts"
import { sendMessage } from "./write-message.ts"

/** A message that was written, for whoever has to send it. */
export interface Written {
  readonly kind: "approval" | "receipt"
  readonly party: string
  readonly name: string
  readonly file: string
  /** Its line in the journal. */
  readonly recorded: Recorded
  readonly expires?: string
  /** Of the own keys, which the other side compares. */
  readonly fingerprint: string
}

/** What has to be done with it. */
export function writtenText({ kind, name, file, expires, fingerprint }: Written): string {
  const until = expires === undefined ? "" : ` until ${moment(expires)}`
  const send = `The ${kind} for ${name} is ${file}${until}: send it to them.`
  // Who gets a receipt has compared the keys before.
  return kind === "receipt" ? send : `${send} Your fingerprint, for the telephone: ${fingerprint}`
}

interface Due {
  readonly call: Call
  readonly federation: OpenedFederation["federation"]
  readonly state: State
  /** How the cells of the run ended. */
  readonly ended: ReadonlyMap<string, boolean>
  readonly now: () => Date
}

/** Writes what is due. What was written before with the same content, and still counts, is not written again. */
export async function writeDue(
  call: Call,
  { federation }: Pick<OpenedFederation, "federation">,
  state: State,
  result: RunResult,
  now: () => Date,
): Promise<Written[]> {
  const { notebook } = call
  if (notebook.parties === undefined) return []
  const ended = new Map(result.outcomes.map(({ outcome, ...at }) => [placeName(at), outcome.ok]))
  const due: Due = { call, federation, state, ended, now }
  const write = isCoordinator(notebook, federation) ? writeApproval : writeReceipt
  const written: Written[] = []
  for (const [party, record] of state.journal.memory.parties) {
    const one = await write(due, party, record)
    if (one !== undefined) written.push(one)
  }
  return written
}

async function writeApproval(due: Due, party: string, record: PartyMemory): Promise<Written | undefined> {
  const { call, federation, state, ended } = due
  const { notebook } = call
  const { parties } = notebook
  const request = received(record, "request")
  if (request === undefined) return undefined
  const place = { notebook, federation, state }
  const cells = cellsOf(place, "approval", request.names)
  if (!isReady(place, cells, ended)) return undefined
  const values = collect(place, "approval", cells, request.names)
  if (values === undefined) return undefined
  const inputs = (parties!.agree ?? []).map((name) => ({
    name,
    value: federation.values[camel(name)] ?? null,
  }))
  const content = state.journal.memory.keyed(JSON.stringify([values, inputs, request.digest]))
  const before = record.sent.get("approval")
  const now = due.now()
  const counts = before?.answers === request.digest && !isExpired(before, now)
  // An expired approval is not written again by itself: what it grants was asked for once.
  if (before?.answers === request.digest && before.closed !== true && (before.content === content || !counts))
    return undefined
  const own = await ownPartyOf(call, undefined, request.own)
  const pin = new Pins(own).all().get(party)
  if (pin === undefined || pin.fingerprint !== request.fingerprint) {
    throw new RunbookError(`The approval for ${party} cannot be written: its keys are not known here`, {
      why: "they were pinned when its request was approved, and the pin is gone or another one",
      fix: "approve its request again",
      next: `${call.io.program} approve ${party}.request --fingerprint '…'${federationFlags(call)}`,
    })
  }
  refusePrivateKeys(values.sealed, parties!.mayHoldPrivateKey?.map(({ name }) => name) ?? [])
  const expires = new Date(now.getTime() + (parties!.lifetime ?? DEFAULT_LIFETIME_S) * 1000).toISOString()
  const payload: ApprovalPayload = {
    kind: "approval",
    version: 1,
    notebook: notebook.name,
    federation: federation.name,
    from: { id: own.id, name: own.name, signing: own.signing, recipient: own.recipient },
    created: now.toISOString(),
    expires,
    request: request.digest,
    serial: (before?.answers === request.digest ? (before.serial ?? 0) : 0) + 1,
    sites: request.names.map(({ theirs, ours }) => ({
      name: theirs,
      role: federation.sites.find(({ name }) => name === ours)!.role,
    })),
    grants: parties!.grants ?? [],
    inputs,
    values: values.plain,
    ...(values.sealed.length > 0 && { sealed: await sealFor(pin.recipient, JSON.stringify(values.sealed)) }),
    trust: request.trust,
  }
  const { name, fingerprint, trust, names } = request
  const about = {
    party,
    name,
    fingerprint,
    trust,
    names,
    content,
    serial: payload.serial,
    answers: request.digest,
  }
  const { file, recorded } = await sendMessage(call, state, own, payload, about)
  return { kind: "approval", party, name, file, recorded, expires, fingerprint: own.fingerprint }
}

async function writeReceipt(
  { call, federation, state, ended, now }: Due,
  party: string,
  record: PartyMemory,
): Promise<Written | undefined> {
  const { notebook } = call
  const approval = received(record, "approval")
  if (approval === undefined) return undefined
  const place = { notebook, federation, state }
  const cells = cellsOf(place, "receipt", approval.names)
  if (!isReady(place, cells, ended)) return undefined
  const values = collect(place, "receipt", cells, approval.names)
  if (values === undefined) return undefined
  const content = state.journal.memory.keyed(JSON.stringify([values, approval.digest]))
  const before = record.sent.get("receipt")
  if (before?.answers === approval.digest && before.content === content) return undefined
  const own = await ownPartyOf(call, undefined, approval.own)
  const { memory } = state.journal
  const payload: ReceiptPayload = {
    kind: "receipt",
    version: 1,
    notebook: notebook.name,
    federation: federation.name,
    from: { id: own.id, name: own.name, signing: own.signing, recipient: own.recipient },
    created: now().toISOString(),
    approval: approval.digest,
    values: values.plain,
    steps: cells.map((cell) => {
      const site = approval.names.find(({ ours }) => ours === cell.site?.name)?.theirs
      const last = memory.checkpoints.get(cell.key)
      const reason = (last?.reason ?? "").replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").slice(0, 1000)
      return {
        step: cell.step.id,
        ...(site !== undefined && { site }),
        t: last?.t ?? new Date().toISOString(),
        reason,
      }
    }),
    trust: approval.trust,
  }
  const { name, fingerprint, trust, names } = approval
  const about = { party, name, fingerprint, trust, names, content, answers: approval.digest }
  const { file, recorded } = await sendMessage(call, state, own, payload, about)
  return { kind: "receipt", party, name, file, recorded, fingerprint: own.fingerprint }
}

/** Sealed or not, a private key does not cross, unless the notebook says that this value may hold one. */
function refusePrivateKeys(sealed: readonly CrossingValue[], allowed: readonly string[]): void {
  const found = sealed.find(
    ({ name, content }) => !allowed.includes(name) && holdsPrivateKey(JSON.stringify(content)),
  )
  if (found === undefined) return
  throw new RunbookError(
    `The approval would hold a private key, in the value ${found.name} of ${found.step}`,
    {
      why: "private keys never cross; nothing was written",
      fix: "the notebook has to hand over what the key is for, or name the value in `mayHoldPrivateKey`",
    },
  )
}
