/**
 * Connections to a server of this process that need neither descriptors nor encryption: practice's own controllers hold a
 * watch open per kind and cluster, and with hundreds of clusters sockets of their own are more than a process may have.
 */
import type { Server } from "node:https"
import { type Duplex, duplexPair } from "node:stream"

/** The parts of a socket that HTTP asks for beside its bytes. */
const asSocket = (end: Duplex): Duplex =>
  Object.assign(end, { ref: () => end, unref: () => end, setNoDelay: () => end, setKeepAlive: () => end })

/** Opens connections to a server. The server takes each for one whose encryption is already set up. */
export function dialInside(server: Server): () => Duplex {
  return () => {
    const [ours, theirs] = duplexPair()
    // A connection that one end has cut is no error of the process.
    for (const end of [ours, theirs]) asSocket(end).on("error", () => undefined)
    ours.on("close", () => theirs.destroy())
    theirs.on("close", () => ours.destroy())
    server.emit("secureConnection", theirs)
    return ours
  }
}
