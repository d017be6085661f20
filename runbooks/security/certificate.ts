/** Reads certificates: what they are valid for, until when, and whom they come from. */
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto"
import { isIP } from "node:net"

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
const DAY_MS = 24 * 3600 * 1000

/** All certificates of a PEM text, in its order; what cannot be read is skipped. */
export function certificatesIn(pem: string): X509Certificate[] {
  return (pem.match(PEM) ?? []).flatMap((one) => {
    try {
      return [new X509Certificate(one)]
    } catch {
      return []
    }
  })
}

/** A private key without a passphrase; undefined for anything else. */
export function privateKeyIn(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}

/** Roots as one PEM text, each once. */
export function bundle(...roots: readonly X509Certificate[]): string {
  const seen = new Set<string>()
  return roots
    .filter(({ fingerprint256 }) => !seen.has(fingerprint256) && seen.add(fingerprint256))
    .map(String)
    .join("")
}

export const hasRoot = (roots: readonly X509Certificate[], root: X509Certificate): boolean =>
  roots.some(({ fingerprint256 }) => fingerprint256 === root.fingerprint256)

/** The root that a chain (a server's certificate, then what stands between) leads to; undefined if to none of them. */
export function rootOf(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): X509Certificate | undefined {
  for (const [index, one] of chain.entries()) {
    const root = roots.find((root) => issued(root, one))
    if (root !== undefined) return root
    const next = chain[index + 1]
    if (next === undefined || !issued(next, one)) return undefined
  }
  return undefined
}

const issued = (issuer: X509Certificate, one: X509Certificate): boolean =>
  one.checkIssued(issuer) && one.verify(issuer.publicKey)

/** The names and addresses that a certificate is not valid for. */
export const uncovered = (certificate: X509Certificate, hosts: readonly string[]): string[] =>
  hosts.filter((host) => !covers(certificate, host))

/** Whether a certificate is valid for a name or an address. Its subject does not count: Flower does not read it either. */
export const covers = (certificate: X509Certificate, host: string): boolean =>
  isIP(host) === 0
    ? certificate.checkHost(host, { subject: "never" }) !== undefined
    : certificate.checkIP(host) !== undefined

/** Whole days until it expires; negative once it has. */
export const daysLeft = ({ validTo }: X509Certificate, now: number): number =>
  Math.floor((Date.parse(validTo) - now) / DAY_MS)

export const days = (count: number): string => `${count} day${count === 1 ? "" : "s"}`

/** `expires in 364 days`, `expired 2 days ago` */
export function expiry(certificate: X509Certificate, now: number): string {
  const left = daysLeft(certificate, now)
  if (left >= 0) return `expires in ${days(left)}`
  // The day that is not over yet is counted by neither.
  return left === -1 ? "expired less than a day ago" : `expired ${days(-left - 1)} ago`
}

/** How a root is named where people compare it: the first of its SHA-256 fingerprint. */
export const shortFingerprint = ({ fingerprint256 }: X509Certificate): string =>
  fingerprint256.split(":").slice(0, 8).join(":")

/** The hash of what a Secret holds, as an annotation of the pods that have read it: another content needs new pods. */
export const contentHash = (base64: string): string =>
  createHash("sha256").update(base64).digest("hex").slice(0, 16)
