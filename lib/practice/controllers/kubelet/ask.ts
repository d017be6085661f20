/** One question of a probe, as a kubelet asks it: a request of its own to the pod's port, or a command in the container. */
import { once } from "node:events"
import { request } from "node:http"
import { connect as http2 } from "node:http2"
import type { Duplex } from "node:stream"
import { connect as tls } from "node:tls"
import type { SimulatedPort } from "../../types/images.ts"
import type { ContainerSpec, Probe } from "./container-spec.ts"
import { TcpService } from "./loopback.ts"
import { connectTo } from "./port-target.ts"

/** What of a container a probe can reach. */
export interface Asked {
  readonly ip: string
  /** What is served at a port of the pod's own address; what listens on its loopback is not there. */
  service(port: number): unknown
  /** Runs a command in the container; resolves to its output where it failed, and to nothing where it ended with 0. */
  exec(command: readonly string[], signal: AbortSignal): Promise<string | undefined>
}

/** The port of a probe; undefined for a command. */
export function portOf(
  { httpGet, tcpSocket, grpc }: Probe,
  ports: ContainerSpec["ports"],
): number | undefined {
  const wanted = httpGet?.port ?? tcpSocket?.port ?? grpc?.port
  return typeof wanted === "string" ? ports?.find((one) => one.name === wanted)?.containerPort : wanted
}

/** Why an answer does not count; undefined if it does. */
export async function ask(probe: Probe, port: number | undefined, asked: Asked): Promise<string | undefined> {
  const signal = AbortSignal.timeout((probe.timeoutSeconds ?? 1) * 1000)
  if (probe.exec !== undefined) return asked.exec(probe.exec.command ?? [], signal)
  if (port === undefined) return "couldn't find port"
  const place = `${asked.ip}:${port}`
  const found = asked.service(port)
  if (found === undefined) return refusal(probe, place, port)
  let stream: Duplex | undefined
  try {
    const opened = connectTo(found as TcpService | SimulatedPort)
    opened.then(
      (it) => signal.aborted && it.destroy(),
      () => undefined,
    )
    stream = await Promise.race([opened, once(signal, "abort").then(() => signal.throwIfAborted() as never)])
    stream!.on("error", () => undefined)
    const simulated = found instanceof TcpService ? undefined : (found as SimulatedPort)
    if (probe.grpc !== undefined) return await askGrpc(probe.grpc.service ?? "", stream!, simulated, signal)
    return probe.httpGet === undefined ? undefined : await askHttp(probe.httpGet, stream!, simulated, signal)
  } catch (error) {
    if (signal.aborted) return `${questionOf(probe, place)}context deadline exceeded`
    if ((error as { code?: string }).code === "ECONNREFUSED") return refusal(probe, place, port)
    const { message } = error as Error
    const why = /wrong version number/.test(message)
      ? "http: server gave HTTP response to HTTPS client"
      : message
    return `${questionOf(probe, place)}${why}`
  } finally {
    stream?.destroy()
  }
}

const questionOf = ({ httpGet, grpc }: Probe, place: string): string =>
  httpGet !== undefined
    ? `Get "${(httpGet.scheme ?? "HTTP").toLowerCase()}://${place}${httpGet.path ?? "/"}": `
    : grpc !== undefined
      ? `failed to connect service "${place}": `
      : ""

/** Nothing listens there. */
const refusal = (probe: Probe, place: string, port: number): string =>
  probe.grpc === undefined
    ? `${questionOf(probe, place)}dial tcp ${place}: connect: connection refused`
    : `timeout: failed to connect service "${place}" within ${probe.timeoutSeconds ?? 1}s: dial tcp :${port}: connect: connection refused`

async function askHttp(
  { path = "/", scheme = "HTTP", httpHeaders = [] }: NonNullable<Probe["httpGet"]>,
  stream: Duplex,
  simulated: SimulatedPort | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (simulated !== undefined) {
    const { http, tls: secured = false } = simulated.health ?? {}
    if (http === undefined) throw new Error("malformed HTTP response")
    if (secured !== (scheme === "HTTPS"))
      throw new Error(secured ? "EOF" : "http: server gave HTTP response to HTTPS client")
    return verdict(http(path))
  }
  // A kubelet does not check the certificate.
  const socket = scheme === "HTTPS" ? tls({ socket: stream, rejectUnauthorized: false }) : stream
  socket.on("error", () => undefined)
  if (scheme === "HTTPS") await once(socket, "secureConnect", { signal })
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name, value]))
  const question = request({
    ...{ path, host: "localhost", signal },
    headers: { "user-agent": "kube-probe/1.33", ...headers },
    createConnection: () => socket as never,
  })
  question.end()
  const [answer] = await once(question, "response")
  answer.resume()
  return verdict(answer.statusCode)
}

const verdict = (status: number): string | undefined =>
  status >= 200 && status < 400 ? undefined : `HTTP probe failed with statuscode: ${status}`

/** `grpc.health.v1.Health/Check`; a kubelet asks it without TLS. */
async function askGrpc(
  service: string,
  stream: Duplex,
  simulated: SimulatedPort | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (simulated !== undefined) {
    if (simulated.health?.grpc === undefined) throw new Error("context deadline exceeded")
    return simulated.health.grpc() ? undefined : 'service unhealthy (responded with "NOT_SERVING")'
  }
  const session = http2("http://localhost", { createConnection: () => stream })
  try {
    const failed = once(session, "error", { signal }).then(([error]) => {
      throw error
    })
    failed.catch(() => undefined)
    const name = Buffer.from(service)
    const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name])
    const head = Buffer.alloc(5)
    head.writeUInt32BE(message.length, 1)
    const call = session.request({
      ":method": "POST",
      ":path": "/grpc.health.v1.Health/Check",
      "content-type": "application/grpc",
      te: "trailers",
    })
    call.on("error", () => undefined)
    let trailers: Record<string, unknown> = {}
    let body = Buffer.alloc(0)
    call.on("response", (headers) => Object.assign(trailers, headers))
    call.on("trailers", (more) => {
      trailers = { ...trailers, ...more }
    })
    call.on("data", (chunk: Buffer) => {
      body = Buffer.concat([body, chunk])
    })
    call.end(Buffer.concat([head, message]))
    await Promise.race([once(call, "end", { signal }), failed])
    if (trailers["grpc-status"] !== undefined && String(trailers["grpc-status"]) !== "0")
      return `rpc error: code = ${trailers["grpc-status"]} desc = ${trailers["grpc-message"] ?? ""}`
    // Field 1, a number: 1 is SERVING.
    return body[5] === 0x08 && body[6] === 1 ? undefined : 'service unhealthy (responded with "NOT_SERVING")'
  } finally {
    session.destroy()
  }
}
