/** The HTTPS listener, and the fault that serves a stranger's certificate. */
import type { RequestListener } from "node:http"
import { createServer, type Server } from "node:https"
import type { TLSSocket } from "node:tls"
import { createAuthority } from "../certificates.ts"
import type { CertificateAuthority } from "../types/apiserver.ts"
import type { FaultTable } from "../types/faults.ts"

/**
 * Who asks for this name (TLS server name) always meets the right certificate: the system's own parts dial
 * `https://localhost:PORT`, people `https://127.0.0.1:PORT`.
 */
export const SYSTEM_HOST = "localhost"

/** An HTTPS server with the authority's certificate for 127.0.0.1. `close` also forgets the fault table. */
export async function createTlsServer(
  name: string,
  ca: CertificateAuthority,
  faults: FaultTable,
  listener: RequestListener,
): Promise<{ server: Server; close(): Promise<void> }> {
  const hosts = ["127.0.0.1", SYSTEM_HOST]
  const right = await ca.issue("kube-apiserver", { hosts, server: true })
  const stranger = await (await createAuthority("someone else's CA")).issue("kube-apiserver", {
    hosts,
    server: true,
  })
  const contextOf = ({ certificate, key }: typeof right) => ({ cert: certificate, key })
  // Watches are open for long, pooled connections idle between two steps: none is ended from here.
  const server = createServer(
    { ...contextOf(right), keepAliveTimeout: 3_600_000, requestTimeout: 0 },
    listener,
  )
  server.addContext(SYSTEM_HOST, contextOf(right))

  const sockets = new Set<TLSSocket>()
  let wrong = false
  const isWrong = () => faults.peek("tls", name)?.what === "wrong-ca"
  const choose = () => {
    if (wrong === isWrong()) return
    wrong = !wrong
    server.setSecureContext(contextOf(wrong ? stranger : right))
  }
  choose()
  server.prependListener("connection", choose)
  const people = (socket: TLSSocket) => socket.servername !== SYSTEM_HOST
  server.on("secureConnection", (socket) => {
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    if (wrong && people(socket)) faults.strike("tls", name)
  })
  server.on("tlsClientError", (_, socket) => {
    if (wrong && people(socket)) faults.strike("tls", name)
  })
  const forget = faults.onChange(() => {
    if (!wrong && isWrong()) for (const socket of sockets) if (people(socket)) socket.destroy()
    choose()
  })
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        forget()
        server.close(() => resolve())
        server.closeAllConnections()
        // Also those that have been upgraded, which the server no longer counts as its own.
        for (const socket of sockets) socket.destroy()
      }),
  }
}
