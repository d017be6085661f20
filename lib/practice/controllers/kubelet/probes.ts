/** A container's probes, asked where its program serves their ports; what is only played says itself that it is ready. */
import { once } from "node:events"
import { request } from "node:http"
import type { Socket } from "node:net"
import type { Pace } from "../pace.ts"
import type { ContainerSpec, Probe } from "./container-spec.ts"
import { TcpService } from "./loopback.ts"

/** What the probes of one run of a container need and tell. */
export interface Probed {
  readonly pace: Pace
  /** What is served at a port of the pod. */
  service(port: number): unknown
  ready(ready: boolean): void
  warn(message: string): void
  /** It is to be ended, and started again. */
  dead(): void
}

/** Why an answer of `/healthz` or a connection does not count. */
async function failure(
  service: TcpService,
  { httpGet }: Probe,
  signal: AbortSignal,
): Promise<string | undefined> {
  let socket: Socket | undefined
  try {
    const opened = service.connect()
    opened.then(
      (it) => signal.aborted && it.destroy(),
      () => undefined,
    )
    socket = (await Promise.race([
      opened,
      once(signal, "abort").then(() => signal.throwIfAborted()),
    ])) as Socket
    if (httpGet === undefined) return undefined
    const path = httpGet.path ?? "/"
    const asked = request({ path, host: "localhost", signal, createConnection: () => socket! })
    asked.end()
    const [answer] = await once(asked, "response")
    answer.resume()
    const { statusCode } = answer
    return statusCode < 400 ? undefined : `HTTP probe failed with statuscode: ${statusCode}`
  } catch (error) {
    return signal.aborted ? "context deadline exceeded" : (error as Error).message
  } finally {
    socket?.destroy()
  }
}

function startProbe(
  probe: Probe,
  port: number,
  timing: { wait: number; every: number },
  service: (port: number) => unknown,
  told: (failed: string | undefined) => void,
): () => void {
  let over = false
  let timer: NodeJS.Timeout
  const ask = async (): Promise<void> => {
    const found = service(port)
    if (found instanceof TcpService) {
      const why = await failure(found, probe, AbortSignal.timeout((probe.timeoutSeconds ?? 1) * 1000))
      if (!over) told(why)
    }
    if (!over) timer = setTimeout(ask, timing.every)
  }
  timer = setTimeout(ask, timing.wait)
  return () => {
    over = true
    clearTimeout(timer)
  }
}

/** Starts the probes of a run of a container. Returns how to end them. */
export function startProbes(
  { readinessProbe, livenessProbe, ports = [] }: ContainerSpec,
  { pace, service, ready, warn, dead }: Probed,
): () => void {
  const start = (
    probe: Probe | undefined,
    timing: (seconds: number) => number,
    told: (failed: string | undefined) => void,
  ) => {
    const wanted = probe?.httpGet?.port ?? probe?.tcpSocket?.port
    const port = typeof wanted === "string" ? ports.find((one) => one.name === wanted)?.containerPort : wanted
    if (probe === undefined || port === undefined) return () => undefined
    const { initialDelaySeconds = 0, periodSeconds = 10 } = probe
    return startProbe(
      probe,
      port,
      { wait: timing(initialDelaySeconds), every: timing(periodSeconds) },
      service,
      told,
    )
  }
  const counting = (threshold: number, failed: (why: string) => void, good: () => void) => {
    let failures = 0
    return (why: string | undefined) => {
      failures = why === undefined ? 0 : failures + 1
      if (why === undefined) good()
      else if (failures >= threshold) failed(why)
    }
  }
  const ends = [
    start(
      readinessProbe,
      (seconds) => pace(seconds * 1000, 200) || 100,
      counting(
        readinessProbe?.failureThreshold ?? 3,
        (why) => {
          warn(`Readiness probe failed: ${why}`)
          ready(false)
        },
        () => ready(true),
      ),
    ),
    start(
      livenessProbe,
      // At its real pace always: on a busy machine a shorter one would kill what only takes its time.
      (seconds) => seconds * 1000,
      counting(
        livenessProbe?.failureThreshold ?? 3,
        (why) => {
          warn(`Liveness probe failed: ${why}`)
          dead()
        },
        () => undefined,
      ),
    ),
  ]
  return () => {
    for (const end of ends) end()
  }
}
