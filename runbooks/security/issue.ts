/** Issues X.509 certificates (RFC 5280) with EC P-384 keys; the structures are those of @peculiar/asn1-x509, loaded when first used. */
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto"
import { isIP } from "node:net"
import { certificatesIn } from "./certificate.ts"

/** A certificate, or a chain of them, with its private key: PEM. */
export interface Pair {
  readonly certificate: string
  readonly key: string
}

const DAY_MS = 24 * 3600 * 1000
/** In days. Each renewal costs Flower a restart, so a year; a CA ends only with a rollover. */
const SERVER_DAYS = 365
const AUTHORITY_DAYS = 3650
/** Clocks of clusters differ a little. */
const SKEW_MS = 5 * 60_000

const HASHES: Readonly<Record<string, { readonly hash: string; readonly oid: string }>> = {
  prime256v1: { hash: "sha256", oid: "1.2.840.10045.4.3.2" },
  secp384r1: { hash: "sha384", oid: "1.2.840.10045.4.3.3" },
  secp521r1: { hash: "sha512", oid: "1.2.840.10045.4.3.4" },
}
const RSA = { hash: "sha256", oid: "1.2.840.113549.1.1.11" }

const structures = async () => ({
  ...(await import("@peculiar/asn1-schema")),
  x509: await import("@peculiar/asn1-x509"),
})
type Structures = Awaited<ReturnType<typeof structures>>

const newKey = (): KeyObject => generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey

/** A new certificate authority. */
export async function newAuthority(name: string, days = AUTHORITY_DAYS): Promise<Pair> {
  const load = await structures()
  const { x509 } = load
  const key = newKey()
  const subject = nameOf(load, name)
  const extensions = [
    extension(load, x509.id_ce_basicConstraints, true, new x509.BasicConstraints({ cA: true })),
    extension(
      load,
      x509.id_ce_keyUsage,
      true,
      new x509.KeyUsage(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign),
    ),
  ]
  const until = Date.now() + days * DAY_MS
  return certify(load, { subject, issuer: subject, key, signer: key, until, extensions })
}

/**
 * A certificate of a server for these names and addresses, and what stands between it and the root.
 * @param authority its certificate comes first, then what stands between it and the root; its key has no passphrase
 */
export async function issueServer(
  authority: { readonly certificate: string; readonly key: KeyObject },
  hosts: readonly string[],
  days = SERVER_DAYS,
): Promise<Pair> {
  const load = await structures()
  const { x509, AsnConvert } = load
  const chain = certificatesIn(authority.certificate)
  const signer = chain[0]!
  const key = newKey()
  const extensions = [
    extension(load, x509.id_ce_basicConstraints, true, new x509.BasicConstraints({ cA: false })),
    extension(load, x509.id_ce_keyUsage, true, new x509.KeyUsage(x509.KeyUsageFlags.digitalSignature)),
    extension(load, x509.id_ce_extKeyUsage, false, new x509.ExtendedKeyUsage([x509.id_kp_serverAuth])),
    extension(
      load,
      x509.id_ce_subjectAltName,
      false,
      new x509.SubjectAlternativeName(hosts.map((host) => generalName(load, host))),
    ),
    extension(
      load,
      x509.id_ce_authorityKeyIdentifier,
      false,
      new x509.AuthorityKeyIdentifier({
        keyIdentifier: new x509.KeyIdentifier(authorityKeyId(load, signer)),
      }),
    ),
  ]
  const issuer = AsnConvert.parse(signer.raw, x509.Certificate).tbsCertificate.subject
  // A certificate does not outlive the one that it is verified with.
  const until = Math.min(Date.now() + days * DAY_MS, ...chain.map(({ validTo }) => Date.parse(validTo)))
  const made = await certify(load, {
    subject: nameOf(load, hosts[0]!),
    issuer,
    key,
    signer: authority.key,
    until,
    extensions,
  })
  const between = chain.filter((one) => !isSelfSigned(one)).map(String)
  return { certificate: [made.certificate, ...between].join(""), key: made.key }
}

const isSelfSigned = (one: X509Certificate): boolean => one.checkIssued(one)

interface Wanted {
  readonly subject: InstanceType<Structures["x509"]["Name"]>
  readonly issuer: InstanceType<Structures["x509"]["Name"]>
  readonly key: KeyObject
  readonly signer: KeyObject
  readonly until: number
  readonly extensions: InstanceType<Structures["x509"]["Extension"]>[]
}

async function certify(load: Structures, wanted: Wanted): Promise<Pair> {
  const { x509, AsnConvert } = load
  const { hash, oid } = signatureOf(wanted.signer)
  const signatureAlgorithm = new x509.AlgorithmIdentifier({
    algorithm: oid,
    // RFC 4055: RSA's parameters are NULL, those of ECDSA are absent (RFC 5758).
    ...(oid === RSA.oid && { parameters: null }),
  })
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: bytes(serialNumber()),
    signature: signatureAlgorithm,
    issuer: wanted.issuer,
    validity: new x509.Validity({
      notBefore: new Date(Date.now() - SKEW_MS),
      notAfter: new Date(wanted.until),
    }),
    subject: wanted.subject,
    subjectPublicKeyInfo: AsnConvert.parse(spki(wanted.key), x509.SubjectPublicKeyInfo),
    extensions: new x509.Extensions([
      ...wanted.extensions,
      extension(
        load,
        x509.id_ce_subjectKeyIdentifier,
        false,
        new x509.SubjectKeyIdentifier(bytes(keyId(load, spki(wanted.key)))),
      ),
    ]),
  })
  const signatureValue = bytes(sign(hash, Buffer.from(AsnConvert.serialize(tbsCertificate)), wanted.signer))
  const certificate = new x509.Certificate({ tbsCertificate, signatureAlgorithm, signatureValue })
  return {
    certificate: new X509Certificate(Buffer.from(AsnConvert.serialize(certificate))).toString(),
    key: wanted.key.export({ type: "pkcs8", format: "pem" }) as string,
  }
}

function signatureOf(key: KeyObject): { hash: string; oid: string } {
  if (key.asymmetricKeyType === "rsa") return RSA
  const known = HASHES[key.asymmetricKeyDetails?.namedCurve ?? ""]
  if (known === undefined) throw new TypeError(`a key of type ${key.asymmetricKeyType} cannot sign here`)
  return known
}

const nameOf = ({ x509 }: Structures, name: string) =>
  new x509.Name([
    new x509.RelativeDistinguishedName([
      new x509.AttributeTypeAndValue({
        type: "2.5.4.3",
        value: new x509.AttributeValue({ utf8String: name.slice(0, LONGEST_NAME) }),
      }),
    ]),
  ])
/** Of a common name: RFC 5280, ub-common-name. */
const LONGEST_NAME = 64

const generalName = ({ x509 }: Structures, host: string) =>
  new x509.GeneralName(isIP(host) === 0 ? { dNSName: host } : { iPAddress: host })

const extension = (
  { x509, AsnConvert, OctetString }: Structures,
  id: string,
  critical: boolean,
  value: object,
) => new x509.Extension({ extnID: id, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })

const spki = (key: KeyObject): Buffer => createPublicKey(key).export({ type: "spki", format: "der" })

/** RFC 5280, 4.2.1.2 (1): SHA-1 of the bits of the public key. */
const keyId = ({ x509, AsnConvert }: Structures, info: Uint8Array): Buffer =>
  createHash("sha1")
    .update(Buffer.from(AsnConvert.parse(bytes(info), x509.SubjectPublicKeyInfo).subjectPublicKey))
    .digest()

/** The identifier that a CA's certificate gives its key, which need not be the hash of it. */
function authorityKeyId(load: Structures, { raw, publicKey }: X509Certificate): ArrayBuffer {
  const { x509, AsnConvert } = load
  const own = AsnConvert.parse(bytes(raw), x509.Certificate).tbsCertificate.extensions?.find(
    ({ extnID }) => extnID === x509.id_ce_subjectKeyIdentifier,
  )
  if (own === undefined) return bytes(keyId(load, publicKey.export({ type: "spki", format: "der" })))
  return AsnConvert.parse(own.extnValue.buffer, x509.SubjectKeyIdentifier).buffer
}

/** Positive, and never shortened. */
function serialNumber(): Buffer {
  const number = randomBytes(16)
  number[0] = (number[0]! & 0x3f) | 0x40
  return number
}

const bytes = (of: Uint8Array): ArrayBuffer => new Uint8Array(of).buffer
