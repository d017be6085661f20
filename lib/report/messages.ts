import type { By, Exchanged, Recorded } from "../runner/events.ts"

/** A message of another party, or for one; or what was approved outside a run: that a party may join, that its part ends. */
export type ReportMessage =
  | (Pick<
      Exchanged,
      | "way"
      | "kind"
      | "party"
      | "name"
      | "fingerprint"
      | "trust"
      | "digest"
      | "answers"
      | "created"
      | "expires"
      | "purpose"
    > & { readonly t: string; readonly by?: By })
  | { readonly t: string; readonly approved: string; readonly how: string }

/** What was exchanged with other parties, in the journal's order. */
export function messagesOf(lines: readonly Recorded[]): ReportMessage[] {
  const runs = new Set(lines.flatMap((line) => (line.type === "run started" ? [line.run] : [])))
  return lines.flatMap((line): ReportMessage[] => {
    if (line.type === "approval" && !runs.has(line.run))
      return [{ t: line.t, approved: line.what, how: line.how }]
    // A message that was withdrawn stands there a second time.
    if (line.type !== "message" || line.closed === true) return []
    const { t, way, kind, party, name, fingerprint, trust, digest, answers, created, expires, purpose, by } =
      line
    return [
      {
        t,
        way,
        kind,
        party,
        name,
        fingerprint,
        trust,
        digest,
        created,
        ...(answers !== undefined && { answers }),
        ...(expires !== undefined && { expires }),
        ...(purpose !== undefined && purpose !== "" && { purpose }),
        ...(by !== undefined && { by }),
      },
    ]
  })
}

/** How the keys of the other side are known, for a reader. */
export const TRUST_WORDS: Readonly<Record<Exchanged["trust"], string>> = {
  fingerprint: "fingerprint compared",
  pinned: "known from before",
  none: "NOT compared",
}

/** `request from St. Mary's (st-marys)` */
export const messageText = (message: ReportMessage): string =>
  "approved" in message
    ? `approved (${message.how === "flag" ? "--yes" : message.how}): ${message.approved}`
    : `${message.kind} ${message.way === "sent" ? "for" : "from"} ${message.name}${message.name === message.party ? "" : ` (${message.party})`}`

/** The rows of its table. */
export const messageRows = (messages: readonly ReportMessage[]): string[][] =>
  messages.map((message) =>
    "approved" in message
      ? [message.t, messageText(message), "", "", "", ""]
      : [
          message.t,
          messageText(message),
          message.fingerprint,
          message.fingerprint === "" ? "" : TRUST_WORDS[message.trust],
          message.expires ?? "",
          message.digest.slice(0, 16),
        ],
  )

export const MESSAGE_HEAD = [
  "when",
  "what",
  "fingerprint of the other side",
  "its keys",
  "valid until",
  "SHA-256",
]

/** The records of several parties together. */
export interface Joined {
  /** By the names by which they are known here. */
  readonly parties: readonly string[]
  /** Of each message that this party and one of the others exchanged: whether both have it. */
  readonly checks: readonly { readonly what: string; readonly ok: boolean; readonly why: string }[]
  readonly timeline: readonly { readonly t: string; readonly who: string; readonly what: string }[]
}
