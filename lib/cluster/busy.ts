/** When a request is sent again that a server was too busy for. */
import { BUSY_PAUSE_MS, LONGEST_RETRY_AFTER_S, RETRIES_WHEN_BUSY } from "../limits.ts"

interface Refusal {
  readonly method: string
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/**
 * Milliseconds until a refused request is sent again; nothing where it is not: the refusal is another one, was repeated, or the server
 * asks for more patience than anybody has.
 * @param again how often it was sent again already
 */
export function patience({ method, status, headers }: Refusal, again: number): number | undefined {
  if ((status !== 429 && status !== 503) || again >= RETRIES_WHEN_BUSY) return undefined
  const asked = retryAfter(headers)
  // A gateway whose backend was lost answers 503 as well, and the backend may have written: only whoever says when to come back has
  // refused the request as such.
  if (status === 503 && method !== "GET" && asked === undefined) return undefined
  if (asked !== undefined && asked > LONGEST_RETRY_AFTER_S * 1000) return undefined
  // Spread, so that those who were refused together do not come back together.
  return (asked ?? 0) + BUSY_PAUSE_MS * 2 ** again * Math.random()
}

/** In milliseconds. A date is by the server's clock, which its answer shows. */
function retryAfter(headers: Refusal["headers"]): number | undefined {
  const { "retry-after": after, date } = headers
  if (typeof after !== "string") return undefined
  if (/^\s*\d+\s*$/.test(after)) return Number(after) * 1000
  const until = Date.parse(after) - (Date.parse(String(date)) || Date.now())
  return Number.isNaN(until) ? undefined : Math.max(0, until)
}
