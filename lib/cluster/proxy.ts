import { hostnameOf, parseServer } from "../notebook/server-url.ts"

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
  const parsed = parseServer(server)
  if ("wrong" in parsed) return undefined
  const secure = parsed.url.startsWith("https:")
  const name = secure ? "HTTPS_PROXY" : "HTTP_PROXY"
  const proxy = env[name] || env[name.toLowerCase()]
  if (!proxy) return undefined
  const host = parsed.hostname
  const port = /\d+$/.exec(parsed.hostPort)![0]
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

/** A proxy's address for messages: without user name and password. Also for one that is not a URL. */
export const plainProxy = (proxy: string): string =>
  proxy.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/i, "$1")

/** The password of a proxy's address, as it is written there and as it is sent. */
export function proxySecrets(proxy: string | undefined): string[] {
  const [, written] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#:@]*:([^/?#]*)@/i.exec(proxy ?? "") ?? []
  if (!written) return []
  try {
    return [...new Set([written, decodeURIComponent(written)])]
  } catch {
    return [written]
  }
}

/**
 * The environment of commands and plugins for one site. With `none` as its proxy, the variables of the environment do not
 * apply to its server either.
 */
export function siteEnvironment(
  env: Readonly<NodeJS.ProcessEnv>,
  site: object | undefined,
): Readonly<NodeJS.ProcessEnv> {
  const { server, proxy } = (site ?? {}) as { server?: unknown; proxy?: unknown }
  if (proxy !== "none" || typeof server !== "string") return env
  const exceptions = [env.NO_PROXY || env.no_proxy, hostnameOf(server)].filter(Boolean).join(",")
  return { ...env, NO_PROXY: exceptions, no_proxy: exceptions }
}
