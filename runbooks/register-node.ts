import {
  blocked,
  type CheckResult,
  drifted,
  foresee,
  main,
  missing,
  RunbookError,
  ready,
} from "../lib/index.ts"
import { type Context, type Foresee, guideStep, type Manual } from "./context.ts"
import { findFlwr } from "./flower/flwr.ts"
import { type ListedNode, listNodes } from "./flower/node-list.ts"
import { registeredHere, registerKey } from "./flower/registration.ts"
import { dropOthers, loggedId, readyFlwr } from "./flower/rotation.ts"
import type { Running } from "./flower/running.ts"
import { findSupernode } from "./flower/supernode.ts"
import { runningHop } from "./flower/verify-hops.ts"
import { NODE_KEY, nodeKeySecret } from "./security/node-key.ts"
import { keepRegistered, type Registered, registryRef } from "./security/registry.ts"
import { fingerprintOf } from "./security/ssh-key.ts"

const superlinkOf = (context: Context): Promise<Running | CheckResult> =>
  runningHop(context, "superlink", context.the("superlink").superlinkWorkload)

async function check(context: Context): Promise<CheckResult> {
  const key = context.value(NODE_KEY)
  const superlink = await superlinkOf(context)
  if ("state" in superlink) return superlink
  const found = await findFlwr(context, superlink)
  if ("state" in found) return found
  const entries = await registeredHere(context)
  const mine = entries.find((one) => one.key === key)
  if (mine === undefined)
    return missing(`the key ${fingerprintOf(key)} is not registered at the SuperLink yet`)
  const { id } = mine
  if (id === undefined) return learned(context)
  const node = await findListed(context, superlink, found.flwr, id)
  if (node === undefined)
    return missing(`the SuperLink does not list node ${id} any more: it was restarted without its state`)
  if (node.status === "unregistered") return unregistered(context, id)
  const old = entries.filter((one) => one !== mine)
  if (old.length > 0 && node.status === "online") {
    const fields = old.map((one) => ({
      field: `node ${one.id ?? "-"}`,
      found: "registered",
      wanted: "unregistered",
    }))
    return drifted(fields, {
      reason: "an earlier key of this site is still registered",
      effects: [
        `unregisters ${old.map((one) => `node ${one.id ?? "of unknown id"}`).join(", ")}, which is final`,
      ],
    })
  }
  return ready(`node ${id} is registered as ${context.site.name} with the key ${fingerprintOf(key)}`)
}

/** A shared listing may be older than the registration, so a negative answer is only taken from a fresh one. */
async function findListed(
  context: Context,
  superlink: Running,
  flwr: string,
  id: string,
): Promise<ListedNode | undefined> {
  const of = (nodes: readonly ListedNode[]) => nodes.find((node) => node.id === id)
  return (
    of(await listNodes(context, superlink, flwr, false)) ??
    of(await listNodes(context, superlink, flwr, true))
  )
}

const unregistered = ({ site }: Context, id: string): CheckResult =>
  blocked(`the key of node ${id} was unregistered at the SuperLink, which is final`, {
    code: "unregistered",
    fix: "make a new key",
    next: `flower-runbook step node-key --rerun --site ${site.name}`,
  })

/** A key that somebody else has registered: the SuperNode's log shows its id as soon as it runs. */
async function learned(context: Context): Promise<CheckResult> {
  const id = await idInLog(context)
  if (id === undefined)
    return ready("its key was registered before, by somebody else; its id is not known yet")
  return drifted([{ field: "id of the SuperNode", found: "unknown", wanted: id }])
}

async function idInLog(context: Context): Promise<string | undefined> {
  const { cluster, site } = context
  const deployment = await findSupernode(context)
  return deployment && loggedId(cluster, site, deployment)
}

async function running(context: Context): Promise<{ superlink: Running; flwr: string }> {
  const superlink = await superlinkOf(context)
  if ("state" in superlink) throw new RunbookError(superlink.reason)
  return { superlink, flwr: await readyFlwr(context, superlink) }
}

async function apply(context: Context): Promise<void> {
  const { superlink, flwr } = await running(context)
  await registerKey(context, superlink, flwr, context.value(NODE_KEY))
}

async function update(context: Context): Promise<void> {
  const key = context.value(NODE_KEY)
  const entries = await registeredHere(context)
  const mine = entries.find((one) => one.key === key)
  if (mine !== undefined && mine.id === undefined) {
    const id = await idInLog(context)
    if (id === undefined) return
    const known: Registered = { id, key }
    return keepRegistered(
      context,
      context.site.name,
      entries.map((one) => (one === mine ? known : one)),
    )
  }
  const { superlink, flwr } = await running(context)
  await dropOthers(context, superlink, flwr, key)
}

function manual({ site, the, on }: Manual): string {
  const superlink = the("superlink")
  const { name } = registryRef(superlink)
  return `# Needs flwr in the SuperLink's version, and in its configuration a connection "runbook" to the SuperLink's Control API.
oc get secret ${nodeKeySecret(site)} -n ${site.project} -o 'jsonpath={.data.ssh-publickey}' | base64 -d >${site.name}.pub
flwr supernode register ${site.name}.pub runbook --name ${site.name} || echo "A key that is in use is registered already, or was unregistered, which is final."
# Which id belongs to which site is kept in ConfigMap ${name}; the SuperLink lists ids only.
${on(superlink)}oc get configmap ${name} -n ${superlink.project} --ignore-not-found`
}

export default guideStep({
  id: "register-node",
  title: "Register the SuperNode",
  on: "link",
  side: "superlink",
  when: { "node-auth": "on" },
  needs: ["node-key", "deploy-superlink"],
  reads: [NODE_KEY],
  inputs: ["flower-version", "flwr"],
  foresees: ({ site, peer, inputs }: Foresee) => [
    foresee.creates(`the registration of ${site.name} at ${peer.name}`),
    ...(inputs.flwr === undefined
      ? [foresee.also("installs flwr from PyPI on this machine, unless it is on PATH, and runs it")]
      : []),
  ],
  prose: `
The SuperLink only accepts SuperNodes whose public keys it knows. Its Control API registers them:

    flwr supernode register supernode-1.pub runbook --name supernode-1

Only the public key leaves the SuperNode's site. The API is reached by a port forward to the SuperLink's pod, or at \`--control-api\`. The
SuperLink lists ids and no names, so which id is which site is kept in a ConfigMap beside it.

A SuperLink that keeps its state in memory forgets registrations when it restarts; this step then registers the key again.
\`superlink-state: disk\` keeps them.
`,
  readyWhen:
    "Ready when the SuperLink lists the node under which this site's key was registered, and no earlier key of the site is registered.",
  docs: ["https://flower.ai/docs/framework/how-to-authenticate-supernodes.html"],
  check,
  apply,
  update,
  manual,
  noPreview: true,
  spawns: true,
  // One at a time: each starts a Python, and the first may have to install it.
  exclusive: () => "flwr",
  timeout: 240,
})

if (import.meta.main) void main(import.meta.url)
