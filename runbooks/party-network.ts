/** The application network of a party, at the SuperLink's cluster. The steps run in the lane of each of its SuperNodes. */
import {
  blocked,
  type CheckResult,
  foresee,
  type KubeObject,
  main,
  missing,
  ready,
  unknown,
} from "../lib/index.ts"
import { offered, wantedSpec } from "./connector.ts"
import { type Context, type Foresee, guideStep, type Manual } from "./context.ts"
import { FLEET_PORT, familyOf } from "./flower/flower-versions.ts"
import { findSuperlink } from "./flower/superlink.ts"
import {
  attachedRef,
  bindingRef,
  checkEnds,
  findEnds,
  type Target,
  wantedEnds,
} from "./interconnect/attached.ts"
import { atHub, hubOf, networkOf } from "./interconnect/hub.ts"
import { siteManual } from "./interconnect/manual.ts"
import { isTheirs } from "./interconnect/other-side.ts"
import { listLinks, listSites } from "./interconnect/skupper.ts"
import { createProject, creation, recordProject, usableProject } from "./openshift/projects.ts"
import type { Deployment } from "./openshift/workload.ts"
import { adopted, adoptedMark, FEDERATION, isOwn, labels, owns, PROGRAM, recordOwn } from "./shared/labels.ts"
import { APPLY, hereDocument } from "./shared/manual.ts"
import { ifServed, objectRef, some } from "./shared/reading.ts"
import { applyObjects, viaApi } from "./shared/via.ts"
import { manifestText, writeManifest } from "./shared/write-manifest.ts"
import { checkSite, createSite, takeSite, updateSite } from "./site-create.ts"

/** SuperNodes of one party share what these steps create: one of them creates it. */
const shared = (context: Context): string => `network ${hubOf(context, context.site).project}`

const PER_PARTY = { network: "per-party" } as const
const INPUTS = ["server", "network-project", "network-name"] as const

export const networkProject = guideStep({
  id: "network-project",
  foresees: ({ site, peer, ...more }: Foresee) => [
    foresee.outside(creation("project", hubOf(more, site).project, peer.server)),
  ],
  title: "Give the party's network a project",
  on: "link",
  side: "superlink",
  when: PER_PARTY,
  needs: ["project"],
  inputs: INPUTS,
  prose: `
In one shared application network, whoever administers one linked site administers the routers of all the others. With
\`--network per-party\`, each institution gets a network of its own, which holds its SuperNodes and the SuperLink and nothing else. At
the SuperLink's cluster, such a network has a project of its own, because a project holds one Skupper Site:

    oc new-project net-supernode-1

SuperNodes with the same \`network-name\` share a network.
`,
  readyWhen:
    "Ready when the project exists at the SuperLink's cluster and you are allowed to create Deployments in it.",
  docs: ["https://skupperproject.github.io/refdog/concepts/attached-connector.html"],
  async check(context): Promise<CheckResult> {
    const { project } = hubOf(context, context.site)
    const usable = await usableProject(atHub(context), project)
    if (!("state" in usable)) {
      const { word, found } = usable
      return ready(`${word} ${project} exists`, found && { object: objectRef(found) })
    }
    if (usable.state !== "missing") return usable
    const effects = await leftBehind(context)
    return effects === undefined ? usable : { ...usable, effects: [effects] }
  },
  apply: (context) => createProject(atHub(context), hubOf(context, context.site).project),
  takeOwnership: (context) => recordProject(atHub(context), hubOf(context, context.site).project),
  manual: (context: Manual) => {
    const { project } = hubOf(context, context.site)
    const on = context.on(context.peer)
    return `${on}oc get namespace ${project} || ${on}oc new-project ${project} --skip-config-write`
  },
  exclusive: shared,
})

/** A site that was in the shared network leaves it before it joins its own: whoever approves the plan has to know. */
async function leftBehind(context: Context): Promise<string | undefined> {
  const { site } = context
  if (isTheirs(site)) return undefined
  const { cluster } = context
  const links = ((await ifServed(listLinks(cluster, site.project))) ?? []).filter((link) =>
    isOwn(link, context),
  )
  if (links.length === 0) return undefined
  const names = some(links.map(({ metadata }) => metadata.name))
  return `moves ${site.name} on ${cluster.server} into a network of its own: its Link ${names} is deleted before the new one is created`
}

export const networkSite = guideStep({
  id: "network-site",
  foresees: ({ site, ...more }: Foresee) => [
    foresee.creates(`Site ${hubOf(more, site).skupperSite} at the SuperLink's cluster`),
  ],
  title: "Create the hub of the party's network",
  on: "link",
  side: "superlink",
  when: PER_PARTY,
  needs: ["network-project", "install-operator"],
  inputs: [...INPUTS, "link-access-type"],
  prose: `
The **hub** of a party's network is a Skupper Site with link access, in the project of that network. The links of the party's
SuperNodes lead there and nowhere else:

    skupper site create net-supernode-1 --enable-link-access

A site knows and reaches the sites of its own network only. To cut a party off, delete its hub: its connections are closed within a
second, and those of the others are not touched. A new hub of the same name has another certificate authority, so an old link stays out.
`,
  readyWhen:
    "Ready when the project has exactly one Skupper Site, of this federation, with the requested link access, and that is Ready and has addresses.",
  docs: ["https://skupperproject.github.io/refdog/concepts/site.html"],
  async check(context): Promise<CheckResult> {
    const hub = atHub(context)
    const sites = await listSites(hub.cluster, hub.site.project)
    const other = sites.find(
      (one) => one.metadata.labels?.[FEDERATION] !== undefined && !owns(one, context.federation),
    )
    return other === undefined ? checkSite(hub) : ofAnotherFederation(context, other)
  },
  apply: (context) => createSite(atHub(context), `${hubOf(context, context.site).project}-site`),
  update: (context) => updateSite(atHub(context)),
  takeOwnership: (context) => takeSite(atHub(context)),
  manual: async (context: Manual) => {
    const site = hubOf(context, context.site)
    return atPeer(context, await siteManual({ ...context, site }, site.linkAccessType ?? "default"))
  },
  show: (context) => {
    const { $, site } = atHub(context)
    return $`skupper site status -n ${site.project}`
  },
  exclusive: shared,
})

/** With two federations in one network, both SuperLinks would serve the same routing key. */
function ofAnotherFederation({ site }: Context, found: KubeObject): CheckResult {
  const { name, namespace, labels: found_ } = found.metadata
  return blocked(
    `Site ${name} in ${namespace} belongs to the federation ${found_?.[FEDERATION]}: a network has one SuperLink`,
    {
      code: "in use",
      fix: "give the networks of this federation projects of their own, with its name in network-project",
      next: `flower-runbook step network-project --site ${site.name} --network-project 'net-FEDERATION-{name}'`,
      object: objectRef(found),
    },
  )
}

function targetOf(superlink: Deployment): Target {
  const { selector = "", port = FLEET_PORT } = wantedSpec(superlink)
  return { selector, port }
}

export const networkConnector = guideStep({
  id: "network-connector",
  foresees: ({ site }: Foresee) => [
    foresee.creates(`AttachedConnector of ${networkOf(site)} at the SuperLink's cluster`),
  ],
  title: "Offer the Fleet API to the party's network",
  on: "link",
  side: "superlink",
  when: PER_PARTY,
  needs: ["network-site", "deploy-superlink"],
  inputs: [...INPUTS, "superlink-workload", "gate"],
  prose: `
The SuperLink runs in another project than the hub. Two objects of the same name lead to it: the **AttachedConnectorBinding** in the
project of the network has the routing key \`fleet-api\`, and the **AttachedConnector** in the SuperLink's project has the selector of its
pods and the port of its Fleet API. Each names the project of the other, so both owners have agreed. The command \`skupper\` knows
neither kind, so they are applied as a manifest:

    oc apply --server-side -f supernode-1-network.yaml
`,
  readyWhen: "Ready when both exist as requested and Skupper has configured them.",
  docs: ["https://skupperproject.github.io/refdog/concepts/attached-connector.html"],
  async check(context): Promise<CheckResult> {
    const superlink = await findSuperlink(context)
    const { superlinkWorkload, project } = context.the("superlink")
    if (superlink === undefined) return unknown("missing", `no Deployment ${superlinkWorkload} in ${project}`)
    const answer = checkEnds(context, await findEnds(context), wantedEnds(context, targetOf(superlink)))
    return answer.state === "missing" ? missing(`${answer.reason}${offered(superlink)}`) : answer
  },
  async apply(context) {
    const { $ } = context.at(context.peer)
    const { absent } = await endsNow(context)
    const objects = absent.map((end) => ({
      ...end,
      metadata: { ...end.metadata, labels: labels(context.federation) },
    }))
    if (viaApi(context)) return applyObjects(context.at(context.peer), objects, {})
    const file = await writeManifest(context, `${context.site.name}-network`, await manifestText(objects))
    await $`oc apply --server-side --field-manager=${PROGRAM} -f ${file}`
  },
  async update(context) {
    const { cluster } = context.at(context.peer)
    const { present } = await endsNow(context)
    for (const { found, wanted } of present) {
      const { apiVersion, kind, metadata } = wanted
      await cluster.merge(
        { apiVersion, kind, ...metadata },
        { ...(adopted(found, context) && { metadata: adoptedMark(context.federation) }), spec: wanted.spec },
      )
    }
  },
  takeOwnership: (context) =>
    recordOwn(atHub(context), [attachedRef(context, context.site), bindingRef(context, context.site)]),
  manual: async (context: Manual) => {
    const selector = `app=${context.the("superlink").superlinkWorkload}`
    const port = familyOf(context.inputs.flowerVersion, context.inputs.gate === "on").fleetPort
    return atPeer(context, hereDocument(APPLY, await manifestText(wantedEnds(context, { selector, port }))))
  },
  show: (context) => {
    const { $, site } = atHub(context)
    return $`oc get attachedconnectorbindings.skupper.io -n ${site.project}`
  },
  exclusive: shared,
})

/** Both ends, by whether they exist. */
async function endsNow(context: Context) {
  const superlink = await findSuperlink(context)
  const wanted = superlink === undefined ? [] : wantedEnds(context, targetOf(superlink))
  const found = await findEnds(context)
  return {
    absent: wanted.filter((_, index) => found[index] === undefined),
    present: wanted.flatMap((one, index) =>
      found[index] === undefined ? [] : [{ found: found[index], wanted: one }],
    ),
  }
}

/** Lines that run with the kubeconfig of the SuperLink's cluster. */
const atPeer = ({ on, peer }: Manual, lines: string): string => `(\nexport ${on(peer).trim()}\n${lines}\n)`

if (import.meta.main) void main(import.meta.url)
