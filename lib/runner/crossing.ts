/** Steps of other parties: what settles them, what is waited for, and until when. */

import type { Federation } from "../notebook/federation.ts"
import { moment } from "../notebook/format.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { type CrossingKind, settledBy } from "../notebook/parties.ts"
import { shellWord } from "../notebook/shell-word.ts"
import type { Exchanged } from "./events.ts"
import { buildGraph, type Cell } from "./graph.ts"
import type { Memory, PartyMemory } from "./journal-memory.ts"
import { type OutcomeDraft, outcomeDraft } from "./outcomes.ts"

export interface CrossingView {
  readonly notebook: Notebook
  readonly federation: Federation
  readonly memory: Pick<Memory, "parties" | "checkpoints">
  /** Now, by the clock that counts. */
  readonly now: Date
}

/** Whether whoever runs this is the coordinator: the owner of the coordinating role's site. */
export const isCoordinator = ({ parties }: Notebook, { sites }: Federation): boolean =>
  sites.find(({ role }) => role === parties?.coordinator)?.party === undefined

/** The last message of a party that still counts: a receipt that answers an earlier approval, or one for an earlier request, does not. */
export function received(record: PartyMemory | undefined, kind: CrossingKind): Exchanged | undefined {
  const found = record?.received.get(kind)
  if (found === undefined || record!.revoked) return undefined
  const answered = kind === "receipt" ? "approval" : kind === "approval" ? "request" : undefined
  const sent = answered === undefined ? undefined : record!.sent.get(answered)
  if (answered !== undefined && found.answers !== sent?.digest) return undefined
  if (kind === "receipt" && sent!.answers !== record!.received.get("request")?.digest) return undefined
  return found
}

/** The revocation that has ended a party's part, where no later request has brought it back. */
export const endOf = (record: PartyMemory | undefined): Exchanged | undefined =>
  record?.revoked === true ? (record.sent.get("revocation") ?? record.received.get("revocation")) : undefined

/** Whether a message is too old to act on, by the clock that counts. */
export const isExpired = ({ expires, closed }: Exchanged, now: Date): boolean =>
  closed === true || (expires !== undefined && new Date(expires) <= now)

/** How a step of another party stands, as far as its messages say; nothing for a step that runs here. */
export function crossingOf(view: CrossingView, cell: Cell): OutcomeDraft | undefined {
  const { notebook, federation, memory, now } = view
  const { parties } = notebook
  if (cell.party === undefined) return admission(view, cell)
  const { party } = cell
  const theirs = outcomeDraft("skipped", `${party} runs it`, { because: "another party", party })
  if (parties === undefined) return theirs
  const kinds: CrossingKind[] = isCoordinator(notebook, federation) ? ["request", "receipt"] : ["approval"]
  const settled = settledBy(parties, notebook.steps, cell.step.id, kinds)
  if (settled === undefined) return theirs
  const record = memory.parties.get(party)
  if (record?.revoked === true) return ended(party, record)
  const message = about(received(record, settled.kind), cell, parties.coordinator)
  if (message === undefined) return settled.holds ? waiting(view, party, next(record, settled.kind)) : theirs
  if (settled.kind === "approval" && isExpired(message, now) && !isUsed(notebook, federation, memory, cell))
    return expired(view, party, message)
  return outcomeDraft("unchanged", `${message.name}: ${settled.kind} of ${moment(message.created)}`, {
    party,
  })
}

/** Before a receipt there is a request. */
const next = (record: PartyMemory | undefined, kind: CrossingKind): CrossingKind =>
  kind === "receipt" && received(record, "request") === undefined ? "request" : kind

/** Nobody owes anything after a revocation. */
function ended(party: string, record: PartyMemory): OutcomeDraft {
  const { name, created } = endOf(record)!
  const who = record.sent.has("revocation") ? `${name} was revoked` : `${name} has ended your part`
  return outcomeDraft("skipped", `${who} at ${moment(created)}`, { because: "another party", party })
}

/** The message, if it is about the site of a cell; the coordinator's own is meant by every one. */
const about = (message: Exchanged | undefined, { site }: Cell, coordinator: string): Exchanged | undefined =>
  site === undefined || site.role === coordinator || message?.names.some(({ ours }) => ours === site.name)
    ? message
    : undefined

/** A step of ours at a party's site waits until the party is admitted. Whose part was ended does nothing any more. */
function admission(view: CrossingView, cell: Cell): OutcomeDraft | undefined {
  const { notebook, federation, memory } = view
  if (notebook.parties !== undefined && !isCoordinator(notebook, federation)) {
    const host = federation.sites.find(({ role }) => role === notebook.parties!.coordinator)!.party!
    const record = memory.parties.get(host)
    return record?.revoked === true ? ended(host, record) : undefined
  }
  const party = cell.site?.party
  if (party === undefined || view.notebook.parties === undefined) return undefined
  const record = view.memory.parties.get(party)
  if (record?.revoked === true) return ended(party, record)
  const request = received(record, "request")
  if (about(request, cell, view.notebook.parties.coordinator) !== undefined) return undefined
  return waiting(view, party, "request")
}

/** Everything that waited for it has been done. */
function isUsed(
  notebook: Notebook,
  federation: Federation,
  memory: CrossingView["memory"],
  cell: Cell,
): boolean {
  const graph = buildGraph(notebook, federation)
  const readers = graph.cells.filter(
    (one) => one.party === undefined && graph.needs(one).some(({ key }) => key === cell.key),
  )
  return readers.every(({ key }) => memory.checkpoints.has(key))
}

/** Who owes what, until when, what they type, and what is typed here then. */
function waiting(
  { notebook, federation, memory, now }: CrossingView,
  party: string,
  kind: CrossingKind,
): OutcomeDraft {
  const record = memory.parties.get(party)
  const program = notebook.name
  const more = { party, code: "party" }
  const who = [...(record?.received.values() ?? [])][0]?.name ?? party
  switch (kind) {
    case "request":
      return outcomeDraft("waiting", `${who} has to send its request to join`, {
        ...more,
        fix: `they type \`${program} request ${federation.name} --${notebook.parties!.coordinator} party=YOURS\`, with your party's name for YOURS, and send you the file`,
        next: `${program} approve ${party}.request --fingerprint …`,
      })
    case "approval": {
      const sent = record?.sent.get("request")
      if (sent === undefined) {
        return outcomeDraft("waiting", `${who} has to approve that you join; no request was made yet`, {
          ...more,
          fix: "make the request, and send them the file and, over another channel, your fingerprint",
          next: `${program} request ${federation.name}`,
        })
      }
      return outcomeDraft(
        "waiting",
        `${who} has to send its approval of your request, which ${until(sent, now)}`,
        {
          ...more,
          fix: `they type \`${program} approve ${shellWord(fileName(sent) ?? "FILE")} --fingerprint …\`, then \`${program} run\`, and send you the approval`,
          next: `${program} accept ${party}.approval --fingerprint …`,
        },
      )
    }
    case "receipt": {
      const sent = record?.sent.get("approval")
      if (sent !== undefined && isExpired(sent, now)) {
        return outcomeDraft(
          "waiting",
          `${who} has not sent a receipt, and its approval ${until(sent, now)}`,
          {
            ...more,
            fix: "if they have not used it, issue another one",
            next: `${program} approve ${party} --again`,
          },
        )
      }
      const when = sent === undefined ? "" : `; its approval ${until(sent, now)}`
      return outcomeDraft("waiting", `${who} has to send its receipt${when}`, {
        ...more,
        fix: `they type \`${program} accept ${shellWord(fileName(sent) ?? "FILE")}\`, then \`${program} run\`, and send you the receipt`,
        next: `${program} accept ${party}.receipt`,
      })
    }
  }
}

function expired({ notebook, now }: CrossingView, party: string, message: Exchanged): OutcomeDraft {
  return outcomeDraft("waiting", `${message.name}'s approval ${until(message, now)} and was not used`, {
    party,
    code: "party",
    fix: `ask for another one: they type \`${notebook.name} approve --again\` with your name, then \`${notebook.name} run\``,
    next: `${notebook.name} accept ${party}.approval`,
  })
}

const until = ({ expires, closed }: Exchanged, now: Date): string =>
  closed === true
    ? "was withdrawn"
    : expires === undefined
      ? "does not expire"
      : `${new Date(expires) <= now ? "expired" : "expires"} ${moment(expires)}`

const fileName = (message: Exchanged | undefined): string | undefined => message?.file?.split("/").at(-1)
