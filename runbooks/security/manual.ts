/** Shell lines that issue the certificates by hand, with openssl. Keys are in a folder that only the user can read, and that is deleted. */
import { isIP } from "node:net"
import { shellWord } from "../../lib/index.ts"
import type { Manual } from "../context.ts"
import { labels } from "../shared/labels.ts"
import { APPLY, hereDocument, unlessExists } from "../shared/manual.ts"
import { CERT_MANAGER, certificateObject } from "./cert-manager.ts"
import { CERTIFICATES_PART, caSecretOf, certificateHosts, rootsSecretOf, tlsSecretOf } from "./tls.ts"

/** A Secret whose values are words of the shell: base64. */
const secretOf = (
  name: string,
  { site, federation }: Pick<Manual, "site" | "federation">,
  type: string,
  values: Readonly<Record<string, string>>,
): string => `${APPLY} <<EOF
apiVersion: v1
kind: Secret
metadata:
  name: ${name}
  namespace: ${site.project}
  labels:
${Object.entries({ ...labels(federation), ...CERTIFICATES_PART })
  .map(([key, value]) => `    ${key}: ${value}`)
  .join("\n")}
type: ${type}
data:
${Object.entries(values)
  .map(([key, value]) => `  ${key}: ${value}`)
  .join("\n")}
EOF`

/** The content of a file, as base64. */
const file = (name: string): string => `$(openssl base64 -A -in "$work/${name}")`

/** A value of a Secret, as base64. */
const kept = (project: string, name: string, key: string): string =>
  `oc get secret ${name} -n ${project} -o jsonpath='{.data.${key.replace(".", "\\.")}}'`

const TLS = "kubernetes.io/tls"

export async function certificatesManual(context: Manual): Promise<string> {
  const { site, inputs } = context
  const name = tlsSecretOf(site, inputs)!
  if (site.tlsSecret !== undefined)
    return `# Your own certificate: it must be valid for these names: ${hostsOf(context).join(", ")}
${kept(site.project, name, "tls.crt")} | openssl base64 -d -A | openssl x509 -noout -dates -ext subjectAltName`
  if (inputs.ca === "cert-manager") return issuedManual(context, name)
  const extensions = [
    "basicConstraints=critical,CA:FALSE",
    "keyUsage=critical,digitalSignature",
    "extendedKeyUsage=serverAuth",
    `subjectAltName=${hostsOf(context)
      .map((host) => `${isIP(host) === 0 ? "DNS" : "IP"}:${host}`)
      .join(",")}`,
  ]
  const issue = `(
  set -e
  umask 077
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
${authority(context)}
  openssl ecparam -name secp384r1 -genkey -noout -out "$work/tls.key"
  openssl req -new -key "$work/tls.key" -subj /CN=fleet-api -out "$work/tls.csr"
  printf '%s\\n' ${extensions.map(shellWord).join(" ")} > "$work/extensions"
  openssl x509 -req -in "$work/tls.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial \\
    -sha384 -days 365 -extfile "$work/extensions" -out "$work/tls.crt"
  ${secretOf(name, context, TLS, { "tls.crt": file("tls.crt"), "tls.key": file("tls.key"), "ca.crt": file("ca.crt") })}
)`
  return `# The certificate is valid for a year. To renew it, delete Secret ${name}, run these lines again, and restart the SuperLink.
${unlessExists(`secret ${name} -n ${site.project}`, issue)}`
}

const hostsOf = ({ the, all }: Manual): string[] => certificateHosts(the("superlink"), all("supernode"))

/** Puts `ca.crt` and `ca.key` into the folder. */
function authority(context: Manual): string {
  const { site, inputs, federation } = context
  if (inputs.ca === "files") {
    return `  cp ${shellWord(inputs.caCertificateFile ?? "")} "$work/ca.crt"
  cp ${shellWord(inputs.caKeyFile ?? "")} "$work/ca.key"`
  }
  const name = caSecretOf(site)
  const subject = shellWord(`/CN=Flower CA of ${federation}`)
  return `  if ${exists(name, site.project)}; then
    ${kept(site.project, name, "tls.crt")} | openssl base64 -d -A > "$work/ca.crt"
    ${kept(site.project, name, "tls.key")} | openssl base64 -d -A > "$work/ca.key"
  else
    openssl ecparam -name secp384r1 -genkey -noout -out "$work/ca.key"
    openssl req -x509 -new -key "$work/ca.key" -sha384 -days 3650 -subj ${subject} \\
      -addext keyUsage=critical,keyCertSign,cRLSign -out "$work/ca.crt"
    ${secretOf(name, context, TLS, { "tls.crt": file("ca.crt"), "tls.key": file("ca.key") })}
  fi`
}

const exists = (name: string, project: string): string =>
  `[ -n "$(oc get secret ${name} -n ${project} --ignore-not-found -o name)" ]`

async function issuedManual(context: Manual, name: string): Promise<string> {
  const { site } = context
  const { stringify } = await import("yaml")
  const certificate = certificateObject(context, hostsOf(context))
  const issued = certificate.metadata.name
  const value = (key: string) => `$(${kept(site.project, issued, key)})`
  return `${hereDocument(APPLY, stringify(certificate))}
oc wait --for=condition=Ready certificates.${CERT_MANAGER.split("/")[0]}/${issued} -n ${site.project} --timeout=5m
${secretOf(name, context, TLS, { "tls.crt": value("tls.crt"), "tls.key": value("tls.key"), "ca.crt": value("ca.crt") })}`
}

export function rootsManual(context: Manual): string {
  const { site, inputs, the, on } = context
  const name = rootsSecretOf(site, inputs)!
  if (site.rootCertificatesSecret !== undefined)
    return `# Your own roots: the CA of the SuperLink's certificate must be among them.
${kept(site.project, name, "ca.crt")} | openssl base64 -d -A | openssl x509 -noout -subject -fingerprint -sha256`
  const superlink = the("superlink")
  const served = kept(superlink.project, tlsSecretOf(superlink, inputs)!, "ca.crt")
  return `roots=$(${on(superlink)}${served})
${secretOf(name, context, "Opaque", { "ca.crt": "$roots" })}`
}
