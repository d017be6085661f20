/**
 * A CA with an Issuer of cert-manager. It issues into a Secret of its own, from which the certificate is taken over: cert-manager
 * renews when it wants, and a SuperLink must not present a certificate before the SuperNodes trust its root.
 */
import { isIP } from "node:net"
import { type KubeObject, progressing } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { isOwn, labels } from "../shared/labels.ts"
import { condition, objectRef } from "../shared/reading.ts"
import { certificatesIn, rootOf } from "./certificate.ts"
import { type FoundAuthority, stop } from "./found-authority.ts"
import { readSecret } from "./secrets.ts"
import { CERTIFICATES_PART } from "./tls.ts"

export const CERT_MANAGER = "cert-manager.io/v1"

export async function certManagerAuthority(
  context: Context,
  hosts: readonly string[],
): Promise<FoundAuthority> {
  const { cluster, site } = context
  if (!(await cluster.serves(CERT_MANAGER, "Certificate"))) {
    return stop("the SuperLink's cluster has no cert-manager", {
      fix: "install cert-manager, or keep the CA elsewhere: --ca secret, or --ca files",
    })
  }
  const wanted = certificateObject(context, hosts)
  const { name } = wanted.metadata
  const found = await cluster.get({
    apiVersion: CERT_MANAGER,
    kind: "Certificate",
    name,
    namespace: site.project,
  })
  const establish = async () => void (await cluster.apply(wanted))
  if (found === undefined)
    return { is: "absent", reason: `no Certificate ${name} in ${site.project}`, establish }
  if (!isOwn(found, context)) {
    return stop(`Certificate ${name} in ${site.project} was not created by this federation`, {
      fix: `give the Secret that it issues into: --tls-secret ${found.spec?.secretName ?? "NAME"}`,
      next: `oc get certificate ${name} -n ${site.project} -o yaml`,
    })
  }
  if (request(found) !== request(wanted)) {
    return {
      is: "absent",
      reason: `Certificate ${name} asks for ${request(found)}, not ${request(wanted)}`,
      establish,
    }
  }
  const state = condition(found, "Ready")
  const issued = await readSecret(cluster, site.project, wanted.spec.secretName)
  const current =
    state?.observedGeneration === undefined || state.observedGeneration === found.metadata.generation
  if (state?.status !== "True" || !current || issued === undefined) {
    const words = state?.message ?? "cert-manager has not looked at it yet"
    return { is: "result", result: progressing(`Certificate ${name}: ${words}`, objectRef(found)) }
  }
  const pair = { certificate: issued.text("tls.crt"), key: issued.text("tls.key") }
  const roots = certificatesIn(issued.text("ca.crt")).filter((one) => one.checkIssued(one))
  const root = rootOf(certificatesIn(pair.certificate), roots)
  if (root === undefined) {
    return stop(
      `the Issuer of Certificate ${name} gives no self-signed root (ca.crt) that its certificate leads to`,
      {
        fix: "use an Issuer of the type CA or Vault whose chain ends in its root, or keep the CA elsewhere: --ca secret",
        next: `oc get certificate ${name} -n ${site.project} -o yaml`,
      },
    )
  }
  return { is: "there", root, issue: async () => pair }
}

export function certificateObject(
  { site, inputs, federation }: Pick<Context, "site" | "inputs" | "federation">,
  hosts: readonly string[],
): KubeObject {
  const [, kind = "Issuer", name = ""] = /^(?:(\w+)\/)?(.+)$/.exec(inputs.caIssuer ?? "") ?? []
  const issued = `${site.superlinkWorkload}-issued`
  const own = { ...labels(federation), ...CERTIFICATES_PART }
  return {
    apiVersion: CERT_MANAGER,
    kind: "Certificate",
    metadata: { name: issued, namespace: site.project, labels: own },
    spec: {
      secretName: issued,
      // So that it goes with the labels of what a teardown deletes.
      secretTemplate: { labels: own },
      commonName: hosts[0],
      dnsNames: hosts.filter((host) => isIP(host) === 0),
      ipAddresses: hosts.filter((host) => isIP(host) !== 0),
      usages: ["digital signature", "server auth"],
      privateKey: { algorithm: "ECDSA", size: 384, encoding: "PKCS8", rotationPolicy: "Always" },
      duration: "8760h0m0s",
      // A day earlier than a run asks for it.
      renewBefore: `${Math.ceil(inputs.renewBefore / 3600) + 24}h0m0s`,
      issuerRef: { name, kind, group: "cert-manager.io" },
    },
  }
}

const request = ({ spec = {} }: KubeObject): string =>
  `${[...(spec.dnsNames ?? []), ...(spec.ipAddresses ?? [])].sort().join(", ")} from ${spec.issuerRef?.kind ?? "Issuer"}/${spec.issuerRef?.name}`
