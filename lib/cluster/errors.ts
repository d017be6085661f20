import { blocked, CheckError, unknown } from "../notebook/check-result.ts"
import { hostPort } from "../notebook/server-url.ts"

/** The API server refused a request; the message has its own words. */
export class ClusterError extends Error {
  /** HTTP status. */
  readonly code: number
  /** Kubernetes' reason: `Conflict`, `AlreadyExists`, `Invalid`, `Expired`. */
  readonly reason: string
  constructor(code: number, reason: string, message: string) {
    super(message)
    this.name = "ClusterError"
    this.code = code
    this.reason = reason
  }
}

/** Where a request went, for messages. */
export interface Door {
  /** The API server's URL. */
  readonly server: string
  /** host:port of the proxy, where there is one. */
  readonly proxy?: string
  /** The command that logs in, where one is known. */
  readonly login?: string
  /** The server is a practice cluster. */
  readonly practice?: boolean
}

/** The error for an answer that is not a success. `body` is a Kubernetes Status, or whatever a router sent instead. */
export function refused(door: Door, code: number, body: string): Error {
  const { message, reason } = status(code, body)
  const host = hostPort(door.server)
  // Who has no credentials at all has rights in no cluster: that a right is missing would be the wrong reason.
  if (code === 403 && ANONYMOUS.test(message))
    return notLoggedIn(door, `not logged in to ${host}: ${message}`)
  if (code === 401) return notLoggedIn(door, `${host} does not accept the login: ${message}`)
  if (code === 403) {
    return new CheckError(
      blocked(message, {
        code: "forbidden",
        fix: `ask whoever administers ${host} for this right, or log in as a user who has it`,
      }),
    )
  }
  // An API server redirects nobody: something in front of it does, such as the login page of a proxy.
  if (code >= 300 && code < 400) {
    return new CheckError(
      blocked(`${host} answered ${code}, a redirect: an API server does not do that`, {
        code: "no-api",
        fix: "give the API server's own address (oc whoami --show-server); a proxy or gateway in front of it may ask for a login of its own",
      }),
    )
  }
  if (code === 429 || code >= 500) {
    return new CheckError(unknown("unreachable", `${host} answered ${code}: ${message}`))
  }
  return new ClusterError(code, reason, message)
}

/** How a refusal names whoever came without credentials. */
const ANONYMOUS = /\bUser "system:anonymous"/

export function notLoggedIn(door: Pick<Door, "login">, reason: string, cause?: unknown): CheckError {
  const more =
    door.login === undefined
      ? { fix: "log in again" }
      : { fix: `log in again: ${door.login}`, next: door.login }
  return new CheckError(unknown("login", reason, more), { cause })
}

export function notServed(server: string, apiVersion: string, kind: string): CheckError {
  return new CheckError(unknown("missing", `${hostPort(server)} does not serve ${kind} (${apiVersion})`))
}

/** An API server has answered with something else, this time: whatever spoiled the answer on its way may pass. */
export const spoiled = ({ server }: Door, about: string, instead: string): CheckError =>
  new CheckError(unknown("unreachable", `${hostPort(server)} answered ${about} with ${instead}`))

/** A web page came in place of an object: the address is a web console's, or a proxy answered. */
export function notAnApi(server: string, instead: string, cause?: unknown): CheckError {
  return new CheckError(
    blocked(`${hostPort(server)} answered with ${instead}: it is not an API server`, {
      code: "no-api",
      fix: "give the API server's address (oc whoami --show-server), not the web console's",
    }),
    { cause },
  )
}

/** The words of a Status; of anything else its first line. */
function status(code: number, body: string): { message: string; reason: string } {
  try {
    const parsed = JSON.parse(body) as { kind?: string; message?: string; reason?: string }
    if (parsed.kind === "Status") {
      return { message: parsed.message || parsed.reason || `HTTP ${code}`, reason: parsed.reason ?? "" }
    }
  } catch {}
  const line = /^\s*</.test(body) ? "" : (body.trim().split("\n")[0] ?? "")
  return { message: line.slice(0, 300) || `HTTP ${code}`, reason: "" }
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused, nothing listens there",
  ENOTFOUND: "the name does not resolve",
  EAI_AGAIN: "the name cannot be resolved now",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  ETIMEDOUT: "the connection timed out",
  UND_ERR_CONNECT_TIMEOUT: "no connection within 10 s",
  UND_ERR_HEADERS_TIMEOUT: "the answer timed out",
  UND_ERR_BODY_TIMEOUT: "the answer stopped halfway",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to it",
  EPROTO: "it does not speak TLS",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "it does not speak TLS",
}

const CERTIFICATE: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "is signed by an authority that is not known here",
  UNABLE_TO_GET_ISSUER_CERT: "is signed by an authority that is not known here",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "is signed by an authority that is not known here",
  SELF_SIGNED_CERT_IN_CHAIN: "is signed by an authority that is not known here",
  DEPTH_ZERO_SELF_SIGNED_CERT: "is self-signed",
  CERT_SIGNATURE_FAILURE: "is not signed by the authority given here",
  CERT_HAS_EXPIRED: "has expired",
  CERT_NOT_YET_VALID: "is not valid yet (is the clock right?)",
  ERR_TLS_CERT_ALTNAME_INVALID: "is for another host name",
}

/** The error for a request without an answer. A certificate that is not trusted needs a fix; everything else may be transient. */
export function unreachable(door: Door, error: unknown): CheckError {
  const code = errorCode(error)
  const host = hostPort(door.server)
  const certificate = CERTIFICATE[code]
  if (certificate !== undefined) {
    return new CheckError(
      blocked(`the certificate of ${host} ${certificate} (${code})`, {
        code: "certificate",
        fix: "give the file of the authority that signed it as certificate-authority",
      }),
      { cause: error },
    )
  }
  // Nobody starts it again behind this address, unless it was saved: whoever waits for it would wait in vain.
  if (door.practice === true && door.proxy === undefined && code === "ECONNREFUSED") {
    return new CheckError(
      blocked(`the practice cluster at ${host} has ended: nothing listens there`, {
        code: "practice-ended",
        fix: "start practice clusters again, with --keep as before if they were saved, and use their federation file",
      }),
      { cause: error },
    )
  }
  const words = WORDS[code] ?? innermost(error).message
  const way = door.proxy === undefined ? "" : ` through the proxy ${door.proxy}`
  return new CheckError(
    unknown(
      "unreachable",
      `${host} cannot be reached${way}: ${words}${code in WORDS ? ` (${code})` : ""}`,
      door.proxy === undefined ? {} : { fix: "check the proxy, or give proxy=none" },
    ),
    { cause: error },
  )
}

/** The connection was cut during a request, so the request is worth a retry. */
export const wasCut = (error: unknown): boolean =>
  ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"].includes(errorCode(error))

export const errorCode = (error: unknown): string =>
  String((innermost(error) as { code?: unknown }).code ?? "")

/** The reason is in the cause; with several addresses tried, in the first error. */
function innermost(error: unknown): Error {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  if (error instanceof Error && error.cause instanceof Error) return innermost(error.cause)
  return error instanceof Error ? error : new Error(String(error))
}
