/** Reads a private key as `ssh-keygen` writes it (PROTOCOL.key of OpenSSH): what Flower accepts as a SuperNode's key, and its public half. */
import { createHash, createPrivateKey, createPublicKey } from "node:crypto"

const MAGIC = "openssh-key-v1\0"
const TYPE = "ecdsa-sha2-nistp384"
const CURVE = "nistp384"
/** The header of an uncompressed P-384 point in SubjectPublicKeyInfo (RFC 5480). */
const SPKI = Buffer.from("3076301006072a8648ce3d020106052b81040022036200", "hex")
const POINT = 97

/** What a private key is: its public key as a line of OpenSSH, or why it is not one that a SuperNode can use. */
export type KeyContent = { readonly publicKey: string } | { readonly objection: string }

/** @param text the whole file: it never appears in what is returned */
export function readPrivateKey(text: string): KeyContent {
  const body =
    /^-----BEGIN OPENSSH PRIVATE KEY-----\s([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----\s*$/.exec(
      text.trim(),
    )?.[1]
  if (body === undefined) return { objection: "it is not a private key in OpenSSH's format" }
  try {
    return { publicKey: publicHalf(new Reader(Buffer.from(body, "base64"))) }
  } catch (error) {
    // Every other error is one of reading beyond the end.
    return { objection: error instanceof Objection ? error.message : "it is damaged" }
  }
}

class Objection extends Error {}

function publicHalf(file: Reader): string {
  if (file.take(MAGIC.length).toString("latin1") !== MAGIC) throw new Objection("it is damaged")
  const [cipher, derivation] = [file.text(), file.text(), file.string()]
  if (cipher !== "none" || derivation !== "none")
    throw new Objection("it has a passphrase, which a SuperNode cannot enter")
  if (file.number() !== 1) throw new Objection("it holds more than one key")
  const blob = file.string()
  const point = pointOf(blob)
  const inner = new Reader(file.string())
  const [once, again] = [inner.number(), inner.number()]
  if (once !== again) throw new Objection("it is damaged")
  if (inner.text() !== TYPE || inner.text() !== CURVE || !inner.string().equals(point))
    throw new Objection("its public half belongs to another key")
  if (!isPair(inner.string(), point)) throw new Objection("its public half belongs to another key")
  return `${TYPE} ${blob.toString("base64")}`
}

/** The point of a public key. @throws Objection where it is no P-384 key */
function pointOf(blob: Buffer): Buffer {
  const reader = new Reader(blob)
  const type = reader.text()
  if (type !== TYPE) throw new Objection(`it is a key of type ${type}, not ${TYPE} (P-384)`)
  if (reader.text() !== CURVE) throw new Objection("it is damaged")
  const point = reader.string()
  if (point.length !== POINT || point[0] !== 4) throw new Objection("it is damaged")
  createPublicKey({ key: Buffer.concat([SPKI, point]), format: "der", type: "spki" })
  return point
}

/** Whether the secret number belongs to the point. */
function isPair(secret: Buffer, point: Buffer): boolean {
  const number = secret.subarray(Math.max(0, secret.length - 48))
  const key = createPrivateKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv: "P-384",
      d: Buffer.concat([Buffer.alloc(48 - number.length), number]).toString("base64url"),
      x: point.subarray(1, 49).toString("base64url"),
      y: point.subarray(49).toString("base64url"),
    },
  })
  const { x, y } = createPublicKey(key).export({ format: "jwk" })
  return x === point.subarray(1, 49).toString("base64url") && y === point.subarray(49).toString("base64url")
}

/** SSH's strings: a length of four bytes, then the bytes (RFC 4251, 5). */
class Reader {
  readonly #bytes: Buffer
  #at = 0
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new RangeError("beyond the end")
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }

  number(): number {
    return this.take(4).readUInt32BE()
  }

  string(): Buffer {
    return this.take(this.number())
  }

  text(): string {
    return this.string().toString("latin1")
  }
}

/** As `ssh-keygen -l` prints it: what two people compare. */
export const fingerprintOf = (publicKey: string): string =>
  `SHA256:${createHash("sha256")
    .update(Buffer.from(publicKey.split(" ")[1] ?? "", "base64"))
    .digest("base64")
    .replace(/=+$/, "")}`

/** The same line without its comment, so that two lines of one key are equal; undefined if it is not the public key of a SuperNode. */
export function publicKeyLine(text: string): string | undefined {
  const [type, blob = ""] = text.trim().split(/\s+/)
  if (type !== TYPE || !/^[A-Za-z0-9+/]+={0,2}$/.test(blob)) return undefined
  try {
    pointOf(Buffer.from(blob, "base64"))
    return `${type} ${blob}`
  } catch {
    return undefined
  }
}
