/** What a NetworkPolicy may open to the outside: addresses and namespaces, as an input lists them. */
import { isIP, isIPv4 } from "node:net"

/** A peer of a NetworkPolicy's rule with its port; without a port, all of them. */
export interface Target {
  readonly peer: { ipBlock: { cidr: string } } | { namespaceSelector: object }
  readonly port?: number
}

const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/

/** `10.0.0.0/8:443`, `10.1.2.3`, `[fd00::1]:443`, `fd00::/8`, `storage:9000`, `storage`; undefined if it is none of them. */
export function targetOf(text: string): Target | undefined {
  const [where, portText] = divided(text)
  const port = portText === undefined ? undefined : Number(portText)
  if (port !== undefined && !(/^\d{1,5}$/.test(portText!) && port > 0 && port < 65_536)) return undefined
  const withPort = port === undefined ? {} : { port }
  const cidr = cidrOf(where)
  if (cidr !== undefined) return { peer: { ipBlock: { cidr } }, ...withPort }
  if (!NAMESPACE.test(where) || /^\d+$/.test(where)) return undefined
  const matchLabels = { "kubernetes.io/metadata.name": where }
  return { peer: { namespaceSelector: { matchLabels } }, ...withPort }
}

/** The address or name, and the port after it. An IPv6 address has colons of its own. */
function divided(text: string): [where: string, port?: string] {
  const bracketed = /^\[([^\]]+)\](?::(.*))?$/.exec(text)
  if (bracketed !== null) return [bracketed[1]!, bracketed[2]]
  if (isIP(text.split("/")[0]!) === 6) return [text]
  const at = text.lastIndexOf(":")
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

/** An address, or a range of them, as a CIDR. */
export function cidrOf(text: string): string | undefined {
  const [address = "", bits, more] = text.split("/")
  const version = isIP(address)
  const most = version === 4 ? 32 : 128
  if (version === 0 || more !== undefined) return undefined
  if (bits === undefined) return `${address}/${most}`
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? `${address}/${Number(bits)}` : undefined
}

/** What is wrong with a list of targets, in a sentence. */
export function egressProblem(values: readonly string[]): string | undefined {
  const wrong = values.find((value) => targetOf(value) === undefined)
  return wrong === undefined
    ? undefined
    : `${wrong} is neither ADDRESS[/BITS][:PORT], such as 10.1.0.0/16:443, nor NAMESPACE[:PORT]`
}

/** Addresses that no public host has: a cluster's own networks lie in them, and those of the institution around it. */
export const PRIVATE = {
  "0.0.0.0/0": [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
  ],
  "::/0": ["::1/128", "fc00::/7", "fe80::/10"],
} as const

const number = (address: string): number =>
  address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0)

/** Whether an IPv4 address lies in a range. */
export function isWithin(address: string, cidr: string): boolean {
  const [base = "", bits = "32"] = cidr.split("/")
  if (!isIPv4(address) || !isIPv4(base)) return address === base
  const size = 2 ** (32 - Number(bits))
  return Math.floor(number(address) / size) === Math.floor(number(base) / size)
}

/** Whether an address is one that a policy for public addresses leaves out. */
export const isPrivate = (address: string): boolean =>
  isIPv4(address)
    ? PRIVATE["0.0.0.0/0"].some((range) => isWithin(address, range))
    : /^(?:::1$|f[cd]|fe[89ab])/i.test(address)
