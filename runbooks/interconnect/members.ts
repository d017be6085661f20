/** Who else is in the network of a SuperNode, by the record of its own router and of the hub's. */
import type { Context } from "../context.ts"
import { networkOf } from "./hub.ts"
import type { SiteRecord } from "./network-record.ts"
import { hubSite } from "./other-side.ts"
import { activeSite, type SkupperSite } from "./skupper.ts"

export interface Members {
  readonly own: SkupperSite | undefined
  readonly hub: SkupperSite | undefined
  /** Records of sites that are neither the hub nor SuperNodes of the same party. */
  readonly strangers: readonly SiteRecord[]
}

export async function membersOf(context: Context): Promise<Members> {
  const { cluster, site } = context
  const hub = await hubSite(context)
  const own = await activeSite(cluster, site.project)
  const known = new Set([own?.metadata.uid, hub?.metadata.uid])
  // The Sites of another institution's SuperNodes cannot be read: they are known by their names.
  const shared = context.all("supernode").filter((one) => networkOf(one) === networkOf(site))
  const isSharer = ({ name, namespace }: SiteRecord): boolean =>
    shared.some(({ skupperSite, project }) => skupperSite === name && project === namespace)
  const records = new Map(
    [own, hub].flatMap((view) => (view?.status?.network ?? []).map((one) => [one.id, one] as const)),
  )
  const strangers = [...records.values()].filter((one) => !known.has(one.id) && !isSharer(one))
  return { own, hub, strangers }
}
