/** The redeemer's side of a token: one POST over HTTPS, and its failures in the words of Skupper (a Go program). */
import type { IncomingMessage } from "node:http"
import { request } from "node:https"
import type { KubeObject } from "../../../cluster/types.ts"

/** An unreachable host is given up after this; Skupper 2.2 waits for its operating system. */
const PATIENCE = 30_000

/** The redemption failed; the message is what the AccessToken's status says. */
export class RedeemError extends Error {}

const REASONS: Readonly<Record<number, string>> = {
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  500: "Internal Server Error",
  503: "Service Unavailable",
}

/** A failed connection as Go would say it. */
function goWords(error: NodeJS.ErrnoException, url: URL): string {
  const place = `${url.hostname}:${url.port || 443}`
  switch (error.code) {
    case "ECONNREFUSED":
      return `dial tcp ${place}: connect: connection refused`
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `dial tcp: lookup ${url.hostname}: no such host`
    case "ETIMEDOUT":
      return `dial tcp ${place}: i/o timeout`
    case "EHOSTUNREACH":
      return `dial tcp ${place}: connect: no route to host`
    case "ECONNRESET":
      return "EOF"
    case "EPROTO":
      return "tls: first record does not look like a TLS handshake"
    default:
      return /CERT|SIGNATURE|ISSUER/.test(error.code ?? "")
        ? "tls: failed to verify certificate: x509: certificate signed by unknown authority"
        : error.message
  }
}

const post = (
  url: URL,
  ca: string,
  code: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", ca, headers, agent: false, signal }, resolve)
    sent.on("error", reject)
    sent.end(code)
  })

/**
 * Redeems a token.
 * @returns the Secret and Links it brings
 * @throws RedeemError
 */
export async function redeem(
  spec: { url: string; code: string; ca: string },
  name: string,
  subject: string,
  /** A fault: as if nothing listened there. */
  cut: boolean,
  stopping: AbortSignal,
): Promise<KubeObject[]> {
  let body = ""
  let answer: IncomingMessage
  const failed = (words: string) => new RedeemError(`Controller got error: Post "${spec.url}": ${words}`)
  const url = URL.parse(spec.url)
  if (url === null) throw failed("unsupported protocol scheme")
  try {
    if (cut) throw Object.assign(new Error("cut by a fault"), { code: "ECONNREFUSED" })
    answer = await post(
      url,
      spec.ca,
      spec.code,
      { name, subject },
      AbortSignal.any([stopping, AbortSignal.timeout(PATIENCE)]),
    )
    for await (const chunk of answer.setEncoding("utf8")) body += chunk
  } catch (error) {
    const timeout = (error as Error).name === "TimeoutError" || (error as Error).name === "AbortError"
    throw failed(timeout ? "context deadline exceeded" : goWords(error as NodeJS.ErrnoException, url))
  }
  const status = answer.statusCode ?? 0
  if (status !== 200) {
    throw new RedeemError(
      `Controller got failed response: ${status} (${REASONS[status] ?? ""}) ${body.trim()}`,
    )
  }
  const { parseAllDocuments } = await import("yaml")
  const documents = parseAllDocuments(body)
  if (documents.length === 0 || documents.some((document) => document.errors.length > 0)) {
    throw new RedeemError("Controller could not decode response")
  }
  return documents.map((document) => document.toJS() as KubeObject)
}
