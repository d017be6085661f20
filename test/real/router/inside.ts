/**
 * Runs in the network namespace of a pod, and hands connections to the test's process outside: those that are accepted in
 * there, and those that are opened to something in there. It ends with that process.
 */
import { connect, createServer } from "node:net"

/** What the process outside asks for. */
export type Ask =
  | { readonly id: number; readonly listen: { readonly host: string; readonly port: number } }
  | { readonly id: number; readonly connect: number }

/** What it is told; a connection comes with its socket. */
export type Answer =
  | { readonly id: number; readonly is: "listening" | "connection" }
  | { readonly id: number; readonly is: "failed"; readonly code: string; readonly message: string }

const answer = (it: Answer): void => void process.send!(it)
const failed = (id: number) => (error: NodeJS.ErrnoException) =>
  answer({ id, is: "failed", code: error.code ?? "", message: error.message })

process.on("message", (ask: Ask) => {
  const { id } = ask
  const connection: Answer = { id, is: "connection" }
  if ("listen" in ask) {
    // Nothing of a connection is read here: all of it is the other process's.
    createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
      process.send!(connection, socket)
    })
      .on("error", failed(id))
      .listen(ask.listen.port, ask.listen.host, () => answer({ id, is: "listening" }))
    return
  }
  const socket = connect({ host: "127.0.0.1", port: ask.connect, allowHalfOpen: true, noDelay: true })
  socket.pause()
  socket.once("error", failed(id)).once("connect", () => process.send!(connection, socket))
})
process.on("disconnect", () => process.exit(0))
