import { resolve } from "node:path"
import { isWholeFingerprint } from "../../parties/fingerprint.ts"
import { readMessage } from "../../parties/messages.ts"
import { Pins } from "../../parties/pins.ts"
import { isCoordinator } from "../../runner/crossing.ts"
import type { PlanEntry } from "../../runner/types.ts"
import { askText } from "../../terminal/index.ts"
import { type Call, commandText, federationFlags } from "../call.ts"
import { COMMANDS } from "../commands-table.ts"
import { parseCommand } from "../parse.ts"
import { ownIn, ownPartyOf } from "../parties/own-party.ts"
import type { WalkScreen } from "./screen.ts"
import type { Session } from "./session.ts"

/** What a walk can do about a cell that waits for another party. */
export type PartyTurn = "nothing" | "their file" | "request"

/** Whether a place waits for a file of somebody else, or for the request that has to be written first. */
export function partyTurn({ call, opened, memory }: Session, entries: readonly PlanEntry[]): PartyTurn {
  const waited = entries.find(({ action, party }) => action === "wait" && party !== undefined)
  if (waited === undefined || memory.parties.get(waited.party!)?.revoked === true) return "nothing"
  if (isCoordinator(call.notebook, opened.federation)) return "their file"
  return memory.parties.get(waited.party!)?.sent.has("request") === true ? "their file" : "request"
}

/** Writes the request to join. */
export async function writeRequest({ call }: Session): Promise<void> {
  const { request } = await import("../commands/request.ts")
  await request(commandCall(call, "request", []), { walking: true })
}

/** Asks for the file that the other side sent, and approves or accepts it. */
export async function readTheirFile(session: Session, screen: WalkScreen): Promise<void> {
  const { call, memory } = session
  const io = screen.prompts
  const shown = await screen.asked(() => askText({ message: "The file that they sent you" }, io))
  const message = readMessage(call.notebook.name, resolve(call.io.cwd, shown), shown)
  const { payload, fingerprint } = message
  const own = await ownPartyOf(call, undefined, ownIn(memory))
  const isKnown = [...new Pins(own).all().values()].some((pin) => pin.fingerprint === fingerprint)
  const typed = isKnown
    ? undefined
    : await screen.asked(() => {
        const question = `The fingerprint that ${payload.from.name} read out to you`
        return askText({ message: question, check: wrongFingerprint }, io)
      })
  const argv = [shown, ...(typed === undefined ? [] : ["--fingerprint", typed])]
  if (payload.kind === "request") {
    const { approve } = await import("../commands/approve.ts")
    const known = await knownAs(session, screen, payload.from)
    await approve(commandCall(call, "approve", [...argv, ...known]), { walking: true })
  } else {
    const { accept } = await import("../commands/accept.ts")
    await accept(commandCall(call, "accept", argv), { walking: true })
  }
}

/** Which party of this federation a request is from, where that has another name here. */
async function knownAs(
  { opened }: Session,
  screen: WalkScreen,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<readonly string[]> {
  const parties = [...new Set(opened.federation.sites.flatMap(({ party }) => party ?? []))]
  if (parties.includes(id) || parties.length === 0) return []
  const choices = parties.map((party) => ({ value: party, name: party }))
  return ["--known-as", await screen.choose(`Which party of this federation is ${name} (${id})?`, choices)]
}

const wrongFingerprint = (text: string): string | undefined =>
  isWholeFingerprint(text)
    ? undefined
    : "a fingerprint has eight groups of five digits (they type: party show)"

/** The call of another command about the federation of a walk, as if it had been typed. */
function commandCall(call: Call, name: "request" | "approve" | "accept", argv: readonly string[]): Call {
  const spec = COMMANDS.find((command) => command.name === name)!
  const flags = (["federation", "name", "state"] as const).flatMap((flag) => {
    const text = call.flags.text(flag)
    return text === undefined ? [] : [`--${flag}`, text]
  })
  const line = parseCommand(call.notebook, spec, [...argv, ...flags], call.io.cwd, call.io.program)
  return {
    ...call,
    flags: line.flags,
    argument: line.argument,
    command: commandText(call.io.program, [name, ...argv]) + federationFlags(call),
  }
}
