/** DSSE (Dead Simple Signing Envelope, secure-systems-lab/dsse v1.0.2): signed is the type together with the bytes. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto"
import { assertShape, list, object, type Shape, text } from "./shape.ts"
import { strictBase64, strictJson } from "./strict-json.ts"

/** No message is larger. */
export const MAX_BYTES = 256 * 1024

export interface Envelope {
  readonly payloadType: string
  readonly payload: Buffer
  readonly signature: Buffer
  /** Not signed: it has to be what the reader computes. */
  readonly keyid: string | undefined
}

export const ENVELOPE: Shape = object({
  payloadType: text(200, /^application\/[a-z0-9.+-]+$/),
  payload: text(MAX_BYTES, /^[A-Za-z0-9+/]+={0,2}$/),
  signatures: list(object({ "keyid?": text(200), sig: text(200, /^[A-Za-z0-9+/]+={0,2}$/) }), 1, 1),
})

/** Pre-authentication encoding: `DSSEv1 LENGTH TYPE LENGTH PAYLOAD`, lengths in bytes. */
export const preAuthentication = (payloadType: string, payload: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `),
    payload,
  ])

/** A signed envelope as the text of a file. */
export function signed(payloadType: string, payload: Buffer, privateKey: string, keyid: string): string {
  const sig = sign(null, preAuthentication(payloadType, payload), createPrivateKey(privateKey))
  const envelope = {
    payloadType,
    payload: payload.toString("base64"),
    signatures: [{ keyid, sig: sig.toString("base64") }],
  }
  return `${JSON.stringify(envelope, undefined, 2)}\n`
}

/** The envelope of a file. Its signature is not checked: the key is in its payload. @throws Error in words */
export function readEnvelope(content: Buffer): Envelope {
  if (content.length > MAX_BYTES)
    throw new Error(`it has ${content.length} bytes, and no message has more than ${MAX_BYTES}`)
  const value = strictJson(new TextDecoder("utf-8", { fatal: true }).decode(content))
  assertShape(ENVELOPE, value)
  const { payloadType, payload, signatures } = value as {
    payloadType: string
    payload: string
    signatures: [{ sig: string; keyid?: string }]
  }
  const [{ sig, keyid }] = signatures
  return { payloadType, payload: strictBase64(payload), signature: strictBase64(sig), keyid }
}

/** Whether the envelope is signed with this key (Ed25519, raw, in base64). */
export function isSignedBy({ payloadType, payload, signature }: Envelope, signing: string): boolean {
  const key = publicKey(signing)
  return key !== undefined && verify(null, preAuthentication(payloadType, payload), key, signature)
}

function publicKey(signing: string): KeyObject | undefined {
  try {
    const x = strictBase64(signing).toString("base64url")
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" })
  } catch {
    return undefined
  }
}
