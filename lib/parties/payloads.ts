import type { MessageKind } from "../notebook/parties.ts"
import { ENVELOPE } from "./dsse.ts"
import { list, object, type Shape, text } from "./shape.ts"

/** Nothing that a terminal obeys, and no line end. */
const LINE = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u
/** Whether a text can stand in a message: in one line, all of it visible, and not too long. */
export const isLine = (line: string, longest: number): boolean => line.length <= longest && LINE.test(line)
/** How long the name of a party may be. */
export const LONGEST_NAME = 100
/** How long a purpose or a reason may be. */
export const LONGEST_REASON = 500
const NAME = text(63, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
const TIME = text(24, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const DIGEST = text(64, /^[0-9a-f]{64}$/)
const KEY = text(44, /^[A-Za-z0-9+/]{43}=$/)
const RECIPIENT = text(2200, /^age1[a-z0-9]+$/)
const FINGERPRINT = text(47, /^\d{5}( \d{5}){7}$/)
const TRUST: Shape = {
  enum: ["fingerprint", "pinned", "none"],
  description: "How the sender knows the other side's keys",
}
const ANY: Shape = { description: "Whatever JSON can hold" }

const common = (kind: MessageKind): Record<string, Shape> => ({
  kind: { const: kind },
  version: { const: 1 },
  notebook: NAME,
  federation: NAME,
  from: object({ id: NAME, name: text(LONGEST_NAME, LINE), signing: KEY, recipient: RECIPIENT }),
  created: TIME,
})

const value = object({ step: NAME, "site?": NAME, name: NAME, content: ANY })
const sites = list(object({ name: NAME, role: NAME }), 100, 1)

/** What stands in the payload of each kind of message. */
export const PAYLOADS: Readonly<Record<MessageKind, Shape>> = {
  request: object({
    ...common("request"),
    expires: TIME,
    purpose: text(LONGEST_REASON, LINE),
    sites,
    values: list(value, 500),
  }),
  approval: object({
    ...common("approval"),
    expires: TIME,
    request: DIGEST,
    serial: { type: "integer", minimum: 1, maximum: 1_000_000 },
    sites,
    grants: list(text(500, LINE), 50),
    inputs: list(object({ name: NAME, value: ANY }), 100),
    values: list(value, 500),
    "sealed?": text(200_000, /^[A-Za-z0-9+/]+={0,2}$/),
    trust: TRUST,
  }),
  receipt: object({
    ...common("receipt"),
    approval: DIGEST,
    values: list(value, 500),
    steps: list(object({ step: NAME, "site?": NAME, t: TIME, reason: text(1000, LINE) }), 1000),
    trust: TRUST,
  }),
  revocation: object({
    ...common("revocation"),
    party: object({ name: text(LONGEST_NAME, LINE), fingerprint: FINGERPRINT }),
    "request?": DIGEST,
    reason: text(LONGEST_REASON, LINE),
  }),
}

/** What is sealed in an approval, once it is opened. */
export const SEALED: Shape = list(value, 500)

/** The JSON schema (draft 2020-12) of the files, shipped as schema/messages.schema.json. */
export const messagesSchema = (notebook: string): object => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: `Messages of parties of ${notebook}: a DSSE envelope, whose payload is base64 of one of the payloads below`,
  ...ENVELOPE,
  $defs: Object.fromEntries(Object.entries(PAYLOADS)),
})
