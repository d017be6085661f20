/**
 * The page "Who can reach what" of a report: what follows from the inputs and from Skupper's trust (docs/security.md, measured with Skupper
 * 2.2.1), and what the steps have last seen of it.
 */
import type { Federation, ReportFacts, ReportSection, SeenOutcome, Site } from "../lib/index.ts"
import type { SiteInputs } from "./context.ts"
import { familyOf } from "./flower/flower-versions.ts"
import type { Values } from "./inputs.ts"
import { hubOf, isPerParty, networkOf } from "./interconnect/hub.ts"
import { rootsSecretOf, tlsSecretOf } from "./security/tls.ts"
import { some } from "./shared/reading.ts"

type Place = Site<SiteInputs>
type Guide = Federation<Values, SiteInputs>

interface View {
  readonly inputs: Values
  readonly superlink: Place
  readonly supernodes: readonly Place[]
  /** The SuperNodes of one network, by the network's project at the SuperLink's cluster. */
  readonly networks: ReadonlyMap<string, readonly Place[]>
  readonly perParty: boolean
  readonly tls: boolean
  /** Whoever reaches the Fleet API reaches every other API too. */
  readonly openApis: boolean
  seen(step: string, site?: string): SeenOutcome | undefined
}

/** What this page says in each row. */
const HEAD = ["who", "reaches", "because of", "seen"]

export function whoReaches({ federation, seen }: ReportFacts): ReportSection[] {
  const { sites, values: inputs, former } = federation as unknown as Guide
  const current = sites.filter(({ name }) => former?.has(name) !== true)
  const superlink = current.find(({ role }) => role === "superlink")
  if (superlink === undefined) return []
  const supernodes = current.filter(({ role }) => role === "supernode")
  const the = () => superlink
  const networks = Map.groupBy(supernodes, (site) => hubOf({ inputs, the } as never, site).project)
  const running = /Flower (\d+\.\d+\.\d+)/.exec(seen("deploy-superlink", superlink.name)?.reason ?? "")?.[1]
  const view: View = {
    ...{ inputs, superlink, supernodes, networks, seen },
    perParty: isPerParty({ inputs }),
    tls:
      tlsSecretOf(superlink, inputs) !== undefined &&
      supernodes.every((site) => rootsSecretOf(site, inputs) !== undefined),
    openApis: familyOf(running ?? inputs.flowerVersion).onePort && inputs.gate !== "on",
  }
  return [
    {
      id: "reach",
      title: "Who can reach what",
      text: [
        "Between the clusters, Skupper's mutual TLS keeps out whoever has no certificate of a network. Inside one network it separates nobody: each linked site administers the routers of the others, and no status shows what it changes there.",
      ],
      head: HEAD,
      rows: [coordinator(view), ...institutions(view), ...routers(view), ...pods(view), ...keys(view)],
      notes: [
        "A row follows from the inputs, and from what was measured of Skupper and Flower; the last column is what a step has last seen of it. NetworkPolicies have effect only where the cluster's network enforces them. docs/security.md has the threats, and what stays open.",
      ],
    },
  ]
}

const namesOf = (sites: readonly Place[]): string =>
  some(
    sites.map(({ name }) => name),
    5,
  )

/** What a step has last seen, with its day: where it is not in place, where it has not run, else in the words of the first of them. */
function saw({ seen }: View, step: string, ...sites: readonly Place[]): string {
  const all = sites.map((site) => ({ site, found: seen(step, site.name) }))
  const bad = all.filter(({ found }) => found?.ok === false)
  const missing = all.filter(({ found }) => found === undefined)
  const [first] = bad.length > 0 ? bad : all
  const at = (some: typeof all) => (sites.length === 1 ? "" : ` at ${namesOf(some.map(({ site }) => site))}`)
  if (bad.length === 0 && missing.length > 0) return `not yet${at(missing)}`
  if (first?.found === undefined) return ""
  const { reason, t } = first.found
  return `${bad.length > 0 ? `not in place${at(bad)}: ` : ""}${reason} (${step}, ${t.slice(0, 10)})`
}

const owned = ({ party }: Place, otherwise: string): string =>
  party === undefined ? otherwise : `${otherwise} (${party})`

function coordinator(view: View): string[] {
  const { superlink, networks, inputs } = view
  const beyond =
    inputs.networkPolicy === "on"
      ? "through them only where their links lead, their name servers and API servers (network-policy)"
      : "through them whatever those routers' pods reach (network-policy is off)"
  return [
    owned(superlink, `the administrator of ${superlink.project} at ${superlink.name}`),
    `every API of the SuperLink: all updates, and which app runs on the data of every SuperNode; the routers of ${namesOf([...networks.values()].flat())}, and ${beyond}`,
    "Flower has no other authority; a linked site administers the routers of its network. Not: the projects, keys and API servers of the SuperNodes' clusters",
    saw(view, "deploy-superlink", superlink),
  ]
}

/** One row for each network, and in a shared one for each SuperNode: what is alike stands together. */
function institutions(view: View): string[][] {
  const { networks, perParty, superlink, inputs, tls, openApis } = view
  return [...networks].map(([project, members]) => {
    const others = perParty
      ? members.length > 1
        ? ` and those of the others in the network ${networkOf(members[0]!)}`
        : ""
      : members.length > 1
        ? " and those of all other SuperNodes"
        : ""
    const hub = `the router in ${project}${others}, which it administers`
    const behind =
      inputs.networkPolicy === "on"
        ? "behind them where each may lead: the Fleet port, links, name servers and API servers (network-policy)"
        : "behind them whatever a router's pod reaches (network-policy is off)"
    const apis = openApis
      ? "every API of the SuperLink: it can start runs, list nodes and take over tasks (gate is off)"
      : "the SuperLink's Fleet API, and no other API of it"
    const place = tls
      ? "It cannot be the SuperLink for others, nor read their traffic (tls)"
      : members.length > 1
        ? "It can take the SuperLink's place for the others of its network, and read their traffic (tls is off)"
        : "Routers read the traffic between it and the SuperLink (tls is off)"
    const identity =
      inputs.nodeAuth === "on"
        ? "it is let in with its registered key alone (node-auth)"
        : "it can bring as many nodes as it likes (node-auth is off)"
    return [
      `each administrator of ${namesOf(members)}`,
      `its own SuperNode and data; ${apis}; ${hub}, and ${behind}`,
      `${place}; ${identity}${perParty ? "; other institutions are in other networks (network per-party)" : ""}`,
      openApis || inputs.gate === "on"
        ? saw(view, "deploy-superlink", superlink)
        : saw(view, "verify", ...members),
    ]
  })
}

function routers(view: View): string[][] {
  const { networks, perParty, superlink, supernodes, inputs } = view
  const on = inputs.networkPolicy === "on"
  const projects = perParty ? [...networks.keys()] : [superlink.project]
  const hub = [
    `the routers' pods at ${superlink.name}, in ${some(projects, 5)}`,
    on
      ? "the SuperLink's Fleet port, name servers and the API server; they take links from anywhere"
      : "whatever the cluster lets pods of these projects reach",
    on ? "NetworkPolicies (network-policy)" : "network-policy is off",
    on
      ? perParty
        ? saw(view, "isolate-network", ...supernodes)
        : saw(view, "isolate-superlink", superlink)
      : "",
  ]
  const given = supernodes.filter(({ linkEgress }) => (linkEgress ?? []).length > 0)
  const own = [
    `the routers' pods of ${namesOf(supernodes)}`,
    on
      ? `where their links lead${given.length === 0 ? " (the link's port, at public addresses)" : `, as link-egress of ${namesOf(given)} lists it`}, name servers and the API server; they take the listener's port from the SuperNode's pod`
      : "whatever the cluster lets pods of these projects reach",
    on ? "NetworkPolicies (network-policy)" : "network-policy is off",
    on ? saw(view, "isolate-supernode", ...supernodes) : "",
  ]
  return supernodes.length === 0 ? [hub] : [hub, own]
}

const egressOf = ({ allowEgress }: Place): string =>
  (allowEgress ?? []).length === 0
    ? "nothing else"
    : `what allow-egress lists: ${some(allowEgress as readonly string[], 5)}`

function pods(view: View): string[][] {
  const { superlink, supernodes, inputs } = view
  const on = inputs.networkPolicy === "on"
  const token =
    inputs.podHardening === "on"
      ? "no access to the cluster's API (pod-hardening)"
      : "with the token of its project's ServiceAccount (pod-hardening is off)"
  const superlinkPod = [
    `the pod of ${superlink.superlinkWorkload}, and the code of an app in it`,
    on
      ? `name servers, and ${egressOf(superlink)}; it takes the Fleet port from Skupper's routers alone`
      : "whatever the cluster lets its pods reach; other pods of the cluster reach its ports",
    `${on ? "NetworkPolicies (network-policy)" : "network-policy is off"}; ${token}`,
    on ? saw(view, "isolate-superlink", superlink) : "",
  ]
  const nodes = [...Map.groupBy(supernodes, egressOf)].map(([egress, mine]) => [
    `the pods of ${namesOf(mine)}, and the code of an app in them`,
    on
      ? `their router's Fleet port, name servers, and ${egress}; they take nothing in`
      : "whatever the cluster lets its pods reach",
    `${on ? "NetworkPolicies (network-policy)" : "network-policy is off"}; ${token}`,
    on ? saw(view, "isolate-supernode", ...mine) : "",
  ])
  return [superlinkPod, ...nodes]
}

/** Whoever may read Secrets, or forward ports, holds more than the network shows. */
function keys(view: View): string[][] {
  const { superlink, supernodes, inputs } = view
  const rows = [
    [
      `whoever may forward ports to the pod of ${superlink.superlinkWorkload}, or run commands in it`,
      "the Control API: who runs what, and which SuperNodes are registered",
      `rights in ${superlink.project}: no NetworkPolicy applies to a port forward`,
      "",
    ],
  ]
  if (inputs.tls === "on" && inputs.ca === "secret" && superlink.tlsSecret === undefined)
    rows.push([
      `whoever may read Secrets in ${superlink.project}`,
      "the key of the CA and of the SuperLink: it can be the SuperLink for every SuperNode",
      "the CA's key is in a Secret (ca)",
      saw(view, "certificates", superlink),
    ])
  if (inputs.nodeAuth === "on")
    rows.push([
      `whoever may read Secrets in the project of ${namesOf(supernodes)}`,
      "that SuperNode's key: it can be that SuperNode once it is offline",
      "the key is in a Secret of its own site, and nowhere else (node-auth)",
      saw(view, "register-node", ...supernodes),
    ])
  return rows
}
