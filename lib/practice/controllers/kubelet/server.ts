/** The kubelet's own HTTPS server, to which the API server hands on `pods/log` and `pods/portforward`. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import { createAuthority } from "../../certificates.ts"
import { listenAt } from "../../ports.ts"
import { format, type LogQuery } from "./logs.ts"
import type { RunningPod } from "./pod.ts"
import { refuseUpgrade, servePortForward } from "./port-forward.ts"
import type { Behind } from "./port-target.ts"

/** What the server asks the kubelet. */
export interface Served {
  pod(namespace: string, name: string): RunningPod | undefined
  /** What is listening at a port of a pod. */
  service(namespace: string, name: string, port: number): ReturnType<Behind>
}

export interface KubeletServer {
  readonly port: number
  close(): Promise<void>
}

const number = (text: string | null): number | undefined => (text === null ? undefined : Number(text))

function logs(pod: RunningPod, name: string, query: URLSearchParams, answer: ServerResponse): unknown {
  const container = pod.container(name)
  const refuse = (code: number, text: string): unknown => answer.writeHead(code).end(text)
  if (container === undefined) return refuse(404, `container "${name}" not found`)
  const previous = query.get("previous") === "true"
  const log = previous ? container.previous : container.log
  if (log === undefined && previous) return refuse(400, `previous terminated container "${name}" not found`)
  if (log === undefined) {
    const { state } = container.status() as { state: { waiting?: { reason: string } } }
    return refuse(
      400,
      `container "${name}" is waiting to start: ${state.waiting?.reason ?? "ContainerCreating"}`,
    )
  }
  const since = query.get("sinceTime")
  const timestamps = query.get("timestamps") === "true"
  const wanted: LogQuery = {
    tailLines: number(query.get("tailLines")),
    sinceSeconds: number(query.get("sinceSeconds")),
    limitBytes: number(query.get("limitBytes")),
    timestamps,
    ...(since === null ? {} : { sinceTime: Date.parse(since) }),
  }
  answer.writeHead(200, { "content-type": "text/plain" })
  const text = log.read(wanted)
  if (query.get("follow") !== "true") return answer.end(text)
  answer.flushHeaders()
  if (text !== "") answer.write(text)
  const end = log.follow({
    line: (line) => answer.write(format(line, timestamps)),
    end: () => answer.end(),
  })
  return answer.on("close", end)
}

/** @param port the one to take if it is free, 0 for any */
export async function startKubeletServer(
  { pod: podOf, service }: Served,
  port: number,
): Promise<KubeletServer> {
  const authority = await createAuthority("practice kubelet")
  const { certificate, key } = await authority.issue("practice kubelet", {
    hosts: ["127.0.0.1"],
    server: true,
  })
  const server = createServer(
    { cert: certificate, key },
    (request: IncomingMessage, answer: ServerResponse) => {
      const { pathname = "", searchParams } = URL.parse(`https://kubelet${request.url}`) ?? {}
      // Names of pods and containers need no decoding.
      const [, what, namespace = "", name = "", container = ""] = pathname.split("/")
      if (pathname === "/healthz") return void answer.end("ok")
      if (request.method !== "GET" || what !== "containerLogs" || searchParams === undefined)
        return void answer.writeHead(404).end("404 page not found")
      const pod = podOf(namespace, name)
      if (pod === undefined)
        return void answer.writeHead(404).end(`pod "${name}_${namespace}" does not exist`)
      logs(pod, container, searchParams, answer)
    },
  )
  const upgraded = new Set<Duplex>()
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket)
    socket.on("close", () => upgraded.delete(socket))
    socket.on("error", () => socket.destroy())
    // Names of pods need no decoding.
    const [, what, namespace = "", name = ""] = (request.url ?? "").split("?")[0]!.split("/")
    const pod = what === "portForward" ? podOf(namespace, name) : undefined
    if (pod === undefined) {
      const text = what === "portForward" ? `pod "${name}_${namespace}" does not exist` : "404 page not found"
      refuseUpgrade(socket, 404, text)
      return
    }
    const behind = (wanted: number) => service(namespace, name, wanted)
    servePortForward(request, socket, head, pod.uid, behind).catch(() => socket.destroy())
  })
  await listenAt(server, port)
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        for (const socket of upgraded) socket.destroy()
      }),
  }
}
