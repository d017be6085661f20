/**
 * Whether the Listener's port is open, asked from inside the cluster: by a port forward to the router's pod. Statuses can say
 * `Ready / OK` over a refused port for minutes (measured with router 3.5.1).
 */
import { connect } from "node:net"
import { CheckError, type Cluster, RunbookError } from "../../lib/index.ts"
import { ifAllowed } from "../shared/reading.ts"
import type { Exposure } from "./exposure.ts"
import { type RouterPod, routerPod } from "./router-pod.ts"

/** The port at which every router serves its own health: it shows that a forward to this pod works at all. */
const HEALTH = 9090
/** How long at least an open port may stay silent before it counts as open, and a router before it counts as hung, in milliseconds. */
const PATIENCE = 1_000
const HUNG = 5_000

const NO_FORWARD = "no port forward to the router"

export type PortAnswer =
  | { readonly is: "open" }
  /** Nothing listens at the port, or the router does not answer. */
  | { readonly is: "closed"; readonly what: string; readonly pod: RouterPod }
  /** It could not be asked. `pod`: the router's, if it is there. */
  | { readonly is: "not asked"; readonly why: string; readonly pod?: RouterPod }

const notAsked = (why: string, pod?: RouterPod): PortAnswer => ({
  is: "not asked",
  why,
  ...(pod !== undefined && { pod }),
})

/** Asks the port of a Listener at the router of its project. */
export async function askPort(
  cluster: Cluster,
  namespace: string,
  { spec }: Exposure,
  signal: AbortSignal,
): Promise<PortAnswer> {
  const service = { apiVersion: "v1", kind: "Service", name: spec.host ?? "", namespace }
  const ports = (await ifAllowed(cluster.get(service)))?.spec?.ports as
    | { port: number; targetPort?: number }[]
    | undefined
  const port = ports?.find((one) => one.port === spec.port)?.targetPort
  const pod = await routerPod(cluster, namespace)
  if (typeof port !== "number" || pod === undefined) return notAsked("no access to the router's pod")
  if (!pod.ready) return notAsked("the router's pod is not ready")
  try {
    // Without an answer here, a refusal by the Listener's port would say nothing about the router.
    const health = await tryPort(cluster, pod, HEALTH, "GET /healthz HTTP/1.0\r\n\r\n", HUNG, signal)
    if (health.is === "silent")
      return closed(cluster, `the router does not answer at its own port ${HEALTH}`, pod)
    if (health.is === "ended") return notAsked(NO_FORWARD)
    const answer = await tryPort(
      cluster,
      pod,
      port,
      "",
      Math.max(PATIENCE, Math.ceil(3 * health.milliseconds)),
      signal,
    )
    if (answer.is !== "ended") return { is: "open" }
    if (!/refused/.test(answer.why))
      return notAsked(`a port forward to the router's pod fails: ${answer.why}`)
    return closed(cluster, `the router refuses connections to ${spec.host}:${spec.port}`, pod)
  } catch (error) {
    // In short words: they are part of what a result rests on.
    if (!(error instanceof RunbookError)) throw error
    const refused = error.cause instanceof CheckError && error.cause.result.state === "blocked"
    return notAsked(refused ? "no right to create pods/portforward" : NO_FORWARD, pod)
  }
}

/** A forward is not watched. Whoever waits for the port tries it again after a pause, because the clock is not watched either. */
async function closed(cluster: Cluster, what: string, pod: RouterPod): Promise<PortAnswer> {
  await cluster.now()
  return { is: "closed", what, pod }
}

type Tried =
  | { readonly is: "answered"; readonly milliseconds: number }
  /** The connection was open until `patience` was over. */
  | { readonly is: "silent" }
  | { readonly is: "ended"; readonly why: string }

/** Opens one connection through a port forward, and closes both. A forward accepts at once, and ends later what was refused. */
async function tryPort(
  cluster: Cluster,
  { name, namespace }: RouterPod,
  port: number,
  send: string,
  patience: number,
  signal: AbortSignal,
): Promise<Tried> {
  const forward = await cluster.forward({ namespace, pod: name, port })
  const started = performance.now()
  const socket = connect({ host: "127.0.0.1", port: forward.port })
  try {
    const seen = await new Promise<Tried["is"]>((resolve) => {
      const within = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(patience))])
      within.addEventListener("abort", () => resolve("silent"), { once: true })
      socket.once("data", () => resolve("answered"))
      socket.once("close", () => resolve("ended"))
      socket.on("error", () => resolve("ended"))
      socket.write(send)
    })
    signal.throwIfAborted()
    if (seen === "answered") return { is: seen, milliseconds: performance.now() - started }
    return seen === "silent" ? { is: seen } : { is: seen, why: forward.trouble ?? "the connection ended" }
  } finally {
    socket.destroy()
    await forward.close()
  }
}
