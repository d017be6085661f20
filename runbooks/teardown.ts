/** Deletes what this notebook created, in reverse order, and nothing else: its labels identify it. */
import { rm } from "node:fs/promises"
import {
  blocked,
  type CheckResult,
  type KubeObject,
  main,
  type Notebook,
  notebook,
  progressing,
  ready,
} from "../lib/index.ts"
import { mountedSecrets } from "./flower/adopted-tls.ts"
import { ownManifest } from "./flower/manifests.ts"
import { deploymentRef } from "./flower/superlink.ts"
import { dropRegistration, findRegistrations, findRegistry, isRegistration } from "./flower/unregistering.ts"
import { environment, inputs, roles } from "./inputs.ts"
import { ATTACHED, BINDING } from "./interconnect/attached.ts"
import { grantsFor } from "./interconnect/issuing.ts"
import { atOwnHub, atSuperlink, networkObjects, networks, partyPlaces } from "./interconnect/party-places.ts"
import { listSites, SKUPPER } from "./interconnect/skupper.ts"
import { TokenFile } from "./interconnect/token-file.ts"
import logout from "./logout.ts"
import { OLM, PACKAGE } from "./openshift/olm.ts"
import type { Deployment } from "./openshift/workload.ts"
import { CERT_MANAGER } from "./security/cert-manager.ts"
import { gateConfigName, gateIn } from "./security/gate.ts"
import { NETWORKING } from "./security/network-policies.ts"
import { nodeKeyRef } from "./security/node-key.ts"
import { CLAIM } from "./security/state.ts"
import { CERTIFICATES_PART, PART } from "./security/tls.ts"
import { isOwn, ownsProject } from "./shared/labels.ts"
import { ifAllowed, ifServed, some } from "./shared/reading.ts"
import { deleteFound, ownObjects, removal, type TeardownContext, teardownInputs } from "./shared/removal.ts"
import { deleteObject, viaApi } from "./shared/via.ts"

const WORKLOADS = [
  ["apps/v1", "Deployment"],
  ["v1", "Service"],
  ["v1", "ServiceAccount"],
  [NETWORKING, "NetworkPolicy"],
] as const

export const removeSupernode = removal({
  id: "remove-supernode",
  undoes: ["deploy-supernode", "node-key", "isolate-supernode", "verify", "verify-federation"],
  title: "Remove the SuperNode",
  on: "supernode",
  inputs: ["project", "supernode-manifest"],
  prose:
    "The SuperNode's Deployment, its key, and the other objects of your own manifest. Volumes with data stay.",
  async find(context) {
    // A pod of `--probe pod` may be left by a run that was killed.
    const found = await ownObjects(context, ...WORKLOADS, ["v1", "Pod"])
    const keys = (["current", "next"] as const).map((which) => nodeKeyRef(context.site, which).name)
    const secrets = await ownObjects(context, ["v1", "Secret"])
    found.push(...secrets.filter(({ metadata }) => keys.includes(metadata.name)))
    const { cluster, site, federation } = context
    if (site.supernodeManifest === undefined) return found
    const { others } = await ownManifest(site.supernodeManifest, site.project, federation)
    for (const { apiVersion, kind, metadata } of others) {
      if (kind === "PersistentVolumeClaim") continue
      const object = await ifServed(
        cluster.get({ apiVersion, kind, name: metadata.name, namespace: site.project }),
      )
      const known = found.some((one) => one.kind === kind && one.metadata.name === metadata.name)
      if (object !== undefined && !known && isOwn(object, context)) found.push({ ...object, kind })
    }
    return found
  },
  remove: deleteFound,
})

/** Skupper's commands refuse to work without a Site in the project. */
const bySkupper = (what: string) => async (context: TeardownContext, object: KubeObject) => {
  const { $, cluster, site } = context
  if (viaApi(context) || (await listSites(cluster, site.project)).length === 0)
    return deleteFound(context, object)
  await $`skupper ${what} delete ${object.metadata.name} --wait=false -n ${site.project}`
}

export const removeListener = removal({
  id: "remove-listener",
  undoes: ["listener"],
  title: "Remove the listener",
  on: "supernode",
  prose: "The listener of `fleet-api`; Skupper deletes its Service.",
  // A Connector of `--proof isolated` may be left by a run that was killed.
  find: (context) => ownObjects(context, [SKUPPER, "Listener"], [SKUPPER, "Connector"]),
  remove: (context, object) => bySkupper(object.kind.toLowerCase())(context, object),
})

export const removeConnector = removal({
  id: "remove-connector",
  undoes: ["connector"],
  title: "Remove the connector",
  on: "superlink",
  prose:
    "The connector of `fleet-api`; in the networks of parties, the AttachedConnectors and their bindings.",
  find: (context) => ownObjects(context, [SKUPPER, "Connector"], [SKUPPER, ATTACHED], [SKUPPER, BINDING]),
  places: partyPlaces,
  exclusive: networks,
  remove: (context, object) =>
    object.kind === "Connector" ? bySkupper("connector")(context, object) : deleteFound(context, object),
})

const FILE = "file"
const tokenFileOf = (context: TeardownContext): KubeObject => ({
  apiVersion: "",
  kind: FILE,
  metadata: { name: new TokenFile(context).name },
})

export const removeLink = removal({
  id: "remove-link",
  undoes: [
    "network-project",
    "network-site",
    "network-connector",
    "token-issue",
    "token-redeem",
    "link-status",
  ],
  title: "Remove the link",
  on: "supernode",
  prose:
    "The link to the SuperLink's site, its credentials, and remaining tokens in the project and on this machine.",
  async find(context) {
    const all = await ownObjects(context, [SKUPPER, "Link"], [SKUPPER, "AccessToken"], ["v1", "Secret"])
    const found = all.filter(({ metadata }) => metadata.labels?.[PART] === undefined)
    // The key in a link file is valid for years.
    return new TokenFile(context).exists ? [...found, tokenFileOf(context)] : found
  },
  async remove(context, object) {
    if (object.kind === FILE) await new TokenFile(context).remove()
    else await (object.kind === "Link" ? bySkupper("link") : deleteFound)(context, object)
  },
})

export const removeNetwork = removal({
  id: "remove-network",
  undoes: ["network-project", "network-site", "network-connector", "token-issue"],
  title: "Remove the party's network",
  on: "link",
  side: "superlink",
  when: { network: "per-party" },
  prose:
    "At the SuperLink's cluster: unused tokens first, because they could be redeemed by a new hub; then the hub of the party's network, which closes its connections and nobody else's, and the two ends that lead to the SuperLink. A network that other SuperNodes share stays.",
  at: atOwnHub,
  async find(hub, lane) {
    const found = await networkObjects(hub, lane)
    return found.length > 0 ? found : leftLease(hub)
  },
  remove: deleteFound,
  exclusive: networks,
})

/** What was issued for a party whose part ends: it could be used after that. */
export const removeIssued = removal({
  id: "remove-issued",
  undoes: ["token-issue"],
  title: "Remove what was issued for the party",
  on: "link",
  side: "superlink",
  when: { owners: "several" },
  prose: "The access grant of a token that the party has not used, and the token itself on this machine.",
  at: atOwnHub,
  async find(_, lane) {
    const found = await ifServed(grantsFor(lane))
    const grants = (found ?? []).map((grant) => ({ ...grant, kind: "AccessGrant" }))
    const { exists, path } = new TokenFile(lane)
    return exists ? [...grants, { ...tokenFileOf(lane), spec: { path } }] : grants
  },
  remove: (hub, object) =>
    object.kind === FILE ? rm(String(object.spec?.path), { force: true }) : deleteFound(hub, object),
  exclusive: networks,
})

export const removeGrants = removal({
  id: "remove-grants",
  undoes: ["token-issue"],
  title: "Remove unused tokens",
  on: "superlink",
  prose: "Access grants that were never used, and the certificate of a link file.",
  find: (context) => ownObjects(context, [SKUPPER, "AccessGrant"], [SKUPPER, "Certificate"]),
  places: partyPlaces,
  exclusive: networks,
  remove: deleteFound,
})

export const removeSite = removal({
  id: "remove-site",
  undoes: ["site-create"],
  title: "Remove the Skupper site",
  on: "every site",
  prose:
    "The Skupper site and its router, and the Lease by which the router's kube-adaptors choose a leader: Skupper leaves it behind. A site that existed before stays.",
  async find(context) {
    const sites = await ownObjects(context, [SKUPPER, "Site"])
    return sites.length > 0 ? sites : leftLease(context)
  },
  places: partyPlaces,
  exclusive: networks,
  async remove(context, object) {
    const { $, site } = context
    if (object.kind === "Lease" || viaApi(context)) return deleteFound(context, object)
    await $`skupper site delete ${object.metadata.name} --wait=false -n ${site.project}`
  },
})

/** The Lease of a Site that this federation created, once nothing renews it any more. */
async function leftLease({
  cluster,
  site,
  created,
}: TeardownContext): Promise<readonly KubeObject[] | CheckResult> {
  const namespace = site.project
  const isOwn = [...created.values()].some((one) => one.kind === "Site" && one.namespace === namespace)
  if (!isOwn || ((await ifServed(listSites(cluster, namespace))) ?? []).length > 0) return []
  const ref = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", name: "skupper-site-leader", namespace }
  const lease = await ifServed(ifAllowed(cluster.get(ref)))
  if (lease === undefined) return []
  const labels = "skupper.io/component=router"
  const pods = await ifAllowed(cluster.list({ apiVersion: "v1", kind: "Pod", namespace, labels }))
  if (pods?.length)
    return progressing(`Lease ${ref.name} is deleted once pod ${pods[0]!.metadata.name} is gone`)
  return [lease]
}

/** In the lane of a SuperNode, because one that has left the federation, or whose party is revoked, is removed alone. */
export const removeRegistration = removal({
  id: "remove-registration",
  undoes: ["register-node"],
  title: "Unregister the SuperNode",
  on: "link",
  side: "superlink",
  when: { "node-auth": "on" },
  prose:
    "The registration of the SuperNode's key at the SuperLink. That is final: the key is never accepted again.",
  at: atSuperlink,
  async find(superlink, lane) {
    if (lane.outcome("remove-superlink", superlink.site.name)?.ok) return []
    return findRegistrations(superlink, lane.site.name)
  },
  remove: dropRegistration,
  exclusive: () => "flwr",
})

export const removeSuperlink = removal({
  id: "remove-superlink",
  undoes: ["deploy-superlink", "isolate-superlink"],
  title: "Remove the SuperLink",
  on: "superlink",
  prose:
    "The registrations of SuperNodes, the SuperLink's Deployment and Service, the configuration of its gate, and its volume, with the nodes and runs that it kept there. A SuperLink that existed before stays, with the gate that it got.",
  async find(context) {
    // Registrations come first: they are undone while the SuperLink still runs.
    const registry = await findRegistry(context)
    const registrations = [...(await findRegistrations(context)), ...registry]
    const found = await ownObjects(context, ...WORKLOADS, ["v1", "ConfigMap"], ["v1", CLAIM])
    const { cluster, site } = context
    const superlink = await cluster.get<Deployment>(deploymentRef(site.project, site.superlinkWorkload))
    const stays = superlink !== undefined && !isOwn(superlink, context) && gateIn(superlink) !== undefined
    const config = gateConfigName(site.superlinkWorkload)
    const going = stays
      ? found.filter(({ kind, metadata }) => kind !== "ConfigMap" || metadata.name !== config)
      : found
    // The list of registrations is a ConfigMap too, and is deleted once.
    const listed = registry.map(({ metadata }) => metadata.uid)
    return [...registrations, ...going.filter(({ metadata }) => !listed.includes(metadata.uid))]
  },
  remove: (context, object) => (isRegistration(object) ? dropRegistration : deleteFound)(context, object),
  exclusive: () => "flwr",
  loses: ({ kind, metadata }) =>
    kind === CLAIM ? `the SuperLink's nodes and runs on ${kind} ${metadata.name}` : undefined,
})

export const removeCertificates = removal({
  id: "remove-certificates",
  undoes: ["certificates", "root-certificates"],
  title: "Remove the certificates",
  on: "every site",
  prose:
    "The certificates of Flower's own TLS with their keys: the SuperLink's, its CA's, and the roots at the SuperNodes. What you gave stays, and so do those that a SuperLink or SuperNode that existed before has got.",
  async find(context) {
    // cert-manager would create the Secret of a Certificate again.
    const found = await ownObjects(context, [CERT_MANAGER, "Certificate"], ["v1", "Secret"])
    const { cluster, site } = context
    const deployments = await ifAllowed(
      cluster.list<Deployment>({ apiVersion: "apps/v1", kind: "Deployment", namespace: site.project }),
    )
    const given = (deployments ?? []).filter((one) => !isOwn(one, context)).flatMap(mountedSecrets)
    return found.filter(
      ({ metadata }) => metadata.labels?.[PART] === CERTIFICATES_PART[PART] && !given.includes(metadata.name),
    )
  },
  async remove(context, object) {
    await deleteFound(context, object, object.kind === "Secret" ? undefined : "certificates.cert-manager.io")
  },
})

/** The Subscription that this federation created and the operator that it installed. The operator comes first, because only the Subscription names it. */
async function operatorOf(context: TeardownContext): Promise<readonly KubeObject[] | CheckResult> {
  const { cluster, site, inputs } = context
  const namespace = site.operatorNamespace
  const all = await ifServed(ifAllowed(cluster.list({ apiVersion: OLM, kind: "Subscription", namespace })))
  const found = (all ?? []).find((one) => one.spec?.name === PACKAGE && isOwn(one, context))
  if (found === undefined) return ready("this federation installed no operator here")
  if (!inputs.operator) return ready("the operator stays; --operator removes it")
  const everywhere = ifAllowed(cluster.list({ apiVersion: SKUPPER, kind: "Site" }))
  const sites = await ifServed(everywhere.then((list) => list ?? "hidden"))
  if (sites === "hidden") {
    return blocked("you cannot see whether other sites on this cluster need the operator", {
      code: "forbidden",
      fix: "omit --operator, or ask an administrator who can see all projects to remove it",
      next: "oc get sites.skupper.io --all-namespaces",
    })
  }
  const foreign = (sites ?? []).filter((one) => !isOwn(one, context))
  const named = (objects: readonly KubeObject[]) =>
    some(objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))
  if (foreign.length > 0) {
    return blocked(`other sites on this cluster need the operator: ${named(foreign)}`, {
      code: "in use",
      fix: "omit --operator, or remove those sites first",
    })
  }
  if (sites?.length) {
    return progressing(
      `removes the operator for the whole cluster ${site.server}, once these sites of this federation are deleted: ${named(sites)}`,
    )
  }
  const { installedCSV } = found.status ?? {}
  const csv =
    installedCSV &&
    (await cluster.get({ apiVersion: OLM, kind: "ClusterServiceVersion", name: installedCSV, namespace }))
  return csv ? [csv, found] : [found]
}

export const removeOperator = removal({
  id: "remove-operator",
  undoes: ["install-operator"],
  title: "Remove the operator",
  on: "every site",
  inputs: ["server", "operator-namespace", "operator"],
  prose:
    "The operator stays, because others may use it by now. `--operator` removes it if this federation installed it and no other site needs it.",
  find: operatorOf,
  async remove(context, object) {
    await deleteFound(
      context,
      object,
      object.kind === "Subscription" ? "subscriptions.operators.coreos.com" : "csv",
    )
  },
  approval: ({ site }) => `removes the operator for the whole cluster ${site.server}`,
  exclusive: ({ site }) => `operator ${site.server}`,
  timeout: 180,
})

export const removeProject = removal({
  id: "remove-project",
  undoes: ["project"],
  title: "Remove the project",
  on: "every site",
  inputs: ["project", "projects"],
  prose:
    "Projects stay. `--projects` deletes the projects that this federation created, with everything in them.",
  async find({ cluster, site, federation, inputs, created }) {
    const projects = await cluster.serves("project.openshift.io/v1", "Project")
    const found = await ifAllowed(
      cluster.get({
        apiVersion: projects ? "project.openshift.io/v1" : "v1",
        kind: projects ? "Project" : "Namespace",
        name: site.project,
      }),
    )
    if (found === undefined) return ready(`project ${site.project} does not exist`)
    if (!ownsProject(found, federation) && !created.has(found.metadata.uid ?? ""))
      return ready(`project ${site.project} existed before, so it stays`)
    if (!inputs.projects) return ready(`project ${site.project} stays; --projects deletes it`)
    const gone = found.status?.phase === "Terminating" && found.metadata.deletionTimestamp === undefined
    return [gone ? { ...found, metadata: { ...found.metadata, deletionTimestamp: "now" } } : found]
  },
  places: partyPlaces,
  exclusive: networks,
  async remove(context, object) {
    const { apiVersion, kind, metadata } = object
    await deleteObject(context, { apiVersion, kind, name: metadata.name })
  },
  approval: ({ site }) => `deletes project ${site.project} on ${site.server} with everything in it`,
  timeout: 600,
})

/**
 * The teardown, a notebook of its own: its plan shows what would be deleted. No step but the logout needs another. Within a lane they run
 * in this order, and a SuperNode whose cluster is unreachable does not keep the other lanes from cleaning up.
 */
export const teardown: Notebook = notebook({
  name: "flower-runbook",
  title: "Delete what the notebook created",
  roles,
  inputs: { ...inputs, ...teardownInputs },
  environment,
  withoutCommands: ({ via }) => via === "api",
  lease: { role: "superlink", namespace: "project", until: "logout" },
  steps: [
    removeNetwork,
    removeIssued,
    removeSupernode,
    removeListener,
    removeLink,
    removeConnector,
    removeGrants,
    removeSite,
    removeRegistration,
    removeSuperlink,
    removeCertificates,
    removeOperator,
    removeProject,
    logout,
  ],
})

if (import.meta.main) void main(import.meta.url)
