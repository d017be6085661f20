/** Whether an API server answers at an address that was not reached before. */
import { FIRST_CONTACT_PAUSES_MS, FIRST_CONTACT_S, pause } from "../limits.ts"
import { type Blocked, blocked, CheckError, type Unknown, unknown } from "../notebook/check-result.ts"
import { hostPort } from "../notebook/server-url.ts"
import { objectIn } from "./body.ts"
import { type Answer, Connections } from "./connection.ts"
import { errorCode, notAnApi, refused } from "./errors.ts"
import type { Address } from "./pooled-kubeconfig.ts"

export type ServerAnswer =
  | {
      readonly ok: true
      /** Not set: it shows its version only after a login. */
      readonly version?: string
      /** The server's clock, in milliseconds since the epoch. */
      readonly now: number
    }
  | {
      readonly ok: false
      readonly result: Blocked | Unknown
      /** The address or the way to it is wrong: waiting does not help. */
      readonly lasting: boolean
    }

/** Somebody has to change something: the name, the address, the proxy, the VPN. */
const LASTING = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "EPROTO",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
])
/** These may pass within seconds: a load balancer changes its server, a resolver is busy. */
const WORTH_A_RETRY = new Set(["EAI_AGAIN", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"])

export interface TryOptions {
  /** The User-Agent. */
  readonly agent: string
  /** For all attempts together. Default: what a run gives a server that it has not reached before. */
  readonly seconds?: number
  readonly signal?: AbortSignal
  readonly secret?: (value: string) => void
  /** What passes within seconds is tried again. */
  readonly patient?: boolean
}

/** Asks for the version, by the connection that a run would use, without credentials. */
export async function tryServer(address: Address, options: TryOptions): Promise<ServerAnswer> {
  const { agent, seconds = FIRST_CONTACT_S, secret } = options
  const { token: _, ...place } = address
  const connections = new Connections(place, { agent, ...(secret && { secret }) })
  // Loads its modules first: that time is not the server's.
  const connection = await connections.current()
  const timeout = AbortSignal.timeout(seconds * 1000)
  const signal = options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout])
  try {
    for (const wait of options.patient === true ? [...FIRST_CONTACT_PAUSES_MS, undefined] : [undefined]) {
      try {
        const answer = await connection.ask({ path: "/version", signal })
        return answered(address, answer, await connection.text(answer, signal))
      } catch (error) {
        // It names what was waited for.
        if (options.signal?.aborted) throw error
        const code = errorCode(error)
        if (timeout.aborted) return silent(address, seconds)
        if (wait !== undefined && WORTH_A_RETRY.has(code)) {
          await pause(wait, signal)
          if (timeout.aborted) return failed(error, code)
          continue
        }
        return failed(error, code)
      }
    }
    throw new Error("unreachable")
  } finally {
    // Not awaited: it would wait for a connection that is never made.
    void connections.destroy()
  }
}

function failed(error: unknown, code: string): ServerAnswer {
  if (!(error instanceof CheckError)) throw error
  const { result } = error
  return { ok: false, result, lasting: result.state === "blocked" || LASTING.has(code) || code === "" }
}

const silent = ({ server }: Address, seconds: number): ServerAnswer => ({
  ok: false,
  lasting: true,
  result: unknown("unreachable", `${hostPort(server)} cannot be reached: timed out after ${seconds} s`, {
    fix: "check the address, and connect the VPN if the server needs one",
  }),
})

function answered({ server }: Address, answer: Answer, text: string): ServerAnswer {
  const { status, headers } = answer
  const now = Date.parse(String(headers.date))
  // It is an API server that shows its version only after a login.
  if ((status === 401 || status === 403) && !/^\s*</.test(text)) return { ok: true, now }
  if (status === 429 || status >= 500) {
    const error = refused({ server }, status, text)
    if (error instanceof CheckError) return { ok: false, result: error.result, lasting: false }
  }
  const version = status === 200 ? versionOf(text) : undefined
  if (version !== undefined) return { ok: true, version, now }
  return { ok: false, lasting: true, result: otherResult(server, status, text) }
}

function versionOf(text: string): string | undefined {
  try {
    const { gitVersion } = JSON.parse(text) as { gitVersion?: unknown }
    return typeof gitVersion === "string" ? gitVersion : undefined
  } catch {
    return undefined
  }
}

function otherResult(server: string, status: number, text: string): Blocked | Unknown {
  if (status === 200) {
    const found = objectIn(text)
    if ("instead" in found) return notAnApi(server, found.instead).result
  }
  return blocked(`${hostPort(server)} answers, but not like an API server (/version: ${status})`, {
    code: "no-api",
    fix: "give the API server's address (oc whoami --show-server), not the web console's",
  })
}
