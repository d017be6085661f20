/** What SuperLink and SuperNodes do with the certificates that they were started with. */
import type { X509Certificate } from "node:crypto"
import { CheckError, type Site } from "../../lib/index.ts"
import type { Context, SiteInputs } from "../context.ts"
import { incomplete } from "../openshift/rollout.ts"
import type { Deployment } from "../openshift/workload.ts"
import { certificatesIn, contentHash, hasRoot } from "../security/certificate.ts"
import { readSecret } from "../security/secrets.ts"
import { rootsSecretOf, STARTED_WITH } from "../security/tls.ts"
import { findSuperlink } from "./superlink.ts"
import { findSupernode } from "./supernode.ts"

/** Why SuperNodes of the federation do not trust a root yet. One that is not deployed yet will trust it. */
export async function untrusting(context: Context, root: X509Certificate): Promise<string[]> {
  const reasons = await Promise.all(
    context.all("supernode").map(async (site) => {
      const reason = await whyUntrusting(context, site, root)
      return reason === undefined ? [] : [`${site.name}: ${reason}`]
    }),
  )
  return reasons.flat()
}

async function whyUntrusting(
  context: Context,
  site: Site<SiteInputs>,
  root: X509Certificate,
): Promise<string | undefined> {
  const { cluster } = context.at(site)
  try {
    const deployment = await findSupernode({ cluster, site, federation: context.federation })
    if (deployment === undefined) return undefined
    const secret = await readSecret(cluster, site.project, rootsSecretOf(site, context.inputs)!)
    if (secret === undefined || !hasRoot(certificatesIn(secret.text("ca.crt")), root))
      return "its roots do not have it"
    if (startedWith(deployment) !== contentHash(secret.data["ca.crt"]!))
      return `Deployment ${deployment.metadata.name} has not been restarted with it`
    return incomplete(deployment)
  } catch (error) {
    if (error instanceof CheckError) return error.result.reason
    throw error
  }
}

export const startedWith = (deployment: Deployment): string | undefined =>
  deployment.spec.template.metadata?.annotations?.[STARTED_WITH]

/** Whether the SuperLink's pods were started with this certificate; one that does not exist yet will be. */
export async function presents(context: Context, hash: string): Promise<boolean> {
  const found = await findSuperlink(context)
  return found === undefined || (startedWith(found) === hash && incomplete(found) === undefined)
}
