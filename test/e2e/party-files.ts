/** Files between parties as others than their writers would make them. */
import { createPrivateKey, sign } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { request as post } from "node:https"
import { join } from "node:path"
import { text as all } from "node:stream/consumers"
import { parse } from "yaml"
import { preAuthentication } from "../../lib/parties/dsse.ts"
import { loadParty, type OwnParty } from "../../lib/parties/identity.ts"
import type { Person } from "./institutions.ts"

export interface Envelope {
  payloadType: string
  payload: string
  signatures: [{ keyid: string; sig: string }]
}
type Json = Record<string, unknown>

export const envelopeOf = (text: string): Envelope => JSON.parse(text) as Envelope
export const payloadOf = (text: string): Json =>
  JSON.parse(Buffer.from(envelopeOf(text).payload, "base64").toString()) as Json
const textOf = (envelope: Envelope): string => `${JSON.stringify(envelope, undefined, 2)}\n`
const base64 = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString("base64")

/** The keys of a person. */
export const keysOf = ({ state, id }: Person): Promise<OwnParty> => loadParty(join(state, ".."), id)

/** The same message with another payload, and its signature as it was. */
export const unsigned = (text: string, payload: unknown): string =>
  textOf({ ...envelopeOf(text), payload: base64(payload) })

/** The same message with other content, in the name of its sender and signed with these keys: its sender's own, if the sender lies. */
export function signedBy(party: OwnParty, text: string, more: Json): string {
  const { signing, recipient, signingKey, fingerprint } = party
  const { payloadType } = envelopeOf(text)
  const before = payloadOf(text)
  const from = { ...(before.from as Json), signing, recipient }
  const payload = Buffer.from(JSON.stringify({ ...before, ...more, from }))
  const sig = sign(null, preAuthentication(payloadType, payload), createPrivateKey(signingKey))
  return textOf({
    payloadType,
    payload: payload.toString("base64"),
    signatures: [{ keyid: fingerprint, sig: sig.toString("base64") }],
  })
}

/** The payload once for each of its fields, also those in fields, with another value there. @returns by the field's path */
export function otherFields(payload: unknown, path = ""): [string, unknown][] {
  if (typeof payload === "string") return [[path, other(payload)]]
  if (typeof payload === "number") return [[path, payload + 1]]
  if (typeof payload !== "object" || payload === null) return [[path, "altered"]]
  const whole = Array.isArray(payload) ? [] : {}
  return Object.entries(payload).flatMap(([key, value]) =>
    otherFields(value, path === "" ? key : `${path}.${key}`).map(([at, altered]): [string, unknown] => [
      at,
      Object.assign(structuredClone(whole), payload, { [key]: altered }),
    ]),
  )
}

/** Another text of the same length and kind: its last letter or digit is the next one. */
const other = (text: string): string =>
  text === ""
    ? "x"
    : text.replace(/([a-z0-9])(?=[^a-z0-9]*$)/i, (last) =>
        last === "9" ? "8" : last === "z" ? "y" : next(last),
      )
const next = (character: string): string => String.fromCharCode(character.charCodeAt(0) + 1)

/** The file with one byte altered, in each of its regions. @returns by the region's name */
export function otherBytes(text: string): [string, string][] {
  const { payloadType, payload, signatures } = envelopeOf(text)
  const [{ keyid, sig }] = signatures
  const regions = {
    "its first byte": [0, 1],
    "the name of a field": region(text, "payloadType"),
    "its type": region(text, payloadType),
    "its payload": region(text, payload),
    "the fingerprint of its key": region(text, keyid),
    "its signature": region(text, sig),
    "its last bracket": [text.lastIndexOf("}"), 1],
  } as Record<string, readonly [number, number]>
  return Object.entries(regions).flatMap(([name, [from, length]]) =>
    [...new Set([from, from + Math.floor(length / 2), from + length - 1])].map((at): [string, string] => [
      `${name}, byte ${at}`,
      `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`,
    ]),
  )
}

const region = (text: string, part: string): readonly [number, number] => [text.indexOf(part), part.length]

/** Base64 of an age file, with one byte altered in each of its regions. */
export function otherSeals(sealed: string): [string, string][] {
  const bytes = Buffer.from(sealed, "base64")
  // Stanzas, then `--- MAC`, then a nonce of 16 bytes and the content.
  const mac = bytes.indexOf("\n--- ") + 5
  const body = bytes.indexOf("\n", mac) + 1
  const places = {
    version: 5,
    recipient: mac - 20,
    mac,
    nonce: body,
    content: body + 20,
    tag: bytes.length - 1,
  }
  return Object.entries(places).map(([name, at]) => {
    const altered = Buffer.from(bytes)
    altered[at]! ^= 1
    return [name, altered.toString("base64")]
  })
}

export interface Token {
  readonly spec: { readonly url: string; readonly code: string; readonly ca: string }
}

/** The token that a person's approval has brought. */
export async function tokenOf({ state }: Person): Promise<Token> {
  const name = readdirSync(join(state, "private")).find((file) => file.endsWith("value-token"))!
  return parse(JSON.parse(readFileSync(join(state, "private", name), "utf8")).content) as Token
}

/** Redeems it as Skupper's controller does. */
export async function redeem({ spec: { url, code, ca } }: Token): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = post(
      url,
      { method: "POST", ca, headers: { name: "thief", subject: "thief" } },
      (answer) => {
        all(answer).then(() => resolve(answer.statusCode), reject)
      },
    )
    asked.on("error", reject).end(code)
  })
}
