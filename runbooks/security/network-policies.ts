/** `network-policy: on`: the NetworkPolicies of a site, as objects. They select pods of Flower and of Skupper's router, and no others. */
import type { KubeObject } from "../../lib/index.ts"
import { labels, PROGRAM } from "../shared/labels.ts"
import { isPrivate, PRIVATE, type Target, targetOf } from "./egress.ts"

export const NETWORKING = "networking.k8s.io/v1"
export const POLICY = "NetworkPolicy"

/** Measured with Skupper 2.2.1: each pod of a router has this label. */
export const ROUTER_PODS = { "skupper.io/component": "router" }
/** Ports at which a router with link access takes links of other sites: inter-router and edge. */
const LINK_PORTS = [55_671, 45_671]
/** Where an API server listens if its address is not known. */
const API_PORT = 6443

interface Port {
  readonly port: number
  readonly protocol?: "TCP" | "UDP"
}
export interface Rule {
  readonly from?: readonly object[]
  readonly to?: readonly object[]
  readonly ports?: readonly Port[]
}

/** What a site's policies depend on, in addition to its inputs. */
export interface Surroundings {
  readonly federation: string
  readonly project: string
  readonly openshift: boolean
  /** Where the API server listens; undefined if this user may not read it. */
  readonly apiServer?: readonly { address: string; port: number }[] | undefined
  /** The router is this federation's own: it serves nobody else. */
  readonly ownRouter: boolean
}

export interface Protected {
  /** The labels of Flower's pods; undefined if they are not this federation's own. */
  readonly pods?: Readonly<Record<string, string>> | undefined
  readonly name: string
  readonly allowEgress: readonly string[]
}

/** Pods with these labels in the same project. */
const podsHere = (matchLabels: object): object => ({ podSelector: { matchLabels } })

/** Pods with these labels in another project. */
const podsIn = (name: string, matchLabels: object): object => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  podSelector: { matchLabels },
})

/** A cluster's own name servers. OpenShift's listen on 5353 in their pods, and a policy sees a pod's port. */
const DNS = ({ openshift }: Surroundings): Rule => ({
  to: openshift
    ? [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "openshift-dns" } } }]
    : [
        { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } },
        // NodeLocal DNSCache.
        { ipBlock: { cidr: "169.254.20.10/32" } },
      ],
  ports: (openshift ? [5353, 53] : [53]).flatMap((port) => [
    { port, protocol: "UDP" as const },
    { port, protocol: "TCP" as const },
  ]),
})

/** A router's kube-adaptor reads its configuration from the API server. Policies see the server's own address, not its Service's. */
const apiServer = ({ apiServer: known }: Surroundings): Rule[] =>
  known === undefined
    ? [{ ports: [{ port: API_PORT }] }]
    : known.map(({ address, port }) => ({
        to: [{ ipBlock: { cidr: `${address}/${address.includes(":") ? 128 : 32}` } }],
        ports: [{ port }],
      }))

const allowed = (targets: readonly string[]): Rule[] =>
  targets.flatMap((text): Rule[] => {
    const target = targetOf(text)
    return target === undefined ? [] : [ruleOf(target)]
  })

const ruleOf = ({ peer, port }: Target): Rule => ({
  to: [peer],
  ...(port !== undefined && { ports: [{ port }] }),
})

function policy(
  { federation, project }: Surroundings,
  name: string,
  matchLabels: object,
  ingress: readonly Rule[],
  egress: readonly Rule[],
): KubeObject {
  return {
    apiVersion: NETWORKING,
    kind: POLICY,
    metadata: { name: `${PROGRAM}-${name}`, namespace: project, labels: labels(federation) },
    spec: { podSelector: { matchLabels }, policyTypes: ["Ingress", "Egress"], ingress, egress },
  }
}

/** A router at the SuperLink's cluster takes links, and reaches nothing but the Fleet port. @param to where that port is */
const routerPolicy = (around: Surroundings, to: Rule): KubeObject =>
  policy(
    around,
    "router",
    ROUTER_PODS,
    [{ ports: LINK_PORTS.map((port) => ({ port })) }],
    [DNS(around), ...apiServer(around), to],
  )

/**
 * The SuperLink takes the Fleet port, from routers alone; its Control API is reached by a port forward, which no policy applies to.
 * Whoever administers a linked site administers its router too.
 * @param parties projects whose routers lead here as well
 */
export function superlinkPolicies(
  around: Surroundings,
  { pods, name, allowEgress }: Protected,
  fleetPort: number,
  parties: readonly string[] = [],
): KubeObject[] {
  const fleet = { ports: [{ port: fleetPort }] }
  const routers = [podsHere(ROUTER_PODS), ...parties.map((project) => podsIn(project, ROUTER_PODS))]
  return [
    ...(pods === undefined
      ? []
      : [policy(around, name, pods, [{ from: routers, ...fleet }], [DNS(around), ...allowed(allowEgress)])]),
    ...(around.ownRouter
      ? [routerPolicy(around, pods === undefined ? fleet : { to: [podsHere(pods)], ...fleet })]
      : []),
  ]
}

/** The router of a party's network: the SuperLink's pods are in another project. */
export const hubPolicies = (
  around: Surroundings,
  pods: Readonly<Record<string, string>>,
  { project, port }: { readonly project: string; readonly port: number },
): KubeObject[] => [routerPolicy(around, { to: [podsIn(project, pods)], ports: [{ port }] })]

/** Where a SuperNode's router may dial. */
export interface LinkEgress {
  /** `host:port` of its links. */
  readonly addresses: readonly string[]
  /** Given instead: what the administrator of the site allows. */
  readonly given: readonly string[]
}

/**
 * A SuperNode takes nothing in, and reaches its router and what the site lists. Its router takes the listener's port from the
 * SuperNode, and reaches where its links lead.
 * @param probe the label of pods that try the listener's port
 */
export function supernodePolicies(
  around: Surroundings,
  { pods, name, allowEgress }: Protected,
  listener: number,
  link: LinkEgress,
  probe: Readonly<Record<string, string>>,
): KubeObject[] {
  const ports = [{ port: listener }]
  return [
    ...(pods === undefined
      ? []
      : [
          policy(
            around,
            name,
            pods,
            [],
            [DNS(around), { to: [podsHere(ROUTER_PODS)], ports }, ...allowed(allowEgress)],
          ),
        ]),
    ...(around.ownRouter && pods !== undefined
      ? [
          policy(
            around,
            "router",
            ROUTER_PODS,
            [{ from: [podsHere(pods), podsHere(probe)], ports }],
            [DNS(around), ...apiServer(around), ...linkRules(link)],
          ),
        ]
      : []),
  ]
}

/**
 * A NetworkPolicy knows addresses, and no host names, whose addresses change. So a link to a host may go to its port at any public
 * address; private ones, in which the cluster and the institution have theirs, have to be named.
 */
function linkRules({ addresses, given }: LinkEgress): Rule[] {
  if (given.length > 0) return allowed(given)
  return [...new Set(addresses)].sort().flatMap((address): Rule[] => {
    const literal = targetOf(address)
    if (literal?.port !== undefined && "ipBlock" in literal.peer) return [ruleOf(literal)]
    const port = Number(/:(\d+)$/.exec(address)?.[1] ?? 443)
    const to = Object.entries(PRIVATE).map(([cidr, except]) => ({ ipBlock: { cidr, except: [...except] } }))
    return [{ to, ports: [{ port }] }]
  })
}

/** The addresses of a host that a policy for public addresses would not let a link reach. */
export const unreachable = (addresses: readonly string[]): string[] => addresses.filter(isPrivate)
