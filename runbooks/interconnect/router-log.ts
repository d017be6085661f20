/**
 * Why a Link does not come up, by the log of its router: no status ever has a reason (texts of skupper-router 3.5.1). A
 * router dials every 2 to 3 s, so the last lines are enough.
 */
import { CheckError, type ClusterReader } from "../../lib/index.ts"
import { ifAllowed } from "../shared/reading.ts"
import { ROUTER_CONTAINER, routerPod } from "./router-pod.ts"
import { interRouter, type SkupperLink } from "./skupper.ts"

const LINES = 300

/** What the router last said about connecting to a Link's addresses; undefined if it says nothing, or may not be read. */
export async function linkFailure(
  cluster: ClusterReader,
  namespace: string,
  link: SkupperLink,
): Promise<string | undefined> {
  const pod = await routerPod(cluster, namespace)
  if (pod === undefined) return undefined
  const source = { namespace, pod: pod.name, container: ROUTER_CONTAINER, tail: LINES }
  try {
    const log = await ifAllowed(cluster.log(source))
    return log === undefined ? undefined : lastFailure(log, interRouter(link.spec.endpoints))
  } catch (error) {
    // Its container has not started yet.
    if (error instanceof CheckError && error.result.state === "unknown") return undefined
    throw error
  }
}

const FAILED = /Connection to (\S+) failed: *(.*)$/
const OPENED = /Connection Opened: dir=out host=(\S+)/

/** The last failure to connect to one of these addresses (`host:port`) that no connection has followed. */
export function lastFailure(log: string, addresses: readonly string[]): string | undefined {
  for (const line of log.split("\n").reverse()) {
    // The router repeats its errors as records of its own flow log, with places in its source.
    if (line.includes(" FLOW_LOG ")) continue
    const opened = OPENED.exec(line)?.[1]
    if (opened !== undefined && addresses.includes(opened)) return undefined
    const [, address, words = ""] = FAILED.exec(line) ?? []
    if (address !== undefined && addresses.includes(address)) return failureText(address, words.trim())
  }
  return undefined
}

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/Connection refused/, "refused"],
  [/Connection reset/, "reset"],
  [
    /name resolution|Name or service not known|No address associated/,
    "the name does not resolve in the cluster",
  ],
  [/certificate verify failed|unknown ca/, "TLS: the certificates do not fit, so the link needs a new token"],
  [/SSL Failure/, "TLS"],
  [/idle-timeout/, "no answer within the idle timeout"],
]

function failureText(address: string, words: string): string {
  const kind = KINDS.find(([pattern]) => pattern.test(words))?.[1]
  // The router repeats the address: `proton:io Connection refused - disconnected HOST:443`.
  const said = words.replace(/ - (?:disconnected|connect to) +\S+$/, "") || "no reason given"
  return kind === undefined ? `${address}: ${said}` : `${address}: ${kind} (${said})`
}
