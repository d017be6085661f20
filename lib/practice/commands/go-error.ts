/** Network errors in the words of Go's net and crypto/tls, which people and scripts know from the real commands. */

const UNKNOWN_AUTHORITY = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_SIGNATURE_FAILURE",
])

/** Whether the server's certificate comes from an authority that is not known here. */
export const isUnknownAuthority = (code: string): boolean => UNKNOWN_AUTHORITY.has(code)

interface Failed extends NodeJS.ErrnoException {
  hostname?: string
  address?: string
  port?: number
  cert?: { subjectaltname?: string }
  errors?: Failed[]
}

const alternatives = (text: string | undefined): string =>
  (text ?? "")
    .split(",")
    .map((one) => one.trim().replace(/^(DNS|IP Address):/, ""))
    .filter((one) => one !== "")
    .join(", ")

/**
 * @param host host:port that was called
 */
export function goError(error: Failed, host: string): string {
  // Several addresses of one name were tried.
  const failed = error.errors?.[0] ?? error
  const address = failed.address === undefined ? host : `${bracketed(failed.address)}:${failed.port}`
  const code = failed.code ?? ""
  const x509 = "tls: failed to verify certificate: x509: "
  if (isUnknownAuthority(code)) return `${x509}certificate signed by unknown authority`
  switch (code) {
    case "ECONNREFUSED":
      return `dial tcp ${address}: connect: connection refused`
    case "ETIMEDOUT":
      return `dial tcp ${address}: i/o timeout`
    case "EHOSTUNREACH":
      return `dial tcp ${address}: connect: no route to host`
    case "ENETUNREACH":
      return `dial tcp ${address}: connect: network is unreachable`
    case "ENOTFOUND":
      return `dial tcp: lookup ${failed.hostname}: no such host`
    case "EAI_AGAIN":
      return `dial tcp: lookup ${failed.hostname}: Temporary failure in name resolution`
    case "ECONNRESET":
      return failed.message === "socket hang up"
        ? "EOF"
        : `read tcp ${address}: read: connection reset by peer`
    case "CERT_HAS_EXPIRED":
      return `${x509}certificate has expired or is not yet valid`
    case "ERR_TLS_CERT_ALTNAME_INVALID": {
      const names = alternatives(failed.cert?.subjectaltname)
      const asked = host.replace(/:\d+$/, "")
      return names === ""
        ? `${x509}cannot validate certificate for ${asked} because it doesn't contain any IP SANs`
        : `${x509}certificate is valid for ${names}, not ${asked}`
    }
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
    case "EPROTO":
      return "tls: first record does not look like a TLS handshake"
    default:
      return failed.message
  }
}

const bracketed = (address: string): string => (address.includes(":") ? `[${address}]` : address)
