/** Reports of several parties as one: what each did, on one timeline, and whether their records of what crossed are the same. */
import { EXIT } from "../notebook/exit-codes.ts"
import { placeName } from "../runner/events.ts"
import { type Joined, messageText, type ReportMessage } from "./messages.ts"
import type { Report } from "./types.ts"

/** What is read of another party's report (`report --format json`): its own word, except where both records are compared. */
export interface OtherReport {
  readonly notebook: { readonly name: string }
  readonly federation: string
  readonly made: string
  readonly messages?: readonly ReportMessage[]
  readonly runs: Report["runs"]
}

type Crossed = Exclude<ReportMessage, { approved: string }>
const crossed = (messages: readonly ReportMessage[] | undefined): Crossed[] =>
  (messages ?? []).filter((message): message is Crossed => !("approved" in message))

/** @param signed whether the kept copy of a message has this digest and a valid signature; nothing where there is no copy */
export function join(
  own: Report,
  others: readonly OtherReport[],
  signed: (digest: string) => boolean | undefined,
): Joined {
  const mine = crossed(own.messages)
  const found = others.map((other) => ({ other, name: nameOf(mine, other) }))
  const checks = mine
    .filter(({ party }) => found.some(({ name }) => name.party === party))
    .map((message) => checkOf(message, found.find(({ name }) => name.party === message.party)!.other, signed))
  const missing = found.flatMap(({ other, name }) =>
    crossed(other.messages)
      .filter((message) => isBetween(message, mine) && !mine.some(({ digest }) => digest === message.digest))
      .map((message) => ({
        what: `${messageText(message)} (${name.name})`,
        ok: false,
        why: "only the other side has it",
      })),
  )
  const timeline = [
    ...eventsOf("here", own.runs, own.messages),
    ...found.flatMap(({ other, name }) => eventsOf(name.name, other.runs, other.messages)),
  ].toSorted((a, b) => (a.t < b.t ? -1 : 1))
  return { parties: found.map(({ name }) => name.name), checks: [...checks, ...missing], timeline }
}

/** The party of a report: that whose messages it has sent, by digest. */
function nameOf(mine: readonly Crossed[], other: OtherReport): { party: string; name: string } {
  const sent = new Set(
    crossed(other.messages)
      .filter(({ way }) => way === "sent")
      .map(({ digest }) => digest),
  )
  const received = new Set(
    crossed(other.messages)
      .filter(({ way }) => way === "received")
      .map(({ digest }) => digest),
  )
  const theirs = mine.find(({ way, digest }) => (way === "received" ? sent : received).has(digest))
  return theirs === undefined
    ? { party: "", name: "an unknown party" }
    : { party: theirs.party, name: theirs.name }
}

/** A message of the other side to or from this party: those with its other partners are none of ours. */
const isBetween = (message: Crossed, mine: readonly Crossed[]): boolean =>
  mine.some(({ answers, digest }) => message.answers === digest || answers === message.digest)

function checkOf(message: Crossed, other: OtherReport, signed: (digest: string) => boolean | undefined) {
  const what = `${messageText(message)} of ${message.created}`
  const opposite = message.way === "sent" ? "received" : "sent"
  const theirs = crossed(other.messages).find(
    ({ digest, way }) => digest === message.digest && way === opposite,
  )
  const proof = signed(message.digest)
  if (proof === false)
    return { what, ok: false, why: "the kept file was altered: its digest or signature does not fit" }
  if (theirs === undefined) return { what, ok: false, why: `the other side has not ${opposite} it` }
  if (theirs.kind !== message.kind || theirs.created !== message.created)
    return { what, ok: false, why: "the other side has another kind or time for it" }
  const kept = proof === true ? "signature verified" : "no copy of it is kept here"
  return { what, ok: true, why: `both records have ${message.digest.slice(0, 16)}; ${kept}` }
}

/** Who has to send what, each once: several steps wait for the same message, and which lane says it first is chance. */
const owed = (wrong: Report["runs"][number]["wrong"]): string =>
  [...new Set(wrong.map(({ reason }) => String(reason).split("; ")[0]))].toSorted().join("; ")

function eventsOf(who: string, runs: Report["runs"], messages: readonly ReportMessage[] = []) {
  return [
    ...messages.map((message) => ({
      t: message.t,
      who,
      what:
        "approved" in message
          ? messageText(message)
          : `${message.way === "sent" ? "wrote" : "accepted"} the ${messageText(message)}`,
    })),
    ...runs.flatMap((run) => [
      {
        t: run.started,
        who,
        what: `${run.command}${run.by === undefined ? "" : ` (${run.by.user}@${run.by.host})`}`,
      },
      ...(run.ended === undefined
        ? []
        : [
            {
              t: run.ended,
              who,
              what: `exit code ${run.code}${run.wrong.length === 0 ? "" : `: ${run.code === EXIT.waiting ? owed(run.wrong) : run.wrong.map((one) => `${placeName(one)} ${one.kind}`).join(", ")}`}`,
            },
          ]),
    ]),
  ]
}
