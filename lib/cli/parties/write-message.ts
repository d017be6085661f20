import { lstatSync, mkdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { writeWhole } from "../../cluster/whole-file.ts"
import { RunbookError, UsageError } from "../../notebook/errors.ts"
import type { OwnParty } from "../../parties/identity.ts"
import { type Payload, writeMessage } from "../../parties/messages.ts"
import type { Exchanged, Recorded } from "../../runner/events.ts"
import type { State } from "../../runner/state.ts"
import { thisMachine } from "../../runner/this-machine.ts"
import type { Call } from "../call.ts"
import { keepCopy } from "./keep-copy.ts"

/** What the journal keeps of a message beside its payload. */
export type AboutMessage = Pick<Exchanged, "party" | "name" | "fingerprint" | "trust" | "names"> &
  Partial<Pick<Exchanged, "content" | "serial" | "answers" | "purpose">>

/** Signs a message, writes its file and then its line in the journal. @returns the digest and the path */
export async function sendMessage(
  { redactor }: Call,
  state: State,
  own: OwnParty,
  payload: Payload,
  about: AboutMessage,
  out = join(state.folder, "messages", `${about.party}.${payload.kind}`),
): Promise<{ digest: string; file: string; recorded: Recorded }> {
  const { text, digest } = signedText(own, payload)
  if (redactor.text(text) !== text || redactor.text(JSON.stringify(payload)) !== JSON.stringify(payload))
    throw new RunbookError(`The ${payload.kind} would show a secret`, {
      why: "a value of a step that crosses contains it; nothing was written",
      fix: "declare that value as secret: it is sealed then",
    })
  mkdirSync(dirname(out), { recursive: true, mode: 0o700 })
  await writeWhole(out, text).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${out} cannot be written (${error.code})`, {
      fix: "choose another file with --out",
    })
  })
  keepCopy(state, about.party, payload.kind, digest, text)
  const expires = "expires" in payload ? payload.expires : undefined
  const { recorded, durable } = state.journal.append({
    type: "message",
    way: "sent",
    kind: payload.kind,
    ...about,
    digest,
    created: payload.created,
    ...(expires !== undefined && { expires }),
    own: own.id,
    by: thisMachine(),
    file: out,
  })
  await durable
  return { digest, file: out, recorded }
}

function signedText(own: OwnParty, payload: Payload): { text: string; digest: string } {
  try {
    return writeMessage(own, payload)
  } catch (error) {
    throw new RunbookError(`The ${payload.kind} cannot be written`, { why: (error as Error).message })
  }
}

/** A file that a message may replace: none, or an earlier message. @throws UsageError otherwise */
export function refuseOtherFile(out: string, isMessage: (file: string) => boolean): void {
  const info = lstatSync(out, { throwIfNoEntry: false })
  if (info === undefined || (info.isFile() && isMessage(out))) return
  throw new UsageError(`--out ${out} exists, and it is not a message`, {
    fix: "choose another file; it was not changed",
  })
}
