/** The inputs of `security: hardened`. Each of its rows is an input of its own, so that a federation can take some of them. */
import { type FederationValues, input } from "../../lib/index.ts"

const hardened = (_: unknown, { security }: Record<string, unknown>): boolean => security === "hardened"
const onWhenHardened = (_: unknown, values: Record<string, unknown>): "on" | "off" =>
  hardened(_, values) ? "on" : "off"

export const securityInputs = {
  security: input.choice(["guide", "hardened"], {
    help: "guide: what the guide does; hardened: Flower's own TLS, registered SuperNodes only, a gate before other APIs, state on disk, probes, network policies, and restricted pods",
    default: "guide",
  }),
  tls: input.choice(["on", "off"], {
    help: "Flower's own TLS, with certificates that the step certificates issues; default: on if security is hardened",
    default: onWhenHardened,
  }),
  ca: input.choice(["secret", "cert-manager", "files"], {
    help: "Where the key of the CA for Flower's own TLS is: in a Secret at the SuperLink, with an Issuer of cert-manager, or in files of this machine; default: files if ca-key-file is given, cert-manager if ca-issuer is given, else secret",
    default: (_: unknown, values: Record<string, unknown>): "secret" | "cert-manager" | "files" =>
      values.caKeyFile !== undefined ? "files" : values.caIssuer !== undefined ? "cert-manager" : "secret",
  }),
  "ca-certificate-file": input.path({
    help: "The CA's certificate (ca files): PEM, with what stands between it and its root",
  }),
  "ca-key-file": input.path({
    help: "The CA's private key without a passphrase (ca files): it is only read",
    trust: (file: string) => `signs certificates with the key in ${file}`,
  }),
  "ca-issuer": input.text({
    help: "The Issuer of cert-manager in the SuperLink's project, or ClusterIssuer/NAME (ca cert-manager)",
    placeholder: "issuer",
    check: (value: string) =>
      /^(?:(?:Cluster)?Issuer\/)?[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(value)
        ? undefined
        : `${value} is neither the name of an Issuer nor ClusterIssuer/NAME`,
  }),
  "renew-before": input.duration({
    help: "How long before its end a certificate of Flower's own TLS is renewed",
    default: 30 * 24 * 3600,
    check: (seconds: number) =>
      seconds < 3600 || seconds > 300 * 24 * 3600 ? "must be between 1h and 300d" : undefined,
  }),
  "node-auth": input.choice(["on", "off"], {
    help: "The SuperLink accepts registered SuperNodes only; requires tls; default: on if security is hardened",
    default: onWhenHardened,
  }),
  gate: input.choice(["on", "off"], {
    help: "From Flower 1.40 on: a proxy in front of the SuperLink that passes its Fleet API only; default: on if security is hardened",
    default: onWhenHardened,
  }),
  "superlink-state": input.choice(["memory", "disk"], {
    help: "Where the SuperLink keeps its nodes and runs: on disk they survive a restart; default: disk if security is hardened",
    default: (_: unknown, values: Record<string, unknown>): "memory" | "disk" =>
      hardened(_, values) ? "disk" : "memory",
  }),
  probes: input.choice(["on", "off"], {
    help: "Readiness and liveness probes of SuperLink and SuperNodes; default: on if security is hardened",
    default: onWhenHardened,
  }),
  "network-policy": input.choice(["on", "off"], {
    help: "NetworkPolicies for the pods of Flower and Skupper's routers; default: on if security is hardened",
    default: onWhenHardened,
  }),
  "pod-hardening": input.choice(["on", "off"], {
    help: "Pods with a read-only root file system, an own ServiceAccount without token, and without dependencies installed at run time; default: on if security is hardened",
    default: onWhenHardened,
  }),
} as const

export type Security = FederationValues<typeof securityInputs>

/** What `security: guide` means, row by row. */
export const GUIDE_SECURITY: Security = {
  security: "guide",
  tls: "off",
  ca: "secret",
  caCertificateFile: undefined,
  caKeyFile: undefined,
  caIssuer: undefined,
  renewBefore: 30 * 24 * 3600,
  nodeAuth: "off",
  gate: "off",
  superlinkState: "memory",
  probes: "off",
  networkPolicy: "off",
  podHardening: "off",
}
