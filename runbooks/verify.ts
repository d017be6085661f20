import {
  blocked,
  CheckError,
  type CheckResult,
  foresee,
  main,
  missing,
  RunbookError,
  ready,
} from "../lib/index.ts"
import { type Context, type Foresee, guideStep } from "./context.ts"
import { findFlwr, installFlwr } from "./flower/flwr.ts"
import { staleProof } from "./flower/fresh-proof.ts"
import { gateHop } from "./flower/gate-hop.ts"
import { type Hop, isBroken } from "./flower/hop.ts"
import { isolationHop, membersHop } from "./flower/isolation-hops.ts"
import { keptHop } from "./flower/kept-node.ts"
import { supernodeName } from "./flower/manifests.ts"
import { federationManual, verifyManual } from "./flower/manual.ts"
import {
  exposureHop,
  linkHop,
  matchedHop,
  PORT_BY_POD,
  portHop,
  routerHop,
  settledHop,
  takeoverHop,
} from "./flower/network-hops.ts"
import { listNodes } from "./flower/node-list.ts"
import { otherNodes, othersText } from "./flower/other-nodes.ts"
import { followOwnSide } from "./flower/own-side.ts"
import { tryByPod } from "./flower/probe-pod.ts"
import { covers, forget, type Participants, readRecord } from "./flower/proof-record.ts"
import { proveByRun } from "./flower/proof-run.ts"
import { forgetRefusals, lastRefusals, tryStrangers } from "./flower/refused.ts"
import { registeredHop } from "./flower/registered-hop.ts"
import type { Running } from "./flower/running.ts"
import { activationHop, onlineHop, registrationHop, runningHop } from "./flower/verify-hops.ts"
import { tryIsolation } from "./interconnect/isolation-trial.ts"
import { sortLinks } from "./interconnect/links.ts"
import { membersOf } from "./interconnect/members.ts"
import { hubSite, hubValue, isTheirs, nodeValue } from "./interconnect/other-side.ts"
import { routerPod } from "./interconnect/router-pod.ts"
import { activeSite, listLinks } from "./interconnect/skupper.ts"

/** What the hops have found: the running pods, and the id under which the SuperLink accepted the SuperNode. */
interface Chain {
  readonly superlink: Running
  readonly supernode: Running
  readonly id: string
  readonly held: readonly string[]
}

/** The hops up to the SuperNode's id, in order; the first that does not hold is the answer. */
async function followChain(context: Context): Promise<Chain | CheckResult> {
  const before = (await takeoverHop(context)) ?? (await routerHop(context))
  if (before !== undefined) return before
  const link = await linkHop(context)
  if ("state" in link) return link
  const joined = await membersHop(context, link.link)
  if (joined !== undefined) return joined
  const superlink = await runningHop(context, "superlink", context.the("superlink").superlinkWorkload)
  if ("state" in superlink) return superlink
  const gate = await gateHop(context, superlink)
  if (gate !== undefined && isBroken(gate)) return gate
  const connector = await exposureHop(context, "Connector")
  if ("state" in connector) return connector
  const listener = await exposureHop(context, "Listener")
  if ("state" in listener) return listener
  const matched = await matchedHop(context, connector.found, listener.found)
  if (isBroken(matched)) return matched
  const settling = await settledHop(context, link.link, listener.found)
  if (settling !== undefined) return settling
  const supernode = await runningHop(context, "supernode", await supernodeName(context))
  if ("state" in supernode) return supernode
  const registered = registrationHop(context, superlink, supernode)
  if ("state" in registered && registered.state !== "progressing" && !mayBeKnown(context, registered))
    return registered
  // A SuperNode that cannot connect names no cause: the port may.
  const port = await portHop(context, listener.found)
  if (isBroken(port)) return port
  const known = await registeredHop(context, registered)
  if ("state" in known) return known
  const held = [link, ...(gate === undefined ? [] : [gate]), matched, port].map(({ holds }) => holds)
  return { superlink, supernode, id: known.id, held: [...held, ...known.holds] }
}

/** An unproven registration may still be known from the SuperLink's side. */
const mayBeKnown = ({ inputs }: Context, result: CheckResult): boolean =>
  inputs.nodeAuth === "on" && result.state === "blocked" && result.code === "unproven"

async function check(context: Context): Promise<CheckResult> {
  if (isTheirs(context.the("superlink"))) return checkOwnSide(context)
  const chain = await followChain(context)
  if ("state" in chain) return chain
  const { proof } = context.inputs
  const byLog = !ASKS_SUPERLINK.has(proof)
  const active = byLog ? await loggedHop(context, chain) : await listedHop(context, chain)
  if (isBroken(active)) return active
  const isolated = proof === "isolated" ? await isolationHop(context) : undefined
  if (isolated !== undefined && isBroken(isolated)) return isolated
  const refused = proof === "refused" ? lastRefusals(context, chain.superlink, chain.supernode) : undefined
  if (proof === "refused" && refused === undefined)
    return missing("whether SuperNodes without a registered key are refused was not tried yet")
  const proven = [isolated?.holds, refused].filter((words) => words !== undefined)
  await provideNode(context, chain.id)
  return ready([...chain.held, ...proven, active.holds].join(", "))
}

/** Where the SuperLink belongs to another party: what can be seen from here. */
async function checkOwnSide(context: Context): Promise<CheckResult> {
  const side = await followOwnSide(context, await supernodeName(context))
  if ("state" in side) return side
  await provideNode(context, side.id)
  const coordinator = context.the("superlink").party
  return ready(
    [...side.held, `node ${side.id} registered; ${coordinator} sees whether it is active`].join(", "),
  )
}

/** Handed to the party that owns the SuperLink, where that is another one. */
async function provideNode(context: Context, id: string): Promise<void> {
  const { cluster, site, provide } = context
  const hub = await hubSite(context)
  const own = await activeSite(cluster, site.project)
  const link = hub && sortLinks(await listLinks(cluster, site.project), hub, context).current[0]
  provide(nodeValue, {
    ...{ id, link: link?.metadata.name ?? "", remoteSite: hub?.metadata.uid ?? "" },
    site: own?.metadata.uid ?? "",
  })
}

/** The proofs for which the SuperLink itself is asked, with `flwr`. */
const ASKS_SUPERLINK: ReadonlySet<string> = new Set(["list", "run"])

/** What the SuperLink's log says about the node, if it still holds. */
async function loggedHop(context: Context, { superlink, supernode, id }: Chain): Promise<Hop> {
  const active =
    (await keptHop(context, id, superlink, supernode)) ?? activationHop(context, id, superlink, supernode)
  return isBroken(active) ? active : ((await staleProof(context, id, superlink, supernode)) ?? active)
}

/** A shared listing may be older than this SuperNode's registration, so a negative answer is only taken from a fresh one. */
async function listedHop(context: Context, { superlink, supernode, id }: Chain): Promise<Hop> {
  const found = await findFlwr(context, superlink)
  if ("state" in found) return found
  const shared = onlineHop(
    context,
    id,
    await listNodes(context, superlink, found.flwr, false),
    superlink,
    supernode,
  )
  if (!isBroken(shared)) return shared
  return onlineHop(context, id, await listNodes(context, superlink, found.flwr, true), superlink, supernode)
}

/** This step creates the flwr command for `--proof list` and `run`, and with `--probe pod` a pod that it deletes again. */
async function apply(context: Context): Promise<void> {
  const chain = await followChain(context)
  if (!("state" in chain) && context.inputs.proof === "isolated") {
    const { own, hub } = await membersOf(context)
    return own && hub && tryIsolation(context, { own, hub })
  }
  if (!("state" in chain) && context.inputs.proof === "refused")
    return tryStrangers(context, chain.superlink, chain.supernode)
  if (!("state" in chain)) return installFlwr(context, chain.superlink)
  if (chain.state !== "missing" || chain.reason !== PORT_BY_POD) return
  const { cluster, site } = context
  const supernode = await runningHop(context, "supernode", await supernodeName(context))
  const listener = await exposureHop(context, "Listener")
  const router = await routerPod(cluster, site.project)
  if ("state" in supernode || "state" in listener || router === undefined) return
  await tryByPod(context, supernode, router, listener.found)
}

/** With the logs as proof, no `flwr` is needed. */
const flwrFromPypi = ({ proof, flwr }: Foresee["inputs"]) =>
  !ASKS_SUPERLINK.has(proof) || flwr !== undefined
    ? []
    : [foresee.also("installs flwr from PyPI on this machine, unless it is on PATH, and runs it")]

export const verify = guideStep({
  id: "verify",
  foresees: ({ inputs }: Foresee) => flwrFromPypi(inputs),
  title: "Verify the SuperNode",
  on: "supernode",
  needs: [
    "link-status",
    "connector",
    "network-connector",
    "listener",
    "isolate-superlink",
    "isolate-supernode",
    "deploy-supernode",
    "hand-over",
  ],
  reads: [hubValue],
  provides: [nodeValue],
  inputs: [
    "flower-version",
    "project",
    "proof",
    "probe",
    "node-auth",
    "network",
    "network-project",
    "network-name",
  ],
  prose: `
Ready pods do not prove that the connection between them works. This step therefore checks the whole chain from the SuperNode to
the SuperLink: the link is up, connector and listener match, both pods run, the SuperNode's log contains \`SuperNode ID: <n>\`,
and the SuperLink's log shows that it activated this node and has not deactivated it since:

    [Fleet.ActivateNode] Activated node_id=<n>

The listener's port is tried from inside the SuperNode's cluster, by a port forward to the pod of its router: statuses can stay
\`Ready / OK\` for minutes while the port is refused. This requires the right to create \`pods/portforward\`. Without it, \`--probe pod\`
creates a pod of the SuperNode's image for a few seconds. Otherwise, or with \`--probe off\`, the port is not tried, and the result
says so. If the SuperLink has a gate, it is asked for another API than the Fleet API in the same way, and has to refuse that.

Skupper itself does not prevent that another linked site serves the routing key \`fleet-api\` as well. Then this step fails and names
that site, whatever the statuses say.

The end of the SuperNode's log counts: after \`Connection attempt failed\`, only \`Connection successful\` proves a connection. A line
that is older than the last start of a router on the way proves nothing, because every restart cuts the connection.

The first broken hop is shown with its reason and a command that shows more. A log can prove that the connection works, but not
that it does not: if the lines have been rotated away, the answer is *unproven*, with a way to prove it.

\`--proof list\` queries the SuperLink itself through its Control API: this node must be *online* now. The API is reached by a port
forward to the SuperLink's pod, or at \`--control-api\`, and queried with \`flwr\` in the SuperLink's version:

    flwr supernode list runbook --format json

\`--proof isolated\` also tries what must not work in a network of its own (\`--network per-party\`): the router's record of the network
lists the SuperLink's hub and this party's SuperNodes and nobody else, and no hub of another network hears of a Connector that is created
in this project for some seconds. In a shared network it fails, and says what the other sites can do.

\`--proof refused\` tries SuperNodes that a closed SuperLink has to refuse, and deletes their pods again: without a key, with a key that
nobody has registered, and with another root. A key of another site cannot be tried, because it never leaves that site. With SuperNode
authentication, the registration says which node is which site, and the SuperNode's log has to agree.

A SuperNode that dies without signing off is listed as online for about one more minute. \`--proof run\` detects that too (see the
next step).
`,
  readyWhen:
    "Ready when every hop of the chain works: the Link, the SuperLink's pod, Connector and Listener with its Service, the SuperNode's pod and its log, and finally the node's id in the SuperLink's log (or the proof that `--proof` selects). Otherwise, the first broken hop is shown.",
  docs: ["https://flower.ai/docs/framework/ref-flower-network-communication.html"],
  check,
  apply,
  rerun: rerunVerify,
  manual: verifyManual,
  // It may install the flwr command.
  noPreview: true,
  // One at a time: it installs the flwr command that the others then find.
  exclusive: () => "flwr",
  always: true,
  timeout: 240,
})

/** `--rerun`: tries again what was refused, whatever was proven before. */
async function rerunVerify(context: Context): Promise<void> {
  // All else is checked each time.
  if (context.inputs.proof !== "refused") return
  await forgetRefusals(context)
  await apply(context)
}

/** How each SuperNode's `verify` ended. Whose party was revoked is no part of the federation any more. */
const results = ({ all, outcome }: Context) =>
  all("supernode")
    .map((site) => ({ site, outcome: outcome("verify", site.name) }))
    .filter(({ outcome }) => !(outcome?.theirs === true))

function allVerified(context: Context): CheckResult {
  const verified = results(context)
  const bad = verified.filter(({ outcome }) => outcome?.ok !== true)
  const count = `${verified.length - bad.length} of ${verified.length} SuperNodes verified`
  if (bad.length === 0) return ready(count)
  const [first] = bad
  const reasons = bad.map(({ site, outcome }) => `${site.name}: ${outcome?.reason ?? "not checked"}`)
  return blocked(`${count}; ${reasons.join("; ")}`, {
    code: "unverified",
    fix: "fix what each of them names, then run again: completed steps are not repeated",
    next: `flower-runbook step verify --site ${first!.site.name}`,
  })
}

/** A context of one site, made from the context of the federation. */
const siteContext = (context: Context, site: Context["site"]): Context =>
  Object.create(context, {
    site: { value: site },
    ...Object.getOwnPropertyDescriptors(context.at(site)),
  }) as Context

/** The participants that a run must have: the SuperLink's current process and the current ids of all SuperNodes. */
async function currentParticipants(
  context: Context,
): Promise<{ superlink: Running; participants: Participants } | CheckResult> {
  const superlink = await runningHop(context, "superlink", context.the("superlink").superlinkWorkload)
  if ("state" in superlink) return superlink
  const own = context.all("supernode").filter((site) => !isTheirs(site))
  const chains = await Promise.all(own.map((site) => followChain(siteContext(context, site))))
  const nodes = theirNodes(context)
  for (const chain of chains) {
    if ("state" in chain) return chain
    nodes.push(chain.id)
  }
  return {
    superlink,
    participants: { superlink: `${superlink.uid} ${superlink.restarts}`, nodes: nodes.sort() },
  }
}

async function checkFederation(context: Context): Promise<CheckResult> {
  const all = allVerified(context)
  if (all.state !== "ready") return all
  const others = othersText(await otherNodes(context, ownIds(context)))
  const verified = ready(`${all.reason}${others === "" ? "" : `; ${others}`}`)
  if (context.inputs.proof !== "run") return verified
  const now = await currentParticipants(context)
  if ("state" in now) return now
  const record = readRecord(context.folder)
  if (covers(record, now.participants) && record.finished) {
    return ready(`${verified.reason}; run ${record.run} completed with all of them`)
  }
  return missing(`${verified.reason}; no federated run with exactly these SuperNodes yet`)
}

/** The ids under which the SuperLink accepted the SuperNodes, from the results of their `verify` and from receipts. */
const ownIds = (context: Context): string[] => [
  ...results(context).flatMap(
    ({ outcome }) => /\bnode (\d+) (?:active|online)/.exec(outcome?.reason ?? "")?.[1] ?? [],
  ),
  ...theirNodes(context),
]

/** The ids in the receipts of other parties, but of those whose part has ended. */
const theirNodes = (context: Context): string[] =>
  context.all("supernode").some(isTheirs)
    ? context
        .values(nodeValue)
        .filter(({ site }) => isTheirs(site) && context.outcome("verify", site.name)?.theirs !== true)
        .map(({ value }) => value.id)
    : []

async function runApp(context: Context): Promise<void> {
  const now = await currentParticipants(context)
  if ("state" in now) throw new RunbookError(now.reason)
  const found = await findFlwr(context, now.superlink)
  if (!("state" in found)) return proveByRun(context, now.superlink, found.flwr, now.participants)
  if (found.state !== "missing") throw new CheckError(found)
  await installFlwr(context, now.superlink)
  const installed = await findFlwr(context, now.superlink)
  if ("state" in installed) throw new RunbookError(installed.reason)
  await proveByRun(context, now.superlink, installed.flwr, now.participants)
}

/** `--rerun`: a new run, whatever was proven before. */
async function rerunApp(context: Context): Promise<void> {
  if (context.inputs.proof !== "run") {
    throw new RunbookError("nothing to rerun: only --proof run makes a federated run", {
      fix: "add --proof run",
      next: "flower-runbook step verify-federation --proof run --rerun",
    })
  }
  await forget(context.folder)
  await runApp(context)
}

export const verifyFederation = guideStep({
  id: "verify-federation",
  title: "Verify the federation",
  on: "federation",
  needs: ["verify", "confirm"],
  reads: [nodeValue],
  inputs: ["proof"],
  prose: `
Every SuperNode is verified, so the federation works. \`--proof run\` also proves that it computes. It submits a tiny app
(\`snippets/proof-app\`, three rounds of averaging a few numbers). The app must end as \`finished:completed\`, and the SuperLink's
log must show replies of every SuperNode in every round:

    [Fleet.PushMessages] Push replies from node_id=<n>

It takes about half a minute and leaves a finished run in the SuperLink's list. The proof is valid for these SuperNodes and this
process of the SuperLink. If one of them changes, the app runs again; \`--rerun\` runs it again in any case.

To run an app on the federation, point \`flwr run\` at the SuperLink's Control API (\`~/.flwr/config.toml\`: \`address\` and
\`insecure = true\`), for example through \`oc port-forward service/superlink-service 9093\`. To add SuperNodes in more clusters,
add them to the federation file and run again.

Read more:

- Red Hat Service Interconnect: https://www.redhat.com/en/technologies/cloud-computing/service-interconnect
- Skupper's concepts: https://skupperproject.github.io/refdog/concepts/
`,
  readyWhen:
    "Ready when `verify` is ready at every SuperNode; with `--proof run`, also a federated run with all of them has completed.",
  check: checkFederation,
  apply: runApp,
  rerun: rerunApp,
  manual: federationManual,
  noPreview: true,
  show: (context: Context) => table(context),
  always: true,
  timeout: 600,
})

/** What a receipt says is only the party's word: what was seen of it here counts. */
function verifiedAs(
  context: Context,
  site: { readonly name: string; readonly party?: string },
  reason = "",
): string {
  const seen = isTheirs(site) ? context.outcome("confirm", site.name)?.reason : undefined
  return (seen ?? reason).split(", ").at(seen === undefined ? -1 : 0) ?? ""
}

/** The proof of each SuperNode and its cluster; each `verify` shows the whole chain. */
async function table(context: Context): Promise<string> {
  const rows = [
    ["SUPERNODE", "VERIFIED", "CLUSTER"],
    ...results(context).map(({ site, outcome }) => [
      site.name,
      verifiedAs(context, site, outcome?.reason),
      site.party ?? site.server,
    ]),
  ]
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  )
  const count = results(context).length
  const superlink = context.the("superlink")
  if (isTheirs(superlink)) return `${lines.join("\n")}\n\nThe SuperLink belongs to ${superlink.party}.\n`
  const record = context.inputs.proof === "run" ? readRecord(context.folder) : undefined
  const rounds = record?.finished ? `\n\nrun ${record.run}\n${record.rounds.join("\n")}` : ""
  const others = await otherNodes(context, ownIds(context))
  const all = count + others.length
  const place = `the SuperLink in ${superlink.project}\non ${superlink.server}`
  const which = others.length === 0 ? "" : `: ${count} of this federation; ${othersText(others)}`
  return `${lines.join("\n")}${rounds}\n\n${all} ${all === 1 ? "SuperNode is" : "SuperNodes are"} connected to ${place}${which}.\n`
}

if (import.meta.main) void main(import.meta.url)
