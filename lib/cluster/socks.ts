/** Connections through a SOCKS5 proxy (RFC 1928), with user name and password (RFC 1929). */
import { connect, type Socket } from "node:net"
import { type ConnectionOptions, connect as connectTls } from "node:tls"
import { KEEP_ALIVE_MS } from "../limits.ts"

interface Target {
  readonly hostname: string
  readonly port?: string
  readonly protocol: string
  readonly servername?: string
}

/** What undici calls for each new connection. */
export type Connector = (to: Target, done: (error: Error | null, socket: Socket | null) => void) => void

/** @param proxy `socks5://user:password@host:port` */
export function socksConnector(proxy: string, tls: ConnectionOptions): Connector {
  return (to, done) => {
    const secure = to.protocol === "https:"
    const port = Number(to.port || (secure ? 443 : 80))
    open(new URL(proxy), to.hostname.replace(/^\[|\]$/g, ""), port).then(
      (socket) => {
        socket.setKeepAlive(true, KEEP_ALIVE_MS)
        if (!secure) return done(null, socket)
        const name = tls.servername ?? to.servername ?? to.hostname
        const secured = connectTls({
          ...tls,
          socket,
          ...(/^[\d.:[\]]+$/.test(name) ? { host: name } : { servername: name }),
        })
        const failed = (error: Error): void => done(error, null)
        secured.once("error", failed)
        secured.once("secureConnect", () => {
          secured.off("error", failed)
          done(null, secured)
        })
      },
      (error: Error) => done(error, null),
    )
  }
}

const VERSION = 5
const NO_PASSWORD = 0
const PASSWORD = 2
const NAME = 3

async function open(proxy: URL, host: string, port: number): Promise<Socket> {
  const socket = connect(Number(proxy.port || 1080), proxy.hostname.replace(/^\[|\]$/g, ""))
  try {
    const user = Buffer.from(decodeURIComponent(proxy.username))
    const password = Buffer.from(decodeURIComponent(proxy.password))
    const methods = user.length > 0 ? [NO_PASSWORD, PASSWORD] : [NO_PASSWORD]
    socket.write(Buffer.of(VERSION, methods.length, ...methods))
    const [version, method] = await read(socket, 2)
    if (version !== VERSION) throw new Error("the proxy does not speak SOCKS5")
    if (method === PASSWORD) {
      socket.write(Buffer.concat([Buffer.of(1, user.length), user, Buffer.of(password.length), password]))
      const [, refused] = await read(socket, 2)
      if (refused !== 0) throw new Error("the proxy does not accept its user name and password")
    } else if (method !== NO_PASSWORD) throw new Error("the proxy asks for another login than a password")
    const name = Buffer.from(host)
    socket.write(
      Buffer.concat([Buffer.of(VERSION, 1, 0, NAME, name.length), name, Buffer.of(port >> 8, port & 255)]),
    )
    const [, failed, , type] = await read(socket, 4)
    if (failed !== 0) throw new Error(`the proxy cannot reach ${host}:${port} (SOCKS reply ${failed})`)
    const address = type === 1 ? 4 : type === 4 ? 16 : (await read(socket, 1))[0]!
    await read(socket, address + 2)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** So many bytes. */
function read(socket: Socket, count: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      socket.off("readable", take).off("error", failed).off("close", closed)
    }
    const failed = (error: Error): void => {
      stop()
      reject(error)
    }
    const closed = (): void =>
      failed(Object.assign(new Error("the proxy closed the connection"), { code: "ECONNRESET" }))
    const take = (): void => {
      const bytes = socket.read(count) as Buffer | null
      if (bytes === null) return
      stop()
      resolve(bytes)
    }
    socket.on("readable", take).on("error", failed).on("close", closed)
    take()
  })
}
