import { moment } from "../../notebook/format.ts"
import { isExpired } from "../../runner/crossing.ts"
import type { Memory, PartyMemory } from "../../runner/journal-memory.ts"

/** How things stand with each party, as one line: `St. Mary's (st-marys): request from …, approval for … until …`. */
export const partyLines = (memory: Pick<Memory, "parties"> | undefined, now = new Date()): string[] =>
  [...(memory?.parties ?? [])].map(([party, record]) => {
    const { name, trust } = lastOf(record)
    const events = eventsOf(record).map((event) => {
      const until =
        event.expires === undefined
          ? ""
          : isExpired(event, now)
            ? ", expired"
            : `, until ${moment(event.expires)}`
      return `${event.kind} ${event.way} ${moment(event.created)}${until}`
    })
    const who = name === party ? party : `${name} (${party})`
    const doubt = trust === "none" && record.received.size > 0 ? "; its fingerprint was not compared" : ""
    return `${who}: ${record.revoked ? "ended; " : ""}${events.join("; ")}${doubt}`
  })

/** Who has ended the part of this user's party. */
export const endedLines = ({ parties }: Pick<Memory, "parties">): string[] =>
  [...parties.values()].flatMap(({ revoked, received }) => {
    const ending = received.get("revocation")
    return revoked && ending !== undefined
      ? [`${ending.name} has ended your part at ${moment(ending.created)}`]
      : []
  })

/** The same as data. */
export const partyAnswers = (memory: Pick<Memory, "parties"> | undefined): object[] =>
  [...(memory?.parties ?? [])].map(([party, record]) => {
    const { name, trust } = lastOf(record)
    return {
      party,
      name,
      trust,
      ended: record.revoked,
      messages: eventsOf(record).map(({ way, kind, created, expires, digest }) => ({
        way,
        kind,
        created,
        expires,
        digest,
      })),
    }
  })

const eventsOf = ({ received, sent }: PartyMemory) =>
  [...received.values(), ...sent.values()].toSorted((a, b) => (a.created < b.created ? -1 : 1))

const lastOf = (record: PartyMemory) =>
  [...record.received.values()].at(-1) ?? [...record.sent.values()].at(-1)!
