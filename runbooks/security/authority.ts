/** The CA of Flower's own TLS: in a Secret of this federation, in the user's files, or with an Issuer of cert-manager. */
import { readFile } from "node:fs/promises"
import type { Context } from "../context.ts"
import { certManagerAuthority } from "./cert-manager.ts"
import { certificatesIn, privateKeyIn } from "./certificate.ts"
import { type Authority, type FoundAuthority, stop } from "./found-authority.ts"
import { issueServer, newAuthority } from "./issue.ts"
import { isOwnSecret, readSecret, writeSecret } from "./secrets.ts"
import { caSecretOf } from "./tls.ts"

/** @param hosts what a certificate has to be valid for */
export function findAuthority(context: Context, hosts: readonly string[]): Promise<FoundAuthority> {
  switch (context.inputs.ca) {
    case "secret":
      return secretAuthority(context, hosts)
    case "files":
      return fileAuthority(context, hosts)
    case "cert-manager":
      return certManagerAuthority(context, hosts)
  }
}

async function secretAuthority(context: Context, hosts: readonly string[]): Promise<FoundAuthority> {
  const { cluster, site } = context
  const name = caSecretOf(site)
  const establish = () => createAuthority(context)
  const kept = await readSecret(cluster, site.project, name)
  if (kept === undefined)
    return { is: "absent", reason: `no Secret ${name} with a CA in ${site.project}`, establish }
  if (!isOwnSecret(kept, context)) {
    return stop(`Secret ${name} in ${site.project} was not created by this federation`, {
      fix: "rename it or delete it; or use your own CA: --ca-certificate-file and --ca-key-file",
      next: `oc describe secret ${name} -n ${site.project}`,
    })
  }
  const found = authorityFrom(kept.text("tls.crt"), kept.text("tls.key"), hosts)
  // What cannot sign is replaced, in the order of a rollover.
  return typeof found === "string"
    ? { is: "absent", reason: `Secret ${name} in ${site.project} holds no usable CA: ${found}`, establish }
    : found
}

/** A new CA in place of the one in the Secret, whose key is gone with that. */
export async function createAuthority(context: Context): Promise<void> {
  const made = await newAuthority(`Flower CA of ${context.federation}`)
  const content = { "tls.crt": made.certificate, "tls.key": made.key }
  await writeSecret(context, caSecretOf(context.site), content, "kubernetes.io/tls")
}

async function fileAuthority({ inputs, secret }: Context, hosts: readonly string[]): Promise<FoundAuthority> {
  const { caCertificateFile = "", caKeyFile = "" } = inputs
  try {
    const [certificate, key] = await Promise.all(
      [caCertificateFile, caKeyFile].map((path) => readFile(path, "utf8")),
    )
    secret(key)
    const found = authorityFrom(certificate!, key!, hosts)
    if (typeof found !== "string") return found
    return stop(`${caCertificateFile} and ${caKeyFile} are not a CA: ${found}`, {
      fix: "give the certificate of a CA (PEM, with what stands between it and its self-signed root) and its key without a passphrase",
    })
  } catch (error) {
    return stop(`the CA's files cannot be read: ${(error as Error).message}`, {
      fix: "give files that you can read with --ca-certificate-file and --ca-key-file",
    })
  }
}

/** A CA from PEM texts, or what is wrong with them. */
function authorityFrom(certificate: string, keyText: string, hosts: readonly string[]): Authority | string {
  const chain = certificatesIn(certificate)
  const [signer] = chain
  const root = chain.find((one) => one.checkIssued(one))
  const key = privateKeyIn(keyText)
  if (signer === undefined) return "there is no certificate"
  if (!signer.ca) return "the certificate is not one of a CA"
  if (root === undefined) return "there is no self-signed root"
  if (Date.parse(signer.validTo) <= Date.now()) return "it has expired"
  if (key === undefined) return "there is no private key without a passphrase"
  if (!signer.checkPrivateKey(key)) return "the key belongs to another certificate"
  return { is: "there", root, issue: () => issueServer({ certificate, key }, hosts) }
}
