/** Whether the host of an address resolves from here: the name of a new load balancer or Route takes minutes. */

/** How long an answer is used, and how long it is waited for, in milliseconds. */
const FRESH = 5_000
const PATIENCE = 2_000

/** By host: a lookup blocks one of the few threads that files are read with too, so there is one at a time for each host. */
const lookups = new Map<string, { readonly at: number; readonly address: Promise<string | undefined> }>()

/** `host:port`, and whether the name resolves from here. */
export async function resolved(address: string): Promise<string> {
  const host = address.replace(/:\d+$/, "")
  // Loaded only when needed, because it slows down every start.
  const { isIP } = await import("node:net")
  if (isIP(host) !== 0) return address
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, PATIENCE, undefined)
  const found = await Promise.race([lookedUp(host), late])
  clearTimeout(timer)
  return found === undefined
    ? `${address} (does not resolve from here yet)`
    : `${address} (resolves to ${found} from here)`
}

function lookedUp(host: string): Promise<string | undefined> {
  const known = lookups.get(host)
  if (known !== undefined && performance.now() - known.at < FRESH) return known.address
  const address = lookUp(host)
  // While it lasts it stays fresh; then it counts from its end.
  lookups.set(host, { at: Number.POSITIVE_INFINITY, address })
  void address.then(() => lookups.set(host, { at: performance.now(), address }))
  return address
}

async function lookUp(host: string): Promise<string | undefined> {
  try {
    const { lookup } = await import("node:dns/promises")
    return (await lookup(host)).address
  } catch {
    return undefined
  }
}
