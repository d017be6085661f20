/** A proxy in front of an API server that ends TLS itself, so that it can spoil single answers. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer, request, type Server } from "node:https"
import type { AddressInfo } from "node:net"
import { connect, type TLSSocket } from "node:tls"
import { createAuthority } from "../../lib/practice/certificates.ts"

export const SPOILS = [
  "black hole",
  "trickle",
  "cut",
  "lost",
  "html",
  "redirect",
  "empty",
  "garbled",
  "204",
] as const
export type Spoil = (typeof SPOILS)[number]

/** How so many requests are answered, from the next one that fits. */
export interface Spoiling {
  readonly what: Spoil
  readonly times: number
  /** Only these: a regular expression on `VERB /path`. */
  readonly match: string
}

export interface SpoilingProxy {
  readonly url: string
  /** PEM of the authority that its certificate is from. */
  readonly ca: string
  spoil(faults: readonly Spoiling[]): void
  close(): Promise<void>
}

/** @param target the URL of the API server */
export async function startProxy(target: string): Promise<SpoilingProxy> {
  const { hostname, port } = new URL(target)
  const authority = await createAuthority("proxy")
  const { certificate: cert, key } = await authority.issue("proxy", { hosts: ["127.0.0.1"], server: true })
  const upstream = { host: hostname, port: Number(port), rejectUnauthorized: false }
  let left: { what: Spoil; times: number; match: RegExp }[] = []
  const spoiled = (subject: string): Spoil | undefined => {
    const found = left.find(({ times, match }) => times > 0 && match.test(subject))
    if (found !== undefined) found.times--
    return found?.what
  }

  const server: Server = createServer({ cert, key }, (incoming, answer) => {
    const what = spoiled(`${incoming.method} ${incoming.url}`)
    if (what === "black hole") return
    if (what === "redirect")
      return void answer.writeHead(302, { location: "https://127.0.0.1:1/login" }).end()
    if (what === "html") {
      return void answer
        .writeHead(200, { "content-type": "text/html" })
        .end("<html><title>Sign in</title></html>")
    }
    const { method, url: path, headers } = incoming
    const onward = request({ ...upstream, method, path, headers }, (reply) => pass(reply, answer, what))
    onward.on("error", () => answer.destroy())
    answer.on("close", () => onward.destroy())
    incoming.pipe(onward)
  })
  server.on("upgrade", (incoming: IncomingMessage, socket: TLSSocket, head: Buffer) => {
    const onward = connect(upstream, () => {
      const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`]
      for (let at = 0; at < incoming.rawHeaders.length; at += 2)
        lines.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}`)
      onward.write(`${lines.join("\r\n")}\r\n\r\n`)
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    for (const one of [onward, socket])
      one.on("error", () => {
        onward.destroy()
        socket.destroy()
      })
  })
  server.on("tlsClientError", () => {})
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: authority.certificate,
    spoil(faults) {
      left = faults.map(({ what, times, match }) => ({ what, times, match: new RegExp(match) }))
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The server has done what was asked: only its answer is spoiled. */
function pass(reply: IncomingMessage, answer: ServerResponse, what: Spoil | undefined): void {
  reply.on("error", () => answer.destroy())
  const { statusCode = 502, headers } = reply
  if (what === "lost") return void answer.destroy()
  if (what === "204") return void answer.writeHead(204).end()
  if (what === "empty") return void answer.writeHead(statusCode, { "content-type": "application/json" }).end()
  if (what === undefined) {
    answer.writeHead(statusCode, headers)
    answer.flushHeaders()
    return void reply.pipe(answer)
  }
  const chunks: Buffer[] = []
  reply.on("data", (chunk: Buffer) => chunks.push(chunk))
  reply.on("end", () => spoilBody(Buffer.concat(chunks), statusCode, headers, answer, what))
}

/** A trickle gives so many bytes at a time, a moment apart. */
const TRICKLE = { parts: 20, pause: 20 }

function spoilBody(
  body: Buffer,
  status: number,
  headers: IncomingMessage["headers"],
  answer: ServerResponse,
  what: Spoil,
): void {
  const { "content-length": _, "transfer-encoding": __, ...rest } = headers
  if (what === "garbled") {
    return void answer.writeHead(status, { ...rest, "content-encoding": "gzip" }).end(body.subarray(0, 40))
  }
  answer.writeHead(status, { ...rest, "content-length": body.length })
  if (what === "cut") return void answer.write(body.subarray(0, body.length / 2), () => answer.destroy())
  const size = Math.ceil(body.length / TRICKLE.parts)
  const next = (from: number): void => {
    if (from >= body.length) return void answer.end()
    answer.write(body.subarray(from, from + size))
    setTimeout(next, TRICKLE.pause, from + size)
  }
  next(0)
}
