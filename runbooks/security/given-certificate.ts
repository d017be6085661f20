/** A certificate that the user gives (`tls-secret`): checked, and never changed. */
import { blocked, type CheckResult, ready } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { FLEET_API } from "../interconnect/exposure.ts"
import { objectRef } from "../shared/reading.ts"
import { bundle, certificatesIn, daysLeft, expiry, privateKeyIn, rootOf, uncovered } from "./certificate.ts"
import { readSecret } from "./secrets.ts"
import { hostsOf, type Situation } from "./situation.ts"

export async function givenCertificate(context: Context, name: string): Promise<Situation> {
  const { cluster, site, inputs } = context
  const { project } = site
  const stop = (what: string, fix: string): Situation => ({
    result: blocked(`Secret ${name} in ${project}${what}`, {
      code: "certificate",
      fix,
      next: `oc describe secret ${name} -n ${project}`,
    }),
    roots: "",
  })
  const kept = await readSecret(cluster, project, name)
  if (kept === undefined)
    return stop(
      " does not exist",
      "create it with tls.crt, tls.key and ca.crt, or omit tls-secret: the step issues one",
    )
  const missing = ["tls.crt", "tls.key", "ca.crt"].filter((key) => !kept.data[key])
  if (missing.length > 0)
    return stop(` has no ${missing.join(", ")}`, "add what is missing: Flower needs all three")
  const [chain, roots] = [certificatesIn(kept.text("tls.crt")), certificatesIn(kept.text("ca.crt"))]
  const [certificate] = chain
  const key = privateKeyIn(kept.text("tls.key"))
  if (certificate === undefined || roots.length === 0)
    return stop(": tls.crt or ca.crt is not a certificate", "store both as PEM")
  if (key === undefined || !certificate.checkPrivateKey(key))
    return stop(
      ": tls.key is not the key of tls.crt",
      "store the certificate's own key as PEM, without a passphrase",
    )
  const now = await cluster.now()
  const root = rootOf(chain, roots)
  if (root === undefined)
    return stop(
      ": tls.crt does not lead to ca.crt",
      "store the certificates between both in tls.crt, and their root in ca.crt",
    )
  for (const [file, one] of [
    ["tls.crt", certificate],
    ["ca.crt", root],
  ] as const) {
    if (Date.parse(one.validTo) <= now)
      return stop(`: ${file} ${expiry(one, now)}`, "renew it, and run again")
    if (Date.parse(one.validFrom) > now)
      return stop(`: ${file} is valid only from ${one.validFrom} on`, "wait until then, or issue it again")
  }
  // SuperNodes dial the first, and the SuperLink's own processes the second (measured with 1.42.0: without it no run starts).
  const lacking = uncovered(certificate, [FLEET_API, "127.0.0.1"])
  if (lacking.length > 0) {
    return stop(
      `: tls.crt is not valid for ${lacking.join(", ")}`,
      `issue it for ${hostsOf(context).join(", ")}`,
    )
  }
  const short = daysLeft(certificate, now) * 86_400 < inputs.renewBefore ? ": renew it" : ""
  const others = uncovered(certificate, hostsOf(context))
  const more =
    others.length === 0
      ? ""
      : `; it is not valid for ${others.at(-1)} and ${others.length - 1} other names, which SuperNodes do not dial`
  const reason = `Secret ${name}, as given: the certificate ${expiry(certificate, now)}${short}, its CA ${expiry(root, now)}${more}`
  const result: CheckResult = ready(reason, { object: objectRef(kept.object), adopted: true })
  return { result, roots: bundle(...roots) }
}
