/** A NetworkPolicy as text, to compare two of them and to show how they differ. */
import type { KubeObject } from "../../lib/index.ts"

interface Peer {
  ipBlock?: { cidr: string; except?: string[] }
  podSelector?: { matchLabels?: object }
  namespaceSelector?: { matchLabels?: object }
}
interface Rule {
  from?: Peer[]
  to?: Peer[]
  ports?: { port?: number | string; protocol?: string; endPort?: number }[]
}

const labelsText = (labels: object = {}): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(",")

function peerText({ ipBlock, podSelector, namespaceSelector }: Peer): string {
  if (ipBlock !== undefined)
    return `${ipBlock.cidr}${ipBlock.except === undefined ? "" : ` without ${[...ipBlock.except].sort().join(" ")}`}`
  const pods = podSelector === undefined ? "" : `pods ${labelsText(podSelector.matchLabels)}`
  const where = namespaceSelector === undefined ? "" : `projects ${labelsText(namespaceSelector.matchLabels)}`
  return [pods, where].filter(Boolean).join(" in ")
}

function ruleText({ from, to, ports }: Rule): string {
  const peers = (from ?? to)?.map(peerText).sort().join(" or ") ?? "everything"
  const numbers = ports
    ?.map(
      ({ port = "all", protocol = "TCP", endPort }) => `${protocol} ${port}${endPort ? `-${endPort}` : ""}`,
    )
    .sort()
    .join(", ")
  return `${peers}${numbers === undefined ? "" : ` at ${numbers}`}`
}

/** Whom it selects, what comes in and what goes out. */
export function policyText({ spec }: KubeObject): string {
  const rules = (list: Rule[] | undefined) => (list ?? []).map(ruleText).sort().join("; ") || "nothing"
  const types = [...(spec.policyTypes ?? [])].sort().join(" ")
  return `${types} of pods ${labelsText(spec.podSelector?.matchLabels)}: in from ${rules(spec.ingress)}; out to ${rules(spec.egress)}`
}
