/** `pods/portforward`: handed on to the kubelet of the pod's node, as a real API server does with a WebSocket. */
import { type IncomingMessage, ServerResponse } from "node:http"
import { request as httpsRequest, type Server } from "node:https"
import { type Duplex, pipeline } from "node:stream"
import type { Kind } from "./kind.ts"
import { type KubeletClient, kubeletOf } from "./logs.ts"
import type { Objects } from "./objects.ts"
import type { Call } from "./request.ts"
import { ApiError, badRequest } from "./status.ts"

/** What of a client's request the kubelet must see to agree on a protocol. */
const HANDSHAKE = [
  "upgrade",
  "sec-websocket-key",
  "sec-websocket-version",
  "sec-websocket-protocol",
  "sec-websocket-extensions",
  "x-stream-protocol-version",
]

/** What a request brought besides its head: the connection that is about to be something else. */
const connections = new WeakMap<IncomingMessage, { socket: Duplex; head: Buffer }>()

/** Requests to upgrade are served like all others: whoever serves one may take its connection over. */
export function serveUpgrades(
  server: Server,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy())
    connections.set(request, { socket, head })
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket as Parameters<ServerResponse["assignSocket"]>[0])
    response.on("finish", () => {
      if (connections.has(request)) socket.end()
    })
    handle(request, response)
  })
}

/** As the real server reads them: Go's own words for what is none. @throws ApiError 400 */
function portsOf(query: URLSearchParams): string[] {
  const ports = query.getAll("ports").flatMap((one) => one.split(","))
  for (const port of ports) {
    const why = !/^\d+$/.test(port)
      ? "invalid syntax"
      : Number(port) > 65_535
        ? "value out of range"
        : undefined
    if (why !== undefined)
      throw badRequest(`cannot convert to []int32: strconv.ParseUint: parsing "${port}": ${why}`)
  }
  return ports
}

/** @throws ApiError 400 without a port or an upgrade, 404, 500 where the kubelet cannot be reached, its own refusals */
export async function forwardPort(
  call: Call,
  kind: Kind,
  nodes: Kind,
  objects: Objects,
  client: KubeletClient,
): Promise<void> {
  const ports = portsOf(call.query)
  const pod = objects.get(kind, call.namespace, call.name!)
  const { host, port } = kubeletOf(pod, nodes, objects)
  const connection = connections.get(call.request)
  if (connection === undefined) throw badRequest("Upgrade request required")

  const query = new URLSearchParams(ports.map((one) => ["port", one]))
  const path = `/portForward/${call.namespace}/${call.name}?${query}`
  const headers: Record<string, string> = { connection: "Upgrade" }
  for (const name of HANDSHAKE) {
    const value = call.request.headers[name]
    if (value !== undefined) headers[name] = String(value)
  }
  const outgoing = httpsRequest({
    ...{ host, port, path, headers, agent: false },
    ...{ cert: client.certificate, key: client.key, rejectUnauthorized: false },
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  call.response.on("close", () => outgoing.destroy())
  outgoing.on("error", (error) => {
    reject(new ApiError(500, "InternalError", `error dialing backend: ${error.message}`))
  })
  outgoing.on("response", (answer) => {
    call.response.writeHead(answer.statusCode ?? 500, answer.headers)
    pipeline(answer, call.response, () => resolve())
  })
  outgoing.on("upgrade", (answer, kubelet, first) => {
    const { socket, head } = connection
    kubelet.on("error", () => socket.destroy())
    socket.on("close", () => kubelet.destroy())
    kubelet.on("close", () => socket.end())
    call.response.removeAllListeners("close")
    call.response.sendDate = false
    call.response.writeHead(101, answer.headers)
    call.response.flushHeaders()
    call.response.detachSocket(socket as Parameters<ServerResponse["detachSocket"]>[0])
    connections.delete(call.request)
    socket.write(first)
    kubelet.write(head)
    kubelet.pipe(socket)
    socket.pipe(kubelet)
    resolve()
  })
  outgoing.end()
  await promise
}
