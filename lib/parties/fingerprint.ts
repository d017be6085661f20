import { createHash, timingSafeEqual } from "node:crypto"

/** Groups of five digits: read over the telephone in any language, 10^40 of them. */
const GROUPS = 8
const DIGITS = 5

/** The public keys of a party: what its fingerprint stands for. */
export interface PublicKeys {
  /** Ed25519, raw, in base64. */
  readonly signing: string
  /** `age1…` */
  readonly recipient: string
}

/** `48213 90817 …`: of both keys, so that neither can be exchanged alone. */
export function fingerprintOf({ signing, recipient }: PublicKeys): string {
  const hash = createHash("sha256").update(`party-v1\n${signing}\n${recipient}\n`).digest("hex")
  const digits = (BigInt(`0x${hash}`) % 10n ** BigInt(GROUPS * DIGITS)).toString()
  return digits
    .padStart(GROUPS * DIGITS, "0")
    .match(/.{5}/g)!
    .join(" ")
}

/** Whether a fingerprint that was typed is this one: blanks and dashes do not count. */
export function isFingerprint(typed: string, fingerprint: string): boolean {
  const [a, b] = [typed, fingerprint].map((text) => createHash("sha256").update(digitsOf(text)).digest())
  return timingSafeEqual(a!, b!)
}

/** Whether it can be a fingerprint at all: a mistake in typing is told from another key. */
export const isWholeFingerprint = (typed: string): boolean =>
  /^[\d\s-]*$/.test(typed) && digitsOf(typed).length === GROUPS * DIGITS

const digitsOf = (text: string): string => text.replaceAll(/[\s-]/g, "")
