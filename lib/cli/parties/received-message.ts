import type { Payload, ReadMessage } from "../../parties/messages.ts"
import { type Pins, trustOf } from "../../parties/pins.ts"
import type { Exchanged } from "../../runner/events.ts"
import type { State } from "../../runner/state.ts"
import { thisMachine } from "../../runner/this-machine.ts"
import type { Call } from "../call.ts"
import { keepCopy } from "./keep-copy.ts"

/** How the keys of a message's sender are known, with what was typed about them. @throws UsageError as {@link trustOf} */
export const trustIn = (
  { flags, command }: Call,
  pins: Pins,
  name: string,
  { payload }: ReadMessage<Payload>,
): Exchanged["trust"] =>
  trustOf(pins, {
    name,
    from: payload.from,
    fingerprint: flags.text("fingerprint"),
    without: flags.has("without-fingerprint"),
    next: `${withoutFlag(command, "fingerprint").replace(" --without-fingerprint", "")} --fingerprint '…'`,
  })

/** The command as if this flag had not been typed. */
export const withoutFlag = (command: string, name: string): string =>
  command.replaceAll(new RegExp(` --${name}[ =](?:'[^']*'|\\S+)`, "g"), "")

/** The command about another federation, which a message of it names. */
export const inFederation = (command: string, name: string): string =>
  `${["federation", "name", "state"].reduce(withoutFlag, command)} --name ${name}`

/** What the journal keeps of a received message beside what stands in it. */
export type AboutReceived = Pick<Exchanged, "party" | "trust" | "names" | "own"> &
  Partial<Pick<Exchanged, "answers" | "serial" | "purpose">>

/** Keeps a message that was accepted: as it was, and as a line of the journal. */
export async function keepReceived(
  state: State,
  { payload, digest, fingerprint, text, file }: ReadMessage<Payload>,
  about: AboutReceived,
): Promise<void> {
  keepCopy(state, about.party, payload.kind, digest, text)
  await state.journal.append({
    type: "message",
    way: "received",
    kind: payload.kind,
    name: payload.from.name,
    fingerprint,
    digest,
    created: payload.created,
    ...("expires" in payload && { expires: payload.expires }),
    ...about,
    by: thisMachine(),
    file,
  }).durable
}
