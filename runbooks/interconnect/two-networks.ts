/**
 * A SuperNode's site is in one application network. With Links into two of them it would join both: the sites of each then see the
 * sites of the other one and administer their routers (measured with router 3.5.1).
 */
import { blocked, type CheckResult } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { objectRef } from "../shared/reading.ts"
import { isPerParty } from "./hub.ts"
import { interRouter, type SkupperLink, type SkupperSite } from "./skupper.ts"

/**
 * The result that names a foreign Link into another network; undefined if there is none. A shared network may have more sites than
 * this federation knows, so a Link to one of those joins nothing.
 */
export function otherNetwork(
  context: Pick<Context, "site" | "inputs">,
  foreign: readonly SkupperLink[],
  hub: SkupperSite,
): CheckResult | undefined {
  const known = new Set(isPerParty(context) ? [] : (hub.status?.network ?? []).map(({ id }) => id))
  const link = foreign.find(({ status }) => !known.has(status?.remoteSiteId ?? ""))
  if (link === undefined) return undefined
  const { project, name } = context.site
  const { remoteSiteName } = link.status ?? {}
  const target =
    remoteSiteName === undefined ? interRouter(link.spec.endpoints).join(", ") : `Site ${remoteSiteName}`
  return blocked(
    `Link ${link.metadata.name} of ${name} leads to ${target}, in another application network than Site ${hub.metadata.name}: with Links into both, the two networks would become one`,
    {
      code: "two networks",
      fix: "delete that Link if nothing needs it any more, or give this SuperNode a project of its own",
      next: `skupper link delete ${link.metadata.name} -n ${project}`,
      object: objectRef(link),
    },
  )
}
