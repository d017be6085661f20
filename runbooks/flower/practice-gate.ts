/** Simulates the gate on practice clusters: it passes the Fleet API of the SuperLink in its pod, and refuses all other paths. */
import type { PracticeContainer, SimulatedPort } from "../../lib/index.ts"
import { GATE_UPSTREAM } from "../security/gate.ts"
import { FLEET_PORT } from "./flower-versions.ts"

const HEALTH = /^GET \/health HTTP\/1\.1\r\n/
const answerOf = (status: string): Buffer =>
  Buffer.from(`HTTP/1.1 ${status}\r\nserver: nginx\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n`)

/** What it says to a request that does not come from a SuperNode. */
const answer = (bytes: Buffer): Buffer =>
  answerOf(HEALTH.test(bytes.toString("latin1")) ? "200 OK" : "403 Forbidden")

export function startGate(container: PracticeContainer): () => void {
  let close = () => {}
  container.ready()
  return container.dial(GATE_UPSTREAM, {
    open(superlink) {
      close()
      close = container.listen(FLEET_PORT, { ...(superlink as SimulatedPort), answer })
    },
    lost: () => close(),
  })
}
