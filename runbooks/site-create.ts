import {
  blocked,
  type CheckResult,
  type Cluster,
  drifted,
  foresee,
  main,
  missing,
  progressing,
  ready,
} from "../lib/index.ts"
import { type Context, type Foresee, guideStep, type Manual, type SiteInputs } from "./context.ts"
import { isPerParty } from "./interconnect/hub.ts"
import { addressesAreCurrent } from "./interconnect/link-access.ts"
import { accessFlags, siteManifest, siteManual } from "./interconnect/manual.ts"
import { siteResource } from "./interconnect/resources.ts"
import {
  type LostConfiguration,
  lostConfiguration,
  replaceRouter,
} from "./interconnect/router-configuration.ts"
import { siteTrouble } from "./interconnect/site-trouble.ts"
import {
  interRouter,
  LONGEST_PROJECT,
  listSites,
  message,
  type SkupperSite,
  siteRef,
} from "./interconnect/skupper.ts"
import { reasonFor } from "./openshift/reasons.ts"
import { adopted, adoptedMark, PROGRAM, takeObject } from "./shared/labels.ts"
import { type Condition, condition, isTrue, objectRef, some } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"
import { createOwn, viaApi } from "./shared/via.ts"
import { writeManifest } from "./shared/write-manifest.ts"

/** The link access of this site; undefined for a SuperNode's site, which only creates links. */
const accessOf = (site: SiteInputs & { role: string }): string | undefined =>
  site.role === "superlink" ? (site.linkAccessType ?? "default") : undefined

export async function checkSite(context: Context): Promise<CheckResult> {
  const { cluster, site, federation, created, applyPeriod } = context
  const all = await listSites(cluster, site.project)
  const kept = all.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const sites = kept.length > 0 ? kept : all
  if (sites.length > 1) return severalSites(sites, site.project)
  const found = sites[0]
  if (found === undefined) {
    return (
      (await projectNameTooLong(cluster, site)) ?? missing(`project ${site.project} has no Skupper site yet`)
    )
  }
  if (found.metadata.deletionTimestamp !== undefined)
    return progressing(
      `Site ${found.metadata.name} is being deleted; waiting until it is gone`,
      objectRef(found),
    )
  const access = accessDifference(found, accessOf(site))
  if (access !== undefined) return drifted([access], { object: objectRef(found) })
  const open = accessOf(site) !== undefined
  const resolved = !open || interRouter(found.status?.endpoints).length > 0
  if (!isTrue(found, "Ready") || !resolved) return pending(context, found)
  if (open && !(await addressesAreCurrent(cluster, found)))
    return progressing(
      `Site ${found.metadata.name} still has the addresses of its previous link access`,
      objectRef(found),
    )
  const lost = await lostConfiguration(cluster, site.project)
  if (lost !== undefined) return withoutConfiguration(lost, found)
  const interrupted = context.applyInterrupted && found.metadata.name === site.skupperSite
  return ready(readyText(found, site.skupperSite), {
    object: objectRef(found),
    adopted: adopted(found, { federation, created, applyPeriod, applyInterrupted: interrupted }),
  })
}

/** `default` leaves the choice to the controller, so any link access fits. */
function accessDifference(found: SkupperSite, wanted: string | undefined) {
  const access = found.spec?.linkAccess || "none"
  const fits = wanted === undefined || access === wanted || (wanted === "default" && access !== "none")
  return fits ? undefined : { field: "link access", found: access, wanted }
}

const withoutConfiguration = ({ pod, reason }: LostConfiguration, found: SkupperSite): CheckResult =>
  drifted([{ field: "router configuration", found: "lost with a restart", wanted: "complete" }], {
    reason: `Site ${found.metadata.name}: ${reason}`,
    object: objectRef(found),
    approval: `replaces the router's pod ${pod.name} in ${pod.namespace}, which passes nothing on as it is`,
  })

function readyText(found: SkupperSite, wanted: string): string {
  const { name } = found.metadata
  const where = interRouter(found.status?.endpoints)
  const links = where.length > 0 ? `, reachable for links at ${where.join(", ")}` : ""
  const other = name === wanted ? "" : ` (it existed before; the requested name is ${wanted})`
  return `Site ${name} is ready${links}${other}`
}

async function pending({ cluster, site }: Context, found: SkupperSite): Promise<CheckResult> {
  const { name } = found.metadata
  const configured = condition(found, "Configured")
  const refused = configured?.status === "False" && configured.reason === "Error"
  if (refused && (await isFinal(cluster, configured))) {
    const known = reasonFor("Skupper", configured.message ?? "")
    return blocked(`Site ${name}: ${configured.message}`, {
      code: "site",
      ...(known?.fix !== undefined && { fix: known.fix }),
      next: `oc describe site ${name} -n ${site.project}`,
      object: objectRef(found),
    })
  }
  const long = await projectNameTooLong(cluster, site)
  if (long !== undefined) return long
  const trouble = await siteTrouble(cluster, site.project, accessOf(site) !== undefined)
  if (trouble?.final === true) {
    return blocked(`Site ${name}: ${trouble.reason}`, {
      code: trouble.code,
      ...(trouble.fix !== undefined && { fix: trouble.fix }),
      ...(trouble.next !== undefined && { next: trouble.next }),
      object: objectRef(found),
    })
  }
  return progressing(
    `Site ${name}: ${message(found)}${trouble ? `; ${trouble.reason}` : ""}`,
    objectRef(found),
  )
}

/** How long another error may last before it needs somebody, in milliseconds. */
const RETRIED = 60_000

/** Controllers retry: `roles "skupper-router" already exists` was Ready seconds later (seen with 2.2.1). */
async function isFinal(cluster: Cluster, { message = "", lastTransitionTime }: Condition): Promise<boolean> {
  if (reasonFor("Skupper", message)?.passes === false) return true
  const since = Date.parse(lastTransitionTime ?? "")
  // The clock also makes whoever waits check again after a pause.
  return !((await cluster.now()) - since < RETRIED)
}

/** With Routes, the router's host names contain the project's name. A Site whose Route is refused stays Pending without a reason. */
async function projectNameTooLong(
  cluster: Pick<Cluster, "serves">,
  site: SiteInputs & { role: string },
): Promise<CheckResult | undefined> {
  const access = accessOf(site)
  if (site.project.length <= LONGEST_PROJECT || access === undefined) return undefined
  const routes =
    access === "route" || (access === "default" && (await cluster.serves("route.openshift.io/v1", "Route")))
  if (!routes) return undefined
  return blocked(
    `project ${site.project} has ${site.project.length} characters; with Routes at most ${LONGEST_PROJECT} fit into the router's host name`,
    { code: "project name", fix: "use a project with a shorter name, or --link-access-type loadbalancer" },
  )
}

function severalSites(sites: readonly SkupperSite[], project: string): CheckResult {
  const names = sites.map(({ metadata }) => metadata.name)
  return blocked(
    `project ${project} has ${sites.length} Skupper sites (${some(names)}): only one can be active`,
    {
      code: "two sites",
      fix: "delete the one that is not needed",
      next: `oc get sites.skupper.io -n ${project}`,
    },
  )
}

/** @param manifest the name of its manifest in the federation's folder, if the command refuses this type of link access */
export async function createSite(context: Context, manifest = `${context.site.name}-site`): Promise<void> {
  const { $, site } = context
  const access = accessOf(site)
  if (viaApi(context)) {
    await createOwn(context, await siteResource(site, access))
    return
  }
  const flags = accessFlags(access)
  if (flags !== undefined) {
    await $`skupper site create ${site.skupperSite} ${flags} --wait none -n ${site.project}`
    return
  }
  const file = await writeManifest(context, manifest, await siteManifest(site, access))
  await $`oc apply --server-side --field-manager=${PROGRAM} -n ${site.project} -f ${file}`
}

export async function updateSite(context: Context): Promise<void> {
  const { cluster, site, note } = context
  const [found] = await listSites(cluster, site.project)
  if (found === undefined) return
  if (accessDifference(found, accessOf(site)) !== undefined) return updateAccess(context, found)
  const lost = await lostConfiguration(cluster, site.project)
  if (lost === undefined) return
  note(`pod ${lost.pod.name} is deleted: the next one starts with the router's whole configuration`)
  await replaceRouter(cluster, lost.pod)
}

/** Patches one field, because `skupper site update` replaces the whole spec and drops fields that it does not know. */
async function updateAccess(context: Context, found: SkupperSite): Promise<void> {
  const { cluster, site, federation, created, note } = context
  const before = adopted(found, { federation, created, applyInterrupted: false })
  const linkAccess = accessOf(site)
  note(`Site ${found.metadata.name}: spec.linkAccess is set to ${linkAccess}`)
  await cluster.merge(siteRef(site.project, found.metadata.name), {
    ...(before && { metadata: adoptedMark(federation) }),
    spec: { linkAccess },
  })
}

export const takeSite = (context: Context): Promise<void> =>
  takeObject(context, siteRef(context.site.project, context.site.skupperSite))

/** With a network per party, the SuperLink's project needs no Site: the parties' networks reach its pods from their own projects. */
async function check(context: Context): Promise<CheckResult> {
  const { site, cluster } = context
  if (site.role !== "superlink" || !isPerParty(context)) return checkSite(context)
  const [left] = await listSites(cluster, site.project)
  const former =
    left === undefined
      ? ""
      : `; Site ${left.metadata.name} of the shared network is still there, which nothing here uses`
  return ready(`project ${site.project} needs no Site: each party has a network of its own${former}`)
}

export default guideStep({
  id: "site-create",
  foresees: ({ site, inputs }: Foresee) =>
    site.role === "superlink" && isPerParty({ inputs }) ? [] : [foresee.creates(`Site ${site.skupperSite}`)],
  title: "Create the Skupper site",
  on: "every site",
  needs: ["project", "install-operator"],
  inputs: ["server", "project", "skupper-site", "link-access-type", "network"],
  prose: `
A Skupper **site** represents this project in the application network. Its router runs in the project and carries the traffic of
everything in it.

The SuperLink's site has to accept links, so it is created with link access. This gives its router an address outside the
cluster: a Route on OpenShift, otherwise a load balancer.

    skupper site create superlink-interconnect --enable-link-access

A SuperNode's site only opens outgoing connections and needs no address:

    skupper site create supernode-1-interconnect

In the guide, the command prints \`Waiting for status...\` and then \`Site "superlink-interconnect" is ready.\` Here the step
waits instead of the command, and shows the reason for a delay. A site that already exists is used as it is.

A router that is restarted in its pod (a crash, not enough memory) may come back without the links, connectors and listeners that
were configured since its pod started, while every status stays \`Ready / OK\`, for up to five minutes. This step sees it and
replaces the router's pod: the next one starts with the whole configuration.
`,
  readyWhen:
    "Ready when the project has exactly one Skupper Site, with the requested link access, and that is Ready and has addresses if it accepts links, and its router has not been restarted without its configuration. Until then, the reason is shown, such as a Route that is not admitted or a router that does not start.",
  docs: ["https://skupperproject.github.io/refdog/concepts/site.html"],
  check,
  apply: (context) => createSite(context),
  update: updateSite,
  takeOwnership: takeSite,
  manual: (context: Manual) =>
    context.site.role === "superlink" && isPerParty(context)
      ? "# The SuperLink's project needs no Site: each party has a network of its own."
      : siteManual(context, accessOf(context.site)),
  show: (context) =>
    context.site.role === "superlink" && isPerParty(context)
      ? undefined
      : context.$`skupper site status -n ${context.site.project}`,
  get expect() {
    return snippet("site-create.txt")
  },
  timeout: 300,
})

if (import.meta.main) void main(import.meta.url)
