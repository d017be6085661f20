/**
 * What the routers know of the network: `Site.status.network`, one record for each site. A router names pods by their
 * addresses there and listeners as `listener/NAME`, so only whether there are any counts (router 3.5.1, kube-adaptor 2.2.1).
 */
import type { SkupperSite } from "./skupper.ts"

export type SiteRecord = NonNullable<NonNullable<SkupperSite["status"]>["network"]>[number]

/** The record of one site, as the router of `site` knows it. */
export const recordOf = (site: SkupperSite | undefined, uid: string | undefined): SiteRecord | undefined =>
  uid === undefined ? undefined : site?.status?.network?.find(({ id }) => id === uid)

/** Whether a site has such an end of a routing key. */
export const hasEnd = (
  record: SiteRecord | undefined,
  routingKey: string | undefined,
  ends: "connectors" | "listeners",
): boolean =>
  (record?.services ?? []).some(
    (service) => service.routingKey === routingKey && (service[ends] ?? []).length > 0,
  )

/** `site x (namespace y, platform z)` */
export const namedSite = ({
  id,
  name = id,
  namespace = "unknown",
  platform = "unknown",
}: SiteRecord): string => `site ${name} (namespace ${namespace}, platform ${platform})`
