/** What stands in the messages of parties, and how a file becomes one: everything in it is checked, nothing of it is believed yet. */
import { readFileSync, statSync } from "node:fs"
import { UsageError } from "../notebook/errors.ts"
import { sha256Bytes } from "../notebook/fingerprint.ts"
import type { CrossingValue, MessageKind } from "../notebook/parties.ts"
import { isSignedBy, MAX_BYTES, readEnvelope, signed } from "./dsse.ts"
import { fingerprintOf, type PublicKeys } from "./fingerprint.ts"
import type { OwnParty } from "./identity.ts"
import { PAYLOADS } from "./payloads.ts"
import { holdsPrivateKey } from "./private-keys.ts"
import { assertShape } from "./shape.ts"
import { strictJson } from "./strict-json.ts"

/** How the keys of the other side are known: by the fingerprint that was typed, by an earlier one, or not at all. */
export type Trust = "fingerprint" | "pinned" | "none"

export interface Sender extends PublicKeys {
  /** How the sender calls itself in files: `st-marys`. */
  readonly id: string
  readonly name: string
}

interface Common {
  readonly version: 1
  readonly notebook: string
  readonly federation: string
  readonly from: Sender
  readonly created: string
}

export interface RequestPayload extends Common {
  readonly kind: "request"
  readonly expires: string
  readonly purpose: string
  readonly sites: readonly { readonly name: string; readonly role: string }[]
  readonly values: readonly CrossingValue[]
}

export interface ApprovalPayload extends Common {
  readonly kind: "approval"
  readonly expires: string
  /** The digest of the request that it answers. */
  readonly request: string
  /** Counts the approvals of this request: an earlier one is not accepted after a later one. */
  readonly serial: number
  readonly sites: readonly { readonly name: string; readonly role: string }[]
  readonly grants: readonly string[]
  readonly inputs: readonly { readonly name: string; readonly value: unknown }[]
  readonly values: readonly CrossingValue[]
  /** Values for this party alone, sealed with age: base64 of JSON, a list as `values`. */
  readonly sealed?: string
  /** How the coordinator knows the party's keys. */
  readonly trust: Trust
}

export interface ReceiptPayload extends Common {
  readonly kind: "receipt"
  /** The digest of the approval that it answers. */
  readonly approval: string
  readonly values: readonly CrossingValue[]
  /** What was ready, when, and why. */
  readonly steps: readonly {
    readonly step: string
    readonly site?: string
    readonly t: string
    readonly reason: string
  }[]
  readonly trust: Trust
}

export interface RevocationPayload extends Common {
  readonly kind: "revocation"
  readonly party: { readonly name: string; readonly fingerprint: string }
  /** The digest of the request that it ends, where there was one. */
  readonly request?: string
  readonly reason: string
}

export type Payload = RequestPayload | ApprovalPayload | ReceiptPayload | RevocationPayload
export type PayloadOf<K extends MessageKind> = Extract<Payload, { kind: K }>

/** A message whose signature fits the keys in it. Whose keys they are is for the pins to say. */
export interface ReadMessage<P extends Payload = Payload> {
  readonly payload: P
  /** SHA-256 of the payload, in hexadecimal. */
  readonly digest: string
  readonly fingerprint: string
  readonly file: string
  /** The whole file. */
  readonly text: string
}

export const typeOf = (notebook: string, kind: MessageKind): string =>
  `application/vnd.${notebook}.${kind}.v1+json`

/** A message as the text of a file, signed by a party of this user. @throws Error where it would hold a private key */
export function writeMessage(
  party: OwnParty,
  payload: Payload,
): { readonly text: string; readonly digest: string } {
  assertShape(PAYLOADS[payload.kind], payload)
  const json = JSON.stringify(payload)
  if (holdsPrivateKey(json))
    throw new Error(
      `the ${payload.kind} would hold a private key: private keys never cross, so it was not written`,
    )
  const bytes = Buffer.from(json)
  const type = typeOf(payload.notebook, payload.kind)
  return { text: signed(type, bytes, party.signingKey, party.fingerprint), digest: sha256Bytes(bytes) }
}

/**
 * Reads a message from a file of somebody else.
 * @param next what is typed once the file was sent again
 * @throws UsageError that says in one sentence what is wrong with it
 */
export function readMessage(notebook: string, file: string, shown = file, next?: string): ReadMessage {
  const content = bytesOf(file, shown)
  try {
    return { ...parseMessage(notebook, content), file, text: content.toString() }
  } catch (error) {
    throw new UsageError(`${shown} is not a message that can be accepted: ${(error as Error).message}`, {
      fix: "ask for the file again, as it was written; nothing was changed",
      ...(next !== undefined && { next }),
    })
  }
}

/** The same for what was read already. @throws Error in words */
export function parseMessage(notebook: string, content: Buffer): Omit<ReadMessage, "file" | "text"> {
  if (holdsPrivateKey(content.subarray(0, MAX_BYTES).toString("latin1")))
    throw new Error(
      "it holds a private key: whoever sent it has to make a new key, because this one has travelled",
    )
  const envelope = readEnvelope(content)
  const kind = (Object.keys(PAYLOADS) as MessageKind[]).find(
    (one) => typeOf(notebook, one) === envelope.payloadType,
  )
  if (kind === undefined) throw new Error(`its type ${envelope.payloadType} is none of ${notebook}`)
  const json = new TextDecoder("utf-8", { fatal: true }).decode(envelope.payload)
  const value = strictJson(json)
  assertShape(PAYLOADS[kind], value)
  const payload = value as Payload
  if (payload.notebook !== notebook) throw new Error(`it is of the notebook ${payload.notebook}`)
  if (!isSignedBy(envelope, payload.from.signing))
    throw new Error("its signature does not fit its content: it was altered, or signed with another key")
  const fingerprint = fingerprintOf(payload.from)
  if (envelope.keyid !== undefined && envelope.keyid !== fingerprint)
    throw new Error("the name of its key is not that of its keys: it was altered")
  return { payload, digest: sha256Bytes(envelope.payload), fingerprint }
}

function bytesOf(file: string, shown: string): Buffer {
  try {
    const info = statSync(file)
    if (!info.isFile()) throw new Error("it is not a file")
    if (info.size > MAX_BYTES)
      throw new Error(`it has ${info.size} bytes, and no message has more than ${MAX_BYTES}`)
    return readFileSync(file)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(
      `${shown} cannot be read: ${code === "ENOENT" ? "there is no such file" : message}`,
      {
        fix: "name the file that the other party sent",
      },
    )
  }
}
