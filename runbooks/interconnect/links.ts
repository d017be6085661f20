import { isOwn, type Owner } from "../shared/labels.ts"
import { isTrue } from "../shared/reading.ts"
import { interRouter, type SkupperLink, type SkupperSite } from "./skupper.ts"
import { isLinkOf, type TokenContent } from "./token-file.ts"

/** The Links of a SuperNode's project, sorted by their target. */
export interface SortedLinks {
  /**
   * Links to the SuperLink's Site, by its UID. A Link that has not come up yet (up to 30 s) has no UID: it counts by its name, its
   * labels, or the addresses that it connects to, so that no second one is created beside a Link that was made by hand.
   */
  readonly current: readonly SkupperLink[]
  /** Links to a deleted Site, or of this federation to a former address: they do not come up again. */
  readonly obsolete: readonly SkupperLink[]
  /** Links that this federation did not create and that lead elsewhere. */
  readonly foreign: readonly SkupperLink[]
}

/**
 * Sorts Links by `status.remoteSiteId`, which differs for a Site that was deleted and created again. Foreign are those
 * that this federation did not create and that lead to a Site of another name, or are up.
 */
export function sortLinks(
  links: readonly SkupperLink[],
  to: SkupperSite,
  owner: Owner,
  file?: TokenContent,
): SortedLinks {
  const current: SkupperLink[] = []
  const obsolete: SkupperLink[] = []
  const foreign: SkupperLink[] = []
  for (const link of links) {
    if (link.metadata.deletionTimestamp !== undefined) continue
    const { remoteSiteId, remoteSiteName } = link.status ?? {}
    const known = isOwn(link, owner)
    if (known && atOldAddress(link, to)) obsolete.push(link)
    else if (remoteSiteId === to.metadata.uid) current.push(link)
    else if (!remoteSiteId) {
      if (known || isLinkOf(file, link.metadata.name) || atAddressOf(link, to)) current.push(link)
      else foreign.push(link)
    } else if (known || (remoteSiteName === to.metadata.name && !isTrue(link, "Operational")))
      obsolete.push(link)
    else foreign.push(link)
  }
  // Links that are up come first, then those that are known to lead there, then those that only may.
  const rank = (link: SkupperLink): number =>
    (isTrue(link, "Operational") ? 2 : 0) + (link.status?.remoteSiteId === undefined ? 0 : 1)
  current.sort((a, b) => rank(b) - rank(a))
  return { current, obsolete, foreign }
}

/** Whether a Link uses one of the Site's current addresses. */
const atAddressOf = (link: SkupperLink, to: SkupperSite): boolean => {
  const now = interRouter(to.status?.endpoints)
  return interRouter(link.spec.endpoints).some((address) => now.includes(address))
}

/** Whether a Link uses none of the Site's current addresses, because the Site's link access was changed. */
export const atOldAddress = (link: SkupperLink, to: SkupperSite): boolean => {
  const now = interRouter(to.status?.endpoints)
  const dialled = interRouter(link.spec.endpoints)
  return now.length > 0 && dialled.length > 0 && !dialled.some((address) => now.includes(address))
}
