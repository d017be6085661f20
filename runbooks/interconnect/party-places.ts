/** What the parties' networks consist of at the SuperLink's cluster, for whoever deletes it. */
import type { KubeObject } from "../../lib/index.ts"
import { ifServed } from "../shared/reading.ts"
import { ownObjects, type TeardownContext } from "../shared/removal.ts"
import { ATTACHED, attachedRef, BINDING } from "./attached.ts"
import { hubOf, hubsOf, isPerParty, sharersOf } from "./hub.ts"
import { isTheirs } from "./other-side.ts"
import { SKUPPER } from "./skupper.ts"

/** Several lanes delete these objects: one at a time, so that the next one sees what is left. */
export const networks = (context: TeardownContext): string | undefined =>
  isPerParty(context) ? `networks ${context.the("superlink").server}` : undefined

/**
 * At the SuperLink's site: a context for the project of each party's network that this federation has, or had. Parties that have left
 * are known by the AttachedConnectors in the SuperLink's project, and by what the journal says was created.
 */
export async function partyPlaces(context: TeardownContext): Promise<readonly TeardownContext[]> {
  const { cluster, site, created } = context
  if (site.role !== "superlink") return []
  const attached = await ifServed(
    cluster.list({ apiVersion: SKUPPER, kind: ATTACHED, namespace: site.project }),
  )
  const projects = new Set<string>([
    ...(isPerParty(context) ? hubsOf(context).map(({ project }) => project) : []),
    ...(attached ?? []).map(({ spec }) => String(spec?.siteNamespace)),
    ...[...created.values()].flatMap(({ kind, namespace }) =>
      kind === BINDING && namespace !== undefined ? [namespace] : [],
    ),
  ])
  projects.delete(site.project)
  return [...projects].map((project) => inProject(context, project))
}

const inProject = (context: TeardownContext, project: string): TeardownContext =>
  Object.create(context, { site: { value: { ...context.site, project } } })

/** In the lane of a SuperNode: the context of its hub. */
export const atOwnHub = (context: TeardownContext): TeardownContext =>
  atOther(context, hubOf(context, context.site))

/** In the lane of a SuperNode: the context of the SuperLink. */
export const atSuperlink = (context: TeardownContext): TeardownContext =>
  atOther(context, context.the("superlink"))

const atOther = (context: TeardownContext, site: TeardownContext["site"]): TeardownContext =>
  Object.create(context, {
    site: { value: site },
    ...Object.getOwnPropertyDescriptors(context.at(site)),
  })

/**
 * In the lane of a SuperNode: the objects of its network, in the order in which they are deleted. A token that was issued before could
 * still be redeemed by a new hub of the same name, so grants go first. SuperNodes of another party leave together; while another
 * SuperNode of this one is in the network, it stays.
 */
export async function networkObjects(
  hub: TeardownContext,
  lane: TeardownContext,
): Promise<readonly KubeObject[]> {
  const { site } = lane
  if (!isTheirs(site) && sharersOf(lane, site).length > 1) return []
  const attached = attachedRef(lane, site)
  const ends = await ownObjects(inProject(hub, attached.namespace!), [SKUPPER, ATTACHED])
  return [
    ...(await ownObjects(
      hub,
      [SKUPPER, "AccessGrant"],
      [SKUPPER, "Site"],
      [SKUPPER, BINDING],
      [SKUPPER, "Certificate"],
      ["networking.k8s.io/v1", "NetworkPolicy"],
    )),
    ...ends.filter(({ metadata }) => metadata.name === attached.name),
  ]
}
