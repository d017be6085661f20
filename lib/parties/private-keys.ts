/** No message has a private key in it: what looks like one is refused by its writer and by its reader. */

const MARKS = [
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/,
  /AGE-SECRET-KEY-/i,
  /openssh-key-v1/,
  /PuTTY-User-Key-File/,
  /"?client-key-data"?\s*[:=]/,
  /\\?"d\\?"\s*:\s*\\?"[A-Za-z0-9_-]{20,}/,
]
/** Long enough for a key's first line, as base64. */
const BASE64 = /[A-Za-z0-9+/_-]{32,}={0,2}/g
/** A Secret in a manifest is base64 of PEM, which a value of ours may hold in base64 again. */
const DEPTH = 3
/** PKCS#8 and SEC1 begin so: a sequence, the version, the algorithm of a key. */
const DER = [
  /^\x30[\s\S]{1,4}\x02\x01\x00\x30/,
  /^\x30[\s\S]{1,4}\x02\x01\x01\x04/,
  /^\x30\x82[\s\S]{2}\x02\x01\x00\x02\x82/,
]

/** Whether a text has a private key in it, as it stands or in base64. */
export function holdsPrivateKey(text: string, depth = DEPTH): boolean {
  if (MARKS.some((mark) => mark.test(text))) return true
  if (depth === 0) return false
  // Base64 is often broken into lines.
  const joined = text.replaceAll(/(\\r)?\\n|[\r\n]\s*/g, "")
  for (const [word] of joined.matchAll(BASE64)) {
    const inner = Buffer.from(word, "base64").toString("latin1")
    if (DER.some((begin) => begin.test(inner))) return true
    if (holdsPrivateKey(inner, depth - 1)) return true
  }
  return false
}
