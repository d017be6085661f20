/** What `doctor` says about the SuperLink: who is let in, which of its APIs can be reached, and how long its certificates are valid. */
import type { CheckResult, Diagnosis } from "../lib/index.ts"
import { lookAtCertificates } from "./certificates.ts"
import type { Context } from "./context.ts"
import { hasFlag } from "./flower/command-line.ts"
import { familyOf } from "./flower/flower-versions.ts"
import { findSuperlink, runningVersion, superlinkFlags } from "./flower/superlink.ts"
import { gateIn } from "./security/gate.ts"
import { ONLY_REGISTERED } from "./security/node-auth.ts"
import { REPLACED } from "./security/situation.ts"
import { isOwn } from "./shared/labels.ts"
import { ifAllowed, ifServed } from "./shared/reading.ts"

/** A check's result as a diagnosis: something that is only missing so far is not a problem. */
export function finding(result: CheckResult): Diagnosis {
  const ok = result.state === "ready" || (result.state === "blocked" ? false : "warn")
  const fix = "fix" in result ? result.fix : undefined
  const next = "next" in result ? result.next : undefined
  return { ok, said: result.reason, ...(fix !== undefined && { fix }), ...(next !== undefined && { next }) }
}

/** From Flower 1.40 on, the Fleet port is that of all APIs, and nothing but a gate keeps a linked site from the others. */
export async function otherApis(context: Context): Promise<Diagnosis> {
  if (context.site.role !== "superlink") return { ok: true, said: "checked at the SuperLink's site" }
  const superlink = await ifAllowed(findSuperlink(context))
  if (superlink === undefined) return { ok: true, said: "no SuperLink here yet" }
  if (gateIn(superlink) !== undefined)
    return { ok: true, said: "the SuperLink's gate passes the Fleet API only" }
  const version = runningVersion(superlink, "superlink")
  if (version === undefined || !familyOf(version).onePort)
    return { ok: true, said: "the SuperLink's Fleet API has a port of its own" }
  const restart = isOwn(superlink, context) ? "" : " --allow-restart"
  return {
    ok: "warn",
    said: `SuperLink ${version} serves its Control and Runtime APIs on the Fleet port: every linked site can start runs and take over tasks`,
    fix: "put a gate before it: the SuperLink is restarted, and the connector moves to the gate's port",
    next: `flower-runbook run --gate on${restart}`,
  }
}

/** How long Flower's own certificates are valid; a CA that is being replaced waits for further runs. */
export async function certificates(context: Context): Promise<Diagnosis> {
  const { inputs, site } = context
  if (inputs.tls !== "on") return { ok: true, said: "Flower's own TLS is not looked after here (tls)" }
  if (site.role !== "superlink") return { ok: true, said: "checked at the SuperLink's site" }
  const { result } = await lookAtCertificates(context)
  const found = finding(result)
  if (result.state === "ready" && !result.reason.includes(REPLACED)) return found
  return { ...found, ok: found.ok === false ? false : "warn", next: found.next ?? "flower-runbook run" }
}

/** A SuperLink without TLS and authentication lets in whoever reaches its port. */
export async function open(context: Context): Promise<Diagnosis> {
  const { site } = context
  if (site.role !== "superlink") return { ok: true, said: "checked at the SuperLink's site" }
  const found = await ifServed(ifAllowed(findSuperlink(context)))
  if (found === undefined) return { ok: true, said: "no SuperLink is here yet, or you cannot read it" }
  const flags = superlinkFlags(found)
  const gaps = [
    ...(hasFlag(flags, "--ssl-certfile") ? [] : ["it has no TLS of its own (tls)"]),
    ...(hasFlag(flags, ONLY_REGISTERED) ? [] : ["it lets in SuperNodes that nobody registered (node-auth)"]),
  ]
  const name = `Deployment ${found.metadata.name}`
  if (gaps.length === 0) return { ok: true, said: `${name} has TLS, and lets in registered SuperNodes only` }
  const own = isOwn(found, context)
  const said = `${name} ${own ? "" : "existed before and "}is open: ${gaps.join(", and ")}`
  // Who follows the guide gets what the guide makes.
  if (own) return { ok: true, said: `${said}; --security hardened closes it` }
  return {
    ok: "warn",
    said,
    fix: "close it with --tls on --node-auth on --allow-restart: it restarts once, and each SuperNode is out until it has its root certificate and its key",
    next: "flower-runbook plan --tls on --node-auth on --allow-restart",
  }
}
