import { blocked, done, type Look, main } from "../lib/index.ts"
import { type Context, guideStep } from "./context.ts"
import {
  activationHop,
  exposureHop,
  isBroken,
  linkHop,
  matchedHop,
  registrationHop,
  runningHop,
} from "./flower/chain.ts"
import { ownManifest } from "./flower/manifests.ts"

/** The hops in order; the first that does not hold is the answer. A SuperLink that is gone breaks its connector too. */
async function look(context: Context): Promise<Look> {
  const link = await linkHop(context)
  if (isBroken(link)) return link
  const superlink = await runningHop(context, "superlink", context.the("superlink").superlinkWorkload)
  if ("is" in superlink) return superlink
  const connector = await exposureHop(context, "Connector")
  if ("is" in connector) return connector
  const listener = await exposureHop(context, "Listener")
  if ("is" in listener) return listener
  const matched = matchedHop(context, connector.found, listener.found)
  if (isBroken(matched)) return matched
  const supernode = await runningHop(context, "supernode", await supernodeName(context))
  if ("is" in supernode) return supernode
  const registered = registrationHop(context, supernode)
  if ("is" in registered) return registered
  const active = activationHop(context, registered.id, superlink, supernode)
  if (isBroken(active)) return active
  return done([link, matched, active].map(({ holds }) => holds).join(", "))
}

async function supernodeName({ site, federation }: Context): Promise<string> {
  if (site.supernodeManifest === undefined) return site.name
  return (await ownManifest(site.supernodeManifest, site.project, federation)).deployment.metadata.name
}

export const verify = guideStep({
  id: "verify",
  title: "Verify the SuperNode",
  on: "supernode",
  needs: ["link-status", "connector", "listener", "deploy-supernode"],
  inputs: ["flower-version", "project"],
  prose: `
Ready pods prove nothing about the way between them. So the whole chain is looked at, from the SuperNode to the SuperLink: the
link is up, connector and listener have found each other, both pods run, the SuperNode's log has \`SuperNode ID: <n>\`, and
the SuperLink's log shows that this very node was taken and not let go since:

    [Fleet.ActivateNode] Activated node_id=<n>

The first hop that does not hold is named, with its reason and the command that tells more. Logs prove, they do not
disprove: where they have rotated away, the answer is *unproven*, and how to prove it.
`,
  look,
  always: true,
  timeout: 120,
})

/** How each SuperNode's `verify` ended. */
const results = ({ all, outcome }: Context) =>
  all("supernode").map((site) => ({ site, outcome: outcome("verify", site.name) }))

function lookAtAll(context: Context): Look {
  const verified = results(context)
  const bad = verified.filter(({ outcome }) => outcome?.ok !== true)
  const count = `${verified.length - bad.length} of ${verified.length} SuperNodes verified`
  if (bad.length === 0) return done(count)
  const [first] = bad
  const reasons = bad.map(({ site, outcome }) => `${site.name}: ${outcome?.reason ?? "not looked at"}`)
  return blocked(`${count}; ${reasons.join("; ")}`, {
    code: "unverified",
    fix: "cure what each of them names, then run again: what is done is not done twice",
    next: `flower-runbook step verify --site ${first!.site.name}`,
  })
}

export const verifyFederation = guideStep({
  id: "verify-federation",
  title: "Verify the federation",
  on: "federation",
  needs: ["verify"],
  inputs: [],
  prose: `
Every SuperNode is verified: the federation stands. To run an app on it, point \`flwr run\` at the SuperLink's Control API
(\`~/.flwr/config.toml\`: \`address\` and \`insecure = true\`), for example through \`oc port-forward service/superlink-service 9093\`.
More SuperNodes in more clusters: add them to the federation and run again.

To read on:

- Red Hat Service Interconnect: https://www.redhat.com/en/technologies/cloud-computing/service-interconnect
- Skupper's concepts: https://skupperproject.github.io/refdog/concepts/
`,
  look: lookAtAll,
  show: (context: Context) => table(context),
  always: true,
})

/** What proves it, and where: the whole chain stands in each `verify`. */
function table(context: Context): string {
  const rows = [
    ["SUPERNODE", "VERIFIED", "CLUSTER"],
    ...results(context).map(({ site, outcome }) => [
      site.name,
      outcome?.reason?.split(", ").at(-1) ?? "",
      site.server,
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
  return `${lines.join("\n")}\n\n${count} ${count === 1 ? "SuperNode is" : "SuperNodes are"} connected to the SuperLink in ${superlink.project}\non ${superlink.server}.\n`
}

if (import.meta.main) void main(import.meta.url)
