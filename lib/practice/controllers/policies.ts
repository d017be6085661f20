/** NetworkPolicies, as a cluster's network enforces them: which pods may connect to what. Replies need no rule of their own. */
import { createHash } from "node:crypto"
import { BlockList, isIP } from "node:net"
import type { KubeObject } from "../../cluster/types.ts"
import type { Store } from "./store.ts"

const NETWORKING = "networking.k8s.io/v1"

interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
}
interface Peer {
  ipBlock?: { cidr: string; except?: string[] }
  podSelector?: LabelSelector
  namespaceSelector?: LabelSelector
}
interface Rule {
  from?: Peer[]
  to?: Peer[]
  ports?: { port?: number | string; protocol?: string; endPort?: number }[]
}
type Direction = "Ingress" | "Egress"

/** An end of a connection: a pod, or an address outside the cluster. */
export interface End {
  readonly pod?: KubeObject
  readonly address?: string
  /** Of what is no pod of this practice, but of a project: its name servers. */
  readonly namespace?: string
}

const policiesOf = (store: Store, pod: KubeObject, direction: Direction): KubeObject[] =>
  store
    .of(NETWORKING, "NetworkPolicy")
    .list(pod.metadata.namespace)
    .filter(({ spec }) => (spec.policyTypes ?? ["Ingress"]).includes(direction))
    .filter(({ spec }) => fits(spec.podSelector, pod.metadata.labels))

/** Whether labels fit a selector; an empty one selects everything. */
function fits(selector: LabelSelector = {}, labels: Record<string, string> = {}): boolean {
  const wanted = Object.entries(selector.matchLabels ?? {})
  if (wanted.some(([key, value]) => labels[key] !== value)) return false
  return (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key]
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value)
      case "NotIn":
        return value === undefined || !values.includes(value)
      case "Exists":
        return value !== undefined
      default:
        return value === undefined
    }
  })
}

const families = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4")

function within(address: string, cidr: string): boolean {
  const [base = "", bits = ""] = cidr.split("/")
  if (isIP(address) === 0 || families(address) !== families(base)) return false
  const list = new BlockList()
  list.addSubnet(base, Number(bits), families(base))
  return list.check(address, families(address))
}

function isPeer(store: Store, peer: Peer, policy: KubeObject, { pod, address, namespace }: End): boolean {
  const where = pod?.metadata.namespace ?? namespace
  if (peer.ipBlock !== undefined) {
    const ip = pod?.status?.podIP ?? address ?? ""
    const { cidr, except = [] } = peer.ipBlock
    return within(ip, cidr) && !except.some((one) => within(ip, one))
  }
  if (where === undefined) return false
  if (peer.namespaceSelector === undefined) {
    if (where !== policy.metadata.namespace) return false
  } else {
    // Name servers and ingress routers are not simulated as pods, and their projects may not be there.
    const found = store.of("v1", "Namespace").get(undefined, where)
    const labels = found?.metadata.labels ?? { "kubernetes.io/metadata.name": where }
    if (!fits(peer.namespaceSelector, labels)) return false
  }
  return peer.podSelector === undefined || fits(peer.podSelector, pod?.metadata.labels)
}

/** @param target whose ports may have names */
function hasPort({ ports }: Rule, port: number, protocol: string, target: KubeObject | undefined): boolean {
  return (
    ports === undefined ||
    ports.length === 0 ||
    ports.some((one) => {
      if ((one.protocol ?? "TCP") !== protocol) return false
      if (one.port === undefined) return true
      if (typeof one.port === "number")
        return one.endPort === undefined ? one.port === port : port >= one.port && port <= one.endPort
      const named = target?.spec.containers
        .flatMap((container: { ports?: { name?: string; containerPort: number }[] }) => container.ports ?? [])
        .find((entry: { name?: string }) => entry.name === one.port)
      return named?.containerPort === port
    })
  )
}

function allows(
  store: Store,
  direction: Direction,
  pod: KubeObject,
  other: End,
  port: number,
  protocol: string,
): boolean {
  const policies = policiesOf(store, pod, direction)
  if (policies.length === 0) return true
  const target = direction === "Ingress" ? pod : other.pod
  return policies.some((policy) =>
    ((direction === "Ingress" ? policy.spec.ingress : policy.spec.egress) ?? []).some((rule: Rule) => {
      const peers = direction === "Ingress" ? rule.from : rule.to
      const isFor =
        peers === undefined || peers.length === 0 || peers.some((peer) => isPeer(store, peer, policy, other))
      return isFor && hasPort(rule, port, protocol, target)
    }),
  )
}

/** Whether a pod may connect to a pod of its cluster. */
export const mayConnect = (
  store: Store,
  from: KubeObject | undefined,
  to: KubeObject | undefined,
  port: number,
): boolean =>
  (from === undefined || allows(store, "Egress", from, to === undefined ? {} : { pod: to }, port, "TCP")) &&
  (to === undefined || allows(store, "Ingress", to, from === undefined ? {} : { pod: from }, port, "TCP"))

/** Whether a pod may connect to an address outside the cluster. */
export const mayLeave = (store: Store, from: KubeObject, address: string, port: number): boolean =>
  allows(store, "Egress", from, { address }, port, "TCP")

/** Whether a pod takes connections from outside the cluster: from the ingress router's project, or a load balancer's address. */
export const takesFromOutside = (store: Store, to: KubeObject, port: number): boolean =>
  allows(store, "Ingress", to, { namespace: "openshift-ingress", address: OUTSIDE }, port, "TCP")

/** Any public address (RFC 5737). */
const OUTSIDE = "203.0.113.1"

/** Whether a pod reaches a name server of its cluster: OpenShift's listen on 5353. */
export function mayResolve(store: Store, from: KubeObject): boolean {
  if (policiesOf(store, from, "Egress").length === 0) return true
  return (
    allows(store, "Egress", from, { namespace: "openshift-dns" }, 5353, "UDP") ||
    allows(store, "Egress", from, { namespace: "kube-system" }, 53, "UDP")
  )
}

/** A host of practice resolves nowhere: as a public host, it has an address of its own. */
export const addressOf = (host: string): string =>
  isIP(host) === 0 ? `203.0.113.${1 + (createHash("sha256").update(host).digest()[0]! % 254)}` : host
