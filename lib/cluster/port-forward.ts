import { once } from "node:events"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { CheckError } from "../notebook/check-result.ts"
import { RunbookError } from "../notebook/errors.ts"
import { hostPort } from "../notebook/server-url.ts"
import type { Api } from "./api.ts"
import { ClusterError, unreachable } from "./errors.ts"
import type { PortSocket } from "./pooled-kubeconfig.ts"
import type { Forward, ForwardOptions } from "./types.ts"

/** Above so many bytes on their way to the cluster, the client is not read. */
const MAX_BUFFERED = 1024 * 1024
/** The code of a WebSocket that broke off without a close (RFC 6455, 7.1.5). */
const BROKEN_OFF = 1006

/**
 * Forwards a port of a pod: every connection to the local port is one WebSocket to the API server.
 * @param signal its abort closes the port
 * @throws as `Cluster.forward`
 */
export async function forwardPort(api: Api, to: ForwardOptions, signal: AbortSignal): Promise<Forward> {
  const pod = `${to.namespace}/${to.pod}`
  if (!api.forwarded.has(pod)) await probe(api, to, signal)
  api.forwarded.add(pod)
  const open = new Set<() => void>()
  let trouble: string | undefined
  const say = (text: string | undefined): void => {
    trouble = text
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
    const end = (): void => {
      socket.resetAndDestroy()
    }
    open.add(end)
    socket.on("close", () => open.delete(end))
    carry(api, to, socket, say).catch(async (error) => {
      socket.resetAndDestroy()
      api.forwarded.delete(pod)
      say(await whyNot(api, to, error, signal))
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening", { signal })
  const closed = once(server, "close")
  const close = async (): Promise<void> => {
    server.close()
    for (const end of open) end()
    await closed
  }
  const ended = (): void => void close()
  signal.addEventListener("abort", ended, { once: true })
  return {
    port: (server.address() as AddressInfo).port,
    get trouble() {
      return trouble
    },
    async close() {
      signal.removeEventListener("abort", ended)
      await close()
    },
  }
}

/** Carries the bytes of one connection until either side ends. @throws why the WebSocket could not be opened */
async function carry(
  api: Api,
  { namespace, pod, port }: ForwardOptions,
  socket: Socket,
  say: (trouble: string | undefined) => void,
): Promise<void> {
  let refused = ""
  let far: PortSocket | undefined
  // The client may disconnect at any time, also before the WebSocket is open.
  socket.on("error", () => undefined)
  socket.on("close", () => far?.terminate())
  const connection = await api.connection()
  far = await connection.openPort(namespace, pod, port, {
    data(bytes) {
      say(undefined)
      if (!socket.destroyed && !socket.write(bytes)) far?.pause()
    },
    refused(text) {
      refused += text
      say(refused)
    },
  })
  const over = (code: number): void => {
    if (refused === "" && code !== BROKEN_OFF) socket.end()
    else socket.resetAndDestroy()
  }
  far.on("close", over)
  if (socket.destroyed) return far.terminate()
  if (far.readyState === far.CLOSED) return over(BROKEN_OFF)
  socket.on("drain", () => far.resume())
  socket.on("data", (bytes: Buffer) => {
    // Channel 0 carries the data of the first and only port.
    far.send(Buffer.concat([Buffer.of(0), bytes]), () => socket.resume())
    if (far.bufferedAmount > MAX_BUFFERED) socket.pause()
  })
  // A WebSocket cannot be half-closed: a client that ends sending ends the connection, once everything is sent.
  socket.on("end", () => far.close())
  socket.resume()
}

/** Requests the forward without a WebSocket upgrade: a server that would accept it answers that the upgrade is missing. */
async function probe(api: Api, to: ForwardOptions, signal: AbortSignal): Promise<void> {
  const { namespace, pod, port } = to
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward`
  try {
    await api.text({ path, query: { ports: port }, signal })
  } catch (error) {
    if (
      error instanceof ClusterError &&
      error.code === 400 &&
      /upgrade request required/i.test(error.message)
    )
      return
    throw forwardError(to, error)
  }
}

function forwardError({ namespace, pod, port }: ForwardOptions, error: unknown): unknown {
  const what = `port ${port} of pod ${pod} in ${namespace} cannot be forwarded`
  if (error instanceof CheckError && error.result.state === "blocked") {
    const { reason, fix, next } = error.result
    return new RunbookError(what, { why: reason, fix, cause: error, ...(next !== undefined && { next }) })
  }
  if (!(error instanceof ClusterError)) return error
  const next = `oc get pods -n ${namespace}`
  return new RunbookError(what, { why: error.message, fix: "check which pods run there", next, cause: error })
}

/** In the API's words where it gives any: the refusal of a WebSocket has none. */
async function whyNot(api: Api, to: ForwardOptions, error: unknown, signal: AbortSignal): Promise<string> {
  const inner = (error as { error?: unknown }).error ?? error
  const [, code] = /^Unexpected server response: (\d+)/.exec((inner as Error).message) ?? []
  try {
    if (code === undefined && !(inner instanceof CheckError)) {
      const connection = await api.connection()
      return unreachable(connection, inner).message
    }
    if (code !== undefined) await probe(api, to, signal)
  } catch (reason) {
    if (reason instanceof RunbookError) return reason.why ?? reason.message
    return (reason as Error).message
  }
  const right = code === "403" ? `: the right to create pods/portforward in ${to.namespace} is missing` : ""
  return code === undefined
    ? (inner as Error).message
    : `${hostPort(api.server ?? "")} answered ${code} to the WebSocket${right}`
}
