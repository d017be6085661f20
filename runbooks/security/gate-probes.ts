/** Probes of the gate before a SuperLink (Flower 1.40 and later): it answers `GET /health` by asking the SuperLink. */
import type { Container, Deployment } from "../openshift/workload.ts"

const READINESS = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 }
const LIVENESS = { periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 6 }

const isGate = ({ name }: Container): boolean => name === "gate"

/**
 * Ready is a gate that reaches its SuperLink. Alive is one that takes connections: a SuperLink that does not answer is no reason to
 * restart the gate.
 */
export function askGate({ spec }: Deployment): void {
  const gate = spec.template.spec.containers.find(isGate)
  if (gate === undefined) return
  const tls = gate.env?.some(({ name }) => name === "CERTIFICATE") === true
  gate.readinessProbe = {
    httpGet: { path: "/health", port: "fleet", scheme: tls ? "HTTPS" : "HTTP" },
    ...READINESS,
  }
  gate.livenessProbe = { tcpSocket: { port: "fleet" }, ...LIVENESS }
}
