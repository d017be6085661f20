/** Loaded on first use: every start of the program loads this file, and node:net takes 2 ms. */
const net = () => process.getBuiltinModule("node:net")
const isIP = (text: string): number => net().isIP(text)

/**
 * The proxy for a server according to the usual variables, as Go's clients (`oc`, `kubectl`) read them: HTTPS_PROXY
 * or https_proxy (for http:// servers HTTP_PROXY, http_proxy), unless NO_PROXY or no_proxy names the host: `*`, a domain
 * (with its subdomains), `.domain` (subdomains only), an address, a CIDR; each with an optional port. Loopback hosts
 * have no proxy. client-node itself reads none of them.
 */
export function proxyFor(server: string, env: Readonly<NodeJS.ProcessEnv>): string | undefined {
  const url = new URL(server)
  const secure = url.protocol === "https:"
  const name = secure ? "HTTPS_PROXY" : "HTTP_PROXY"
  const proxy = env[name] || env[name.toLowerCase()]
  if (!proxy) return undefined
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase()
  const port = url.port || (secure ? "443" : "80")
  if (host === "localhost" || isLoopback(host)) return undefined
  const exceptions = (env.NO_PROXY || env.no_proxy || "").split(",").map((part) => part.trim().toLowerCase())
  if (exceptions.some((exception) => exception !== "" && matches(exception, host, port))) return undefined
  return proxy.includes("://") ? proxy : `http://${proxy}`
}

function matches(exception: string, host: string, port: string): boolean {
  if (exception === "*") return true
  if (exception.includes("/")) return within(exception, host)
  if (isIP(exception) !== 0) return exception === host
  const [, name = exception, only] = /^(.*?[^:]|\[.*\]):(\d+)$/.exec(exception) ?? []
  if (only !== undefined && only !== port) return false
  const plain = name.replace(/^\[|\]$/g, "")
  if (isIP(plain) !== 0) return plain === host
  const domain = plain.replace(/^\*?\./, "")
  return (plain === domain && host === domain) || host.endsWith(`.${domain}`)
}

function within(cidr: string, host: string): boolean {
  const [network = "", bits = ""] = cidr.split("/")
  const family = isIP(host)
  if (family === 0 || isIP(network) !== family || !/^\d+$/.test(bits)) return false
  const list = new (net().BlockList)()
  const type = family === 4 ? "ipv4" : "ipv6"
  list.addSubnet(network, Number(bits), type)
  return list.check(host, type)
}

const isLoopback = (host: string): boolean => host === "::1" || (isIP(host) === 4 && host.startsWith("127."))
