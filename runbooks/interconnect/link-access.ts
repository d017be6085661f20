/** Whether the addresses of a Site are those of its current link access. */
import type { ClusterReader, KubeObject } from "../../lib/index.ts"
import { condition, ifAllowed } from "../shared/reading.ts"
import { type Endpoint, interRouter, ROUTER, SKUPPER, type SkupperSite } from "./skupper.ts"

const isCurrent = (object: KubeObject): boolean => {
  const { generation = 0 } = object.metadata
  return (condition(object, "Ready")?.observedGeneration ?? generation) >= generation
}

/**
 * After a change of its link access, a Site stays Ready with its previous addresses, and its conditions have the new
 * generation before the addresses change (measured with Skupper 2.1 and 2.2). Only the SecuredAccess behind it shows the
 * change. If the SecuredAccess cannot be read, the Site's own status counts.
 */
export async function addressesAreCurrent(cluster: ClusterReader, site: SkupperSite): Promise<boolean> {
  if (!isCurrent(site)) return false
  const { namespace } = site.metadata
  const ref = { apiVersion: SKUPPER, kind: "SecuredAccess", name: ROUTER, namespace }
  const access = await ifAllowed(cluster.get(ref))
  if (access === undefined) return true
  const wanted = site.spec?.linkAccess
  if (wanted !== "default" && access.spec?.accessType !== wanted) return false
  const offered = interRouter(access.status?.endpoints as Endpoint[] | undefined)
  const known = new Set(interRouter(site.status?.endpoints))
  return isCurrent(access) && offered.length > 0 && offered.every((address) => known.has(address))
}
