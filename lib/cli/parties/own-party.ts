import { UsageError } from "../../notebook/errors.ts"
import type { OwnParty } from "../../parties/identity.ts"
import type { Call } from "../call.ts"
import { stateRoot } from "../folder.ts"

/**
 * The party of this user's that a command acts for: the one that is named, the one that this federation knows, or the only one.
 * @param known which of them exchanged messages of this federation before
 */
export async function ownPartyOf(call: Call, named: string | undefined, known?: string): Promise<OwnParty> {
  const { notebook, io } = call
  const { loadParty, ownParties } = await import("../../parties/identity.ts")
  const root = stateRoot(notebook, io.env)
  const ids = ownParties(root)
  if (ids.length === 0) {
    throw new UsageError("You have no keys yet by which other parties could know you", {
      why: "messages are signed with them, and what is sealed to you is opened with them",
      fix: "make them once",
      next: `${io.program} party init --name "…"`,
    })
  }
  const id = named ?? known ?? (ids.length === 1 ? ids[0]! : undefined)
  if (id === undefined || !ids.includes(id)) {
    throw new UsageError(
      id === undefined ? `You act for ${ids.length} parties: ${ids.join(", ")}` : `You have no party ${id}`,
      {
        why: `your parties are ${ids.join(", ")}`,
        fix: "name one with --party",
        next: `${call.command.replace(/ --party \S+/, "")} --party ${ids[0]}`,
      },
    )
  }
  return loadParty(root, id)
}

/** Which party of this user's has exchanged messages of a federation. */
export const ownIn = (
  memory:
    | {
        parties: ReadonlyMap<
          string,
          { sent: ReadonlyMap<string, { own: string }>; received: ReadonlyMap<string, { own: string }> }
        >
      }
    | undefined,
): string | undefined =>
  [...(memory?.parties.values() ?? [])].flatMap(({ sent, received }) => [
    ...sent.values(),
    ...received.values(),
  ])[0]?.own
