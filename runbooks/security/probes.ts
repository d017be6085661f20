/** `probes: on`: what a cluster asks a container to know whether it has started, works, and can be used. */
import type { Probe } from "../openshift/pod-differences.ts"
import type { Container } from "../openshift/workload.ts"

/** How a program tells that it works: gRPC's own health service, or an answer to `GET /health`. */
export type Health = { readonly grpc: number } | { readonly http: number }

/**
 * A start takes seconds, but minutes on a node that is short of CPU. While it lasts, only the startup probe is asked. Liveness is
 * patient: a restart costs a SuperLink its runs, and a SuperNode what it computes.
 */
const STARTUP = { periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 60 }
const READINESS = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 }
const LIVENESS = { periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 6 }

/** Sets a container's probes. `GET /health` is asked by HTTPS where the program has certificates: a kubelet does not check them. */
export function askHealth(container: Container, health: Health): void {
  const asked = questionOf(health, container.args?.includes("--insecure") !== true)
  container.startupProbe = { ...asked, ...STARTUP }
  container.readinessProbe = { ...asked, ...READINESS }
  container.livenessProbe = { ...asked, ...LIVENESS }
  const port = "grpc" in health ? health.grpc : health.http
  if (container.ports?.some((one) => one.containerPort === port) === true) return
  container.ports = [...(container.ports ?? []), { name: "health", containerPort: port }]
}

const questionOf = (health: Health, tls: boolean): Probe =>
  "grpc" in health
    ? { grpc: { port: health.grpc } }
    : { httpGet: { path: "/health", port: health.http, scheme: tls ? "HTTPS" : "HTTP" } }
