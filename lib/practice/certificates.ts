/**
 * X.509 certificates of the practice clusters: EC P-256 keys, signed with node:crypto, written as DER by hand (RFC 5280).
 * A hundred lines instead of a library, because starting practice should cost milliseconds.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto"
import { isIP } from "node:net"
import type { CertificateAuthority } from "./types/apiserver.ts"

const YEAR = 365 * 24 * 3600 * 1000

function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const size = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, "0"), "hex")
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, body])
}
const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts)
const octets = (bytes: Uint8Array) => der(0x04, bytes)
const bits = (bytes: Uint8Array, unused = 0) => der(0x03, Buffer.from([unused]), bytes)
const TRUE = der(0x01, Buffer.from([0xff]))

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number)
  const bytes = [first * 40 + second]
  for (const number of rest) {
    const digits = [number & 0x7f]
    for (let left = number >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80)
    bytes.push(...digits)
  }
  return der(0x06, Buffer.from(bytes))
}

const ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"))

/** A distinguished name of a common name alone. */
const commonName = (name: string) =>
  sequence(der(0x31, sequence(oid("2.5.4.3"), der(0x0c, Buffer.from(name)))))

/** UTCTime until 2049, as RFC 5280 4.1.2.5 wants. */
const time = (at: number) =>
  der(0x17, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`))

const extension = (id: string, critical: boolean, value: Uint8Array) =>
  sequence(oid(id), ...(critical ? [TRUE] : []), octets(value))

function address(host: string): Buffer {
  if (isIP(host) === 4) return der(0x87, Buffer.from(host.split(".").map(Number)))
  return der(0x82, Buffer.from(host))
}

const publicDer = (key: KeyObject) => createPublicKey(key).export({ type: "spki", format: "der" })

/** RFC 5280 4.2.1.2 (1): SHA-1 of the public key's bits, here the 65 bytes at the end of a P-256 SPKI. */
const keyId = (key: KeyObject) => createHash("sha1").update(publicDer(key).subarray(-65)).digest()

const pem = (bytes: Uint8Array) =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(bytes)
    .toString("base64")
    .replace(/.{1,64}/g, "$&\n")}-----END CERTIFICATE-----\n`

interface Wanted {
  subject: Uint8Array
  issuer: Uint8Array
  key: KeyObject
  signer: KeyObject
  years: number
  extensions: Uint8Array[]
}

function certify({ subject, issuer, key, signer, years, extensions }: Wanted): string {
  const serial = randomBytes(16)
  serial[0] = (serial[0]! & 0x3f) | 0x40 // positive, and never shortened
  const now = Date.now()
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ECDSA_SHA256,
    issuer,
    sequence(time(now - 60_000), time(now + years * YEAR)),
    subject,
    publicDer(key),
    der(0xa3, sequence(...extensions, extension("2.5.29.14", false, octets(keyId(key))))),
  )
  return pem(sequence(body, ECDSA_SHA256, bits(sign("sha256", body, signer))))
}

const newKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
const keyPem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }) as string

/** The subject's own bytes in a certificate: an issuer's name must be repeated exactly. */
function subjectOf(certificate: string): Buffer {
  const raw = new X509Certificate(certificate).raw
  const read = (at: number) => {
    const short = raw[at + 1]!
    const more = short < 0x80 ? 0 : short & 0x7f
    const length = more === 0 ? short : raw.readUIntBE(at + 2, more)
    return { content: at + 2 + more, end: at + 2 + more + length }
  }
  let at = read(read(0).content).content
  for (let skipped = 0; skipped < 5; skipped++) at = read(at).end // version, serial, algorithm, issuer, validity
  return raw.subarray(at, read(at).end)
}

const authority = (certificate: string, key: KeyObject): CertificateAuthority => ({
  certificate,
  key: keyPem(key),
  async issue(subject, { hosts = [], client = false, server = false }) {
    const own = newKey()
    const uses = [
      ...(server ? [oid("1.3.6.1.5.5.7.3.1")] : []),
      ...(client ? [oid("1.3.6.1.5.5.7.3.2")] : []),
    ]
    const extensions = [
      extension("2.5.29.15", true, bits(Buffer.from([0xa0]), 5)), // digitalSignature, keyEncipherment
      ...(uses.length > 0 ? [extension("2.5.29.37", false, sequence(...uses))] : []),
      ...(hosts.length > 0 ? [extension("2.5.29.17", false, sequence(...hosts.map(address)))] : []),
      extension("2.5.29.35", false, sequence(der(0x80, keyId(key)))),
    ]
    const issuer = subjectOf(certificate)
    const made = certify({
      subject: commonName(subject),
      issuer,
      key: own,
      signer: key,
      years: 5,
      extensions,
    })
    return { certificate: made, key: keyPem(own) }
  },
})

/** A new certificate authority, good for ten years. */
export async function createAuthority(name: string): Promise<CertificateAuthority> {
  const key = newKey()
  const subject = commonName(name)
  const extensions = [
    extension("2.5.29.19", true, sequence(TRUE)),
    extension("2.5.29.15", true, bits(Buffer.from([0x06]), 1)), // keyCertSign, cRLSign
  ]
  return authority(certify({ subject, issuer: subject, key, signer: key, years: 10, extensions }), key)
}

/** An authority kept in a snapshot. Throws what node:crypto throws for PEM that is none. */
export const loadAuthority = async (kept: {
  certificate: string
  key: string
}): Promise<CertificateAuthority> => authority(kept.certificate, createPrivateKey(kept.key))
