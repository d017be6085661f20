/** What the simulated SuperLink and SuperNode have in common: their log lines, their arguments, and what one sees of the other. */
import type { X509Certificate } from "node:crypto"
import type { PracticeContainer, SimulatedPort } from "../../lib/index.ts"
import { argumentMistake } from "./command-flags.ts"
import { argumentOf, isLoopback } from "./command-line.ts"
import { versionOfImage } from "./flower-versions.ts"
import type { Refusal } from "./practice-nodes.ts"

const coloured = (colour: number, level: string) => (text: string) =>
  `\u001b[${colour}m${level} \u001b[0m:      ${text}`
export const info = coloured(92, "INFO")
export const warning = coloured(93, "WARNING")
export const error = coloured(91, "ERROR")

export const versionOf = (container: PracticeContainer): string => versionOfImage(container.image) ?? "1.34.0"

/** Ends a program whose arguments it does not know, as it does. */
export function refusesArguments(container: PracticeContainer, command: "superlink" | "supernode"): boolean {
  const mistake = argumentMistake(command, versionOf(container), container.args)
  if (mistake === undefined) return false
  for (const line of mistake) container.log(line)
  container.exit(2)
  return true
}

/** gRPC's health service, which every version of both programs has, without TLS. */
export function serveHealth(container: PracticeContainer): void {
  const [, host, port] =
    /^(.*):(\d+)$/.exec(argumentOf(container.args, "--health-server-address") ?? "") ?? []
  if (host !== undefined && !isLoopback(host))
    container.listen(Number(port), { health: { grpc: () => true } })
}

/** What a SuperLink offers to SuperNodes that connect to its Fleet API. Its memory ends with its process, unless it has a database. */
export interface Fleet extends SimulatedPort {
  /** gRPC up to 1.39, HTTP from 1.40 on: the two are incompatible. */
  readonly http: boolean
  readonly tls: boolean
  /** Of Flower's own TLS. */
  readonly chain: readonly X509Certificate[]
  say(lines: readonly string[]): void
  /** Called by a SuperNode with another protocol. */
  stranger(): void
  /** A call of a node; false if the node is unknown. */
  call(id: string): boolean
  /** As `join` of PracticeNodes. */
  join(key: string | undefined, evict: () => void): { readonly id: string } | Refusal
  leave(id: string): void
}
