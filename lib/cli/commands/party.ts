import { UsageError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import type { OwnParty } from "../../parties/identity.ts"
import { isLine, LONGEST_NAME } from "../../parties/payloads.ts"
import { printAnswer } from "../answers.ts"
import type { CallOf } from "../call.ts"
import { stateRoot } from "../folder.ts"
import { ownPartyOf } from "../parties/own-party.ts"

/** `party init|show|rotate`: the keys by which others know this user's party. */
export async function party(call: CallOf<"party">): Promise<number> {
  const { argument, flags, out } = call
  const changed =
    argument === "init" ? await init(call) : argument === "rotate" ? await rotate(call) : undefined
  const shown = changed ?? (await ownPartyOf(call, flags.text("party")))
  if (flags.has("json")) {
    const { id, name, fingerprint, signing, recipient, created } = shown
    printAnswer(call, "party", { action: argument, id, name, fingerprint, signing, recipient, created })
  } else out.print(textOf(call, shown))
  return EXIT.done
}

async function init({ flags, io, notebook }: CallOf<"party">): Promise<OwnParty> {
  const { createParty, idOf } = await import("../../parties/identity.ts")
  const name = flags.text("name")?.trim()
  const next = `${io.program} party init --name "…"`
  if (name === undefined || name === "")
    throw new UsageError("The party needs a name: other people read it", {
      fix: "give one with --name",
      next,
    })
  if (!isLine(name, LONGEST_NAME))
    throw new UsageError("--name: use at most 100 characters, all of them visible", { next })
  const id = flags.text("party") ?? idOf(name)
  if (!/^[a-z0-9](?:[-a-z0-9]{0,38}[a-z0-9])?$/.test(id)) {
    throw new UsageError(`${JSON.stringify(id)} cannot be the id of a party`, {
      fix: "give one of lower-case letters, digits and dashes with --party",
      next: `${next} --party …`,
    })
  }
  return createParty(stateRoot(notebook, io.env), id, name)
}

async function rotate(call: CallOf<"party">): Promise<OwnParty> {
  const { rotateParty } = await import("../../parties/identity.ts")
  const own = await ownPartyOf(call, call.flags.text("party"))
  return rotateParty(stateRoot(call.notebook, call.io.env), own)
}

function textOf(
  { argument }: CallOf<"party">,
  { id, name, fingerprint, signing, recipient }: OwnParty,
): string {
  const [first, second] = [fingerprint.slice(0, 23), fingerprint.slice(24)]
  const said = {
    init: "The keys are made. They stay on this machine: back them up as you would a password.",
    rotate:
      "The keys are new. Tell everybody the new fingerprint; what was sealed to the old keys can no longer be opened.",
  }[argument!]
  return [
    ...(said === undefined ? [] : [said, ""]),
    `${name} (${id})`,
    `  fingerprint  ${first}`,
    `               ${second}`,
    `  signs with   ${signing} (Ed25519)`,
    `  is sealed to ${recipient} (age)`,
    "",
    "Read the fingerprint out to the other side, by telephone for example: never send it with the file.",
    "",
  ].join("\n")
}
