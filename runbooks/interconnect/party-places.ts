/** The projects of the parties' networks, for whoever deletes what is in them. */
import { ifServed } from "../shared/reading.ts"
import type { TeardownContext } from "../shared/removal.ts"
import { ATTACHED, BINDING } from "./attached.ts"
import { hubsOf, isPerParty } from "./hub.ts"
import { SKUPPER } from "./skupper.ts"

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
  return [...projects].map(
    (project) => Object.create(context, { site: { value: { ...site, project } } }) as TeardownContext,
  )
}
