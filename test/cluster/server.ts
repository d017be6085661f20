/** A small HTTPS server that plays as much of an API server as a test needs, with exact faults. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer } from "node:https"
import type { AddressInfo, Socket } from "node:net"
import { createAuthority } from "../../lib/practice/certificates.ts"

export interface Asked {
  method: string
  /** Path and query. */
  path: string
  url: URL
  headers: IncomingMessage["headers"]
  body: string
}

/** True when it has answered. */
export type Handler = (
  asked: Asked,
  response: ServerResponse,
) => boolean | undefined | Promise<boolean | undefined>

const authority = await createAuthority("test")
const issue = (hosts: string[]) => authority.issue(hosts[0]!, { hosts, server: true })

export const ca = authority.certificate

export interface Server {
  url: string
  port: number
  ca: string
  asked: Asked[]
  handshakes: number
  /** Cuts every connection. */
  cut(): void
  close(): Promise<void>
}

export async function serve(handle: Handler, hosts = ["127.0.0.1", "localhost"]): Promise<Server> {
  const certificate = await issue(hosts)
  const sockets = new Set<Socket>()
  const server = createServer(
    { key: certificate.key, cert: certificate.certificate },
    (request, response) => {
      let body = ""
      request.setEncoding("utf8")
      request.on("data", (chunk: string) => {
        body += chunk
      })
      request.on("end", async () => {
        const url = new URL(request.url!, "https://127.0.0.1")
        const asked = { method: request.method!, path: request.url!, url, headers: request.headers, body }
        result.asked.push(asked)
        if (!(await handle(asked, response))) {
          response.writeHead(404, { "content-type": "text/plain" }).end("404 page not found\n")
        }
      })
    },
  )
  server.on("secureConnection", (socket) => {
    result.handshakes++
    sockets.add(socket)
    socket.on("close", () => sockets.delete(socket))
    socket.on("error", () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const actual = (server.address() as AddressInfo).port
  const result: Server = {
    url: `https://127.0.0.1:${actual}`,
    port: actual,
    ca,
    asked: [],
    handshakes: 0,
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  return result
}

export function json(
  response: ServerResponse,
  code: number,
  body: object,
  headers: Record<string, string> = {},
): true {
  response.writeHead(code, { "content-type": "application/json", ...headers }).end(JSON.stringify(body))
  return true
}

export function status(response: ServerResponse, code: number, reason: string, message: string): true {
  return json(response, code, { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message })
}
