/** `/portForward/NAMESPACE/POD?port=N` of the kubelet's server: a pod's port through a WebSocket, or through SPDY. */
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { type Behind, connectTo, whyNot } from "./port-target.ts"
import { serveSpdy } from "./spdy-forward.ts"

/**
 * What the kubelet speaks (k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go): two channels a port, data and error;
 * a message's first byte is its channel; the first message of each channel is the port.
 */
const PROTOCOL = "v4.channel.k8s.io"
/** What kubectl speaks inside of SPDY, and how it brings SPDY through a WebSocket. */
const STREAMS = "portforward.k8s.io"
const TUNNEL = `SPDY/3.1+${STREAMS}`
/** Bytes on their way to a slow client above which its pod's side is not read any more. */
const ENOUGH = 1024 * 1024

/** Answers a request to upgrade with a refusal. */
export function refuseUpgrade(socket: Duplex, code: number, text: string): void {
  const phrase = code === 404 ? "Not Found" : "Bad Request"
  socket.end(
    `HTTP/1.1 ${code} ${phrase}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  )
}

/**
 * Answers a request to upgrade.
 * @param uid the pod's
 */
export async function servePortForward(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  uid: string,
  behind: Behind,
): Promise<void> {
  const { searchParams } = new URL(`https://kubelet${request.url}`)
  const ports = searchParams.getAll("port").map(Number)
  const protocols = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((one) => one.trim())
  const upgrade = request.headers.upgrade?.toLowerCase() ?? ""
  if (upgrade.startsWith("spdy/")) {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: SPDY/3.1\r\nx-stream-protocol-version: ${STREAMS}\r\n\r\n`,
    )
    if (head.length > 0) socket.unshift(head)
    serveSpdy(socket, uid, behind)
    return
  }
  if (upgrade === "websocket" && protocols.includes(TUNNEL)) {
    const { WebSocketServer, createWebSocketStream } = await import("ws")
    const tunnels = new WebSocketServer({ noServer: true, handleProtocols: () => TUNNEL })
    tunnels.handleUpgrade(request, socket, head, (client) => {
      const inner = createWebSocketStream(client)
      inner.on("error", () => client.terminate())
      serveSpdy(inner, uid, behind)
    })
    return
  }
  if (upgrade !== "websocket" || !protocols.includes(PROTOCOL)) {
    refuseUpgrade(socket, 400, `unable to upgrade: none of the protocols is known (${PROTOCOL}, ${TUNNEL})`)
    return
  }
  if (ports.length === 0) {
    refuseUpgrade(socket, 400, 'query parameter "port" is required')
    return
  }
  const wrong = ports.find((port) => !Number.isInteger(port) || port < 1 || port > 65_535)
  if (wrong !== undefined) {
    refuseUpgrade(socket, 400, `query parameter "port" is invalid: ${searchParams.getAll("port").join(",")}`)
    return
  }
  const { WebSocketServer } = await import("ws")
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => PROTOCOL })
  server.handleUpgrade(request, socket, head, (client) => {
    const channels = ports.map((port, index) => {
      const send = (channel: number, bytes: Buffer, sent?: () => void): void => {
        if (client.readyState === client.OPEN) {
          client.send(Buffer.concat([Buffer.of(2 * index + channel), bytes]), sent)
        }
      }
      const number = Buffer.alloc(2)
      number.writeUInt16LE(port)
      send(0, number)
      send(1, number)
      const fail = (why: string): void => {
        send(1, Buffer.from(whyNot(port, uid, why)))
        leave()
      }
      const target = behind(port)
      if (target === undefined) {
        setImmediate(fail, "connection refused")
        return undefined
      }
      const opened = connectTo(target)
      opened.then(
        (pod) => {
          pod.on("data", (bytes: Buffer) => {
            send(0, bytes, () => pod.resume())
            if (client.bufferedAmount > ENOUGH) pod.pause()
          })
          pod.on("end", () => pod.end())
          pod.on("close", () => leave())
          pod.on("drain", () => client.resume())
        },
        (error: NodeJS.ErrnoException) =>
          fail(error.code === "ECONNREFUSED" ? "connection refused" : error.message),
      )
      return opened
    })
    /** What arrives before a pod's side is open waits for it, in order. */
    const each = (opened: Promise<Duplex> | undefined, then: (pod: Duplex) => void): void =>
      void opened?.then(then, () => undefined)
    /** All ports of a call end together, as its two streams a port do in a kubelet. */
    const leave = (): void => {
      client.close()
      for (const opened of channels) each(opened, (pod) => pod.destroy())
    }
    client.on("message", (data: Buffer) => {
      if (data[0]! % 2 !== 0) return
      each(channels[data[0]! / 2], (pod) => {
        if (!pod.destroyed && !pod.write(data.subarray(1))) client.pause()
      })
    })
    client.on("error", () => client.terminate())
    client.on("close", () => {
      for (const opened of channels) each(opened, (pod) => pod.end(() => pod.destroy()))
    })
  })
}
