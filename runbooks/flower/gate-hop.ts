/** Whether the gate before the SuperLink is one: a path of no other API may be answered at its port. */
import { once } from "node:events"
import type { IncomingMessage } from "node:http"
import { blocked, RunbookError } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { gateHealth } from "../security/gate.ts"
import { objectRef } from "../shared/reading.ts"
import { PRACTICE_NODE } from "./flwr.ts"
import { type Hop, holds, pendingHop } from "./hop.ts"
import type { Running } from "./running.ts"
import { fleetPort } from "./superlink.ts"

/** A description of all APIs, which a SuperLink without a gate gives to everybody. */
const PATH = "/openapi.json"
const REFUSED = 403
/** In milliseconds. */
const PATIENCE = 10_000

/** Undefined where there is no gate. */
export async function gateHop(context: Context, superlink: Running): Promise<Hop | undefined> {
  const health = gateHealth(superlink.deployment)
  if (health === undefined) return undefined
  if (context.inputs.probe === "off") return holds("gate not tried (--probe off)")
  const site = context.the("superlink")
  const asked = await ask(context, superlink, health.scheme === "HTTPS")
  if ("why" in asked) return holds(`gate not tried (${asked.why})`)
  if (asked.status === REFUSED) return holds("gate refuses other APIs")
  const what = `GET ${PATH} is answered with ${asked.status} in place of ${REFUSED}`
  if (asked.status >= 500)
    return pendingHop("gate", what, `oc logs pod/${superlink.pod} -c gate -n ${site.project}`)
  // Real Flower on a machine without nginx: practice goes on, and says so.
  if (superlink.node === PRACTICE_NODE) return holds(`gate passes everything (nginx is not on PATH)`)
  return blocked(`gate: ${what}: it passes other APIs than the Fleet API`, {
    code: "gate",
    fix: "create the SuperLink's pods again with the gate's own image and configuration",
    next: `flower-runbook step deploy-superlink --site ${site.name} --rerun`,
    object: objectRef(superlink.deployment),
  })
}

/** Asks the gate by a port forward to its pod. */
async function ask(
  context: Context,
  { deployment, pod }: Running,
  tls: boolean,
): Promise<{ status: number } | { why: string }> {
  const site = context.the("superlink")
  try {
    const to = { namespace: site.project, pod, port: fleetPort(deployment) }
    const forward = await context.at(site).cluster.forward(to)
    try {
      // Nothing secret is sent, and a certificate is not what is asked about: SuperNodes check it themselves.
      const { request } = tls ? await import("node:https") : await import("node:http")
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(PATIENCE)])
      const options = { host: "127.0.0.1", port: forward.port, path: PATH, agent: false, signal }
      const sent = request({ ...options, ...(tls && { rejectUnauthorized: false }) })
      // What breaks off after the answer's first line does not matter.
      sent.on("error", () => undefined).end()
      const [answer] = (await once(sent, "response")) as [IncomingMessage]
      answer.on("error", () => undefined).resume()
      return { status: answer.statusCode ?? 0 }
    } catch (error) {
      context.signal.throwIfAborted()
      return { why: forward.trouble ?? (error as Error).message }
    } finally {
      await forward.close()
    }
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error
    return { why: "no port forward to the SuperLink's pod" }
  }
}
