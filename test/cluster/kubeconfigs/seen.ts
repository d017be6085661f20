/** An API server, and proxies before it, that write down who came, where to and through what. */
import { createServer as createPlainServer, type IncomingMessage } from "node:http"
import { createServer } from "node:https"
import {
  type AddressInfo,
  connect,
  createServer as createSocketServer,
  type Server,
  type Socket,
} from "node:net"
import type { TLSSocket } from "node:tls"
import { createAuthority } from "../../../lib/practice/certificates.ts"

const HOSTS = ["127.0.0.1", "localhost", "api.cluster.test", "rancher.example", "inside.example"]

const authority = await createAuthority("kubeconfigs")
const certificate = await authority.issue("server", { hosts: HOSTS, server: true })
const client = await authority.issue("carol", { client: true })

export const ca = authority.certificate
/** The certificate of a user `carol`. */
export const carol = { certificate: client.certificate, key: client.key }

export interface Seen {
  readonly url: string
  readonly port: number
  /** `http://127.0.0.1:PORT` by the name of the proxy. */
  readonly proxies: Readonly<Record<"first" | "second" | "socks", string>>
  /** What the last request to `/version` was, as one sentence; nothing if there was none since it was last asked. */
  take(): string | undefined
  close(): Promise<void>
}

/** Starts them. A token that begins with `stale` is refused. */
export async function startSeen(): Promise<Seen> {
  const sockets = new Set<Socket>()
  /** By the local port of the connection from the proxy. */
  const through = new Map<number, string>()
  let last: string | undefined

  const api = createServer(
    {
      key: certificate.key,
      cert: certificate.certificate,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      const isStale = /^Bearer stale/.test(request.headers.authorization ?? "")
      if (/\/version(?:\?|$)/.test(request.url ?? "") && !isStale) {
        last = sentence(request, through.get(request.socket.remotePort ?? 0))
      }
      response.writeHead(isStale ? 401 : 200, { "content-type": "application/json" })
      response.end(
        JSON.stringify(isStale ? UNAUTHORIZED : { gitVersion: "v1.32.4", major: "1", minor: "32" }),
      )
    },
  )
  const port = await listening(api, sockets)

  /** Whatever host is asked for, the API server is behind it. */
  const onward = (socket: Socket, name: string, opened: (far: Socket) => void): void => {
    const far = connect(port, "127.0.0.1", () => {
      through.set(far.localPort ?? 0, name)
      opened(far)
      far.pipe(socket)
      socket.pipe(far)
    })
    sockets.add(far)
    far.on("error", () => socket.destroy())
    socket.on("error", () => far.destroy())
    socket.on("close", () => far.destroy())
  }
  const proxy = async (name: string): Promise<[Server, string]> => {
    const server = createPlainServer((_, response) => response.writeHead(405).end())
    server.on("connect", (request: IncomingMessage, socket: Socket) => {
      const basic = request.headers["proxy-authorization"]?.replace(/^Basic /, "")
      const user = basic === undefined ? "" : ` as ${Buffer.from(basic, "base64").toString()}`
      onward(socket, `proxy ${name}${user}`, () => socket.write("HTTP/1.1 200 OK\r\n\r\n"))
    })
    return [server, `http://127.0.0.1:${await listening(server, sockets)}`]
  }
  const [first, firstUrl] = await proxy("first")
  const [second, secondUrl] = await proxy("second")
  const socks = createSocketServer((socket) => {
    void answerSocks(socket, (user) =>
      onward(socket, `proxy socks${user}`, () => socket.write(Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0))),
    )
  })
  const socksUrl = `socks5://127.0.0.1:${await listening(socks, sockets)}`

  return {
    url: `https://127.0.0.1:${port}`,
    port,
    proxies: { first: firstUrl, second: secondUrl, socks: socksUrl },
    take() {
      const seen = last
      last = undefined
      return seen
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await Promise.all(
        [api, first, second, socks].map((server) => new Promise((resolve) => server.close(resolve))),
      )
    },
  }
}

const UNAUTHORIZED = {
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  reason: "Unauthorized",
  message: "Unauthorized",
  code: 401,
}

async function listening(server: Server, sockets: Set<Socket>): Promise<number> {
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.on("error", () => undefined)
    socket.on("close", () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return (server.address() as AddressInfo).port
}

/** `token good as jo of a, b at /k8s/c through proxy first`. */
function sentence(request: IncomingMessage, proxy: string | undefined): string {
  const { authorization = "" } = request.headers
  const name = (request.socket as TLSSocket).getPeerCertificate?.()?.subject?.CN
  const [kind, value = ""] = authorization.split(" ")
  const who =
    kind === "Bearer"
      ? `token ${value}`
      : kind === "Basic"
        ? `password ${Buffer.from(value, "base64").toString()}`
        : "nobody"
  const header = (of: string): string[] => request.headersDistinct[of] ?? []
  const extras = Object.keys(request.headersDistinct)
    .filter((one) => one.startsWith("impersonate-extra-"))
    .sort()
    .map((one) => `${one.slice("impersonate-extra-".length)}=${header(one).sort().join("+")}`)
  const path = (request.url ?? "").replace(/\/version.*$/, "")
  return [
    who,
    ...(name === undefined ? [] : [`certificate ${String(name)}`]),
    ...header("impersonate-user").map((one) => `as ${one}`),
    ...header("impersonate-uid").map((one) => `uid ${one}`),
    ...(header("impersonate-group").length > 0 ? [`of ${header("impersonate-group").join("+")}`] : []),
    ...extras,
    ...(path === "" ? [] : [`at ${path}`]),
    ...(proxy === undefined ? [] : [`through ${proxy}`]),
  ].join(" ")
}

/** The greeting of SOCKS5 (RFC 1928), with user name and password (RFC 1929) where they are offered. */
async function answerSocks(socket: Socket, then: (user: string) => void): Promise<void> {
  const bytes = async (count: number): Promise<Buffer> => {
    for (;;) {
      const read = socket.read(count) as Buffer | null
      if (read !== null) return read
      await new Promise((resolve) => socket.once("readable", resolve))
    }
  }
  const text = async (): Promise<string> => {
    const [size = 0] = await bytes(1)
    return size === 0 ? "" : (await bytes(size)).toString()
  }
  const [, methods = 0] = await bytes(2)
  const hasPassword = (await bytes(methods)).includes(2)
  socket.write(Buffer.of(5, hasPassword ? 2 : 0))
  let user = ""
  if (hasPassword) {
    await bytes(1)
    const name = await text()
    user = ` as ${name}:${await text()}`
    socket.write(Buffer.of(1, 0))
  }
  const [, , , type] = await bytes(4)
  if (type === 1) await bytes(4)
  else await text()
  await bytes(2)
  then(user)
}
