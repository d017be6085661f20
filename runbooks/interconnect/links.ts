import { ours } from "../shared/labels.ts"
import { isTrue } from "../shared/reading.ts"
import { interRouter, type SkupperLink, type SkupperSite } from "./skupper.ts"
import { type GeneratedLink, type IssuedToken, isLinkOf } from "./token-file.ts"

/** The Links of a SuperNode's project, by where they lead. */
export interface SortedLinks {
  /** To the SuperLink's Site: known by its UID, or, while they have not come up, named as our token or labelled ours. */
  readonly there: readonly SkupperLink[]
  /** To a Site that was there before it, or ours to an address that it had before: they do not come up again. */
  readonly earlier: readonly SkupperLink[]
}

/**
 * Sorts Links by `status.remoteSiteId`, which a Site made anew does not share with the one before it. Links of other
 * networks are left out: what we have not made and leads to a Site of another name, or is up.
 */
export function sortLinks(
  links: readonly SkupperLink[],
  to: SkupperSite,
  federation: string,
  file?: IssuedToken | GeneratedLink,
): SortedLinks {
  const there: SkupperLink[] = []
  const earlier: SkupperLink[] = []
  for (const link of links) {
    if (link.metadata.deletionTimestamp !== undefined) continue
    const { remoteSiteId, remoteSiteName } = link.status ?? {}
    const known = ours(link, federation)
    if (known && atOldAddress(link, to)) earlier.push(link)
    else if (remoteSiteId === to.metadata.uid) there.push(link)
    else if (!remoteSiteId) {
      if (known || isLinkOf(file, link.metadata.name)) there.push(link)
    } else if (known || (remoteSiteName === to.metadata.name && !isTrue(link, "Operational")))
      earlier.push(link)
  }
  // A Link that is known to lead there stands before those that are only hoped to.
  there.sort(
    (a, b) => Number(b.status?.remoteSiteId !== undefined) - Number(a.status?.remoteSiteId !== undefined),
  )
  return { there, earlier }
}

/** Whether a Link dials none of the addresses that the Site has now: its link access was changed since. */
export const atOldAddress = (link: SkupperLink, to: SkupperSite): boolean => {
  const now = interRouter(to.status?.endpoints)
  const dialled = interRouter(link.spec.endpoints)
  return now.length > 0 && dialled.length > 0 && !dialled.some((address) => now.includes(address))
}
