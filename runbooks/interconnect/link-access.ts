/** How links come in at a Site: whether its addresses are those of the link access that it asks for now. */
import type { ClusterReader, KubeObject } from "../../lib/index.ts"
import { condition, ifAllowed } from "../shared/reading.ts"
import { type Endpoint, interRouter, ROUTER, SKUPPER, type SkupperSite } from "./skupper.ts"

const current = (object: KubeObject): boolean => {
  const { generation = 0 } = object.metadata
  return (condition(object, "Ready")?.observedGeneration ?? generation) >= generation
}

/**
 * After a change of its link access a Site goes on saying Ready, with the addresses from before, and even its conditions are
 * of the new generation before these are (measured with Skupper 2.1 and 2.2). The SecuredAccess behind it tells.
 * Where that cannot be read, the Site is believed.
 */
export async function addressesAreCurrent(cluster: ClusterReader, site: SkupperSite): Promise<boolean> {
  if (!current(site)) return false
  const { namespace } = site.metadata
  const ref = { apiVersion: SKUPPER, kind: "SecuredAccess", name: ROUTER, namespace }
  const access = await ifAllowed(cluster.get(ref))
  if (access === undefined) return true
  const asked = site.spec?.linkAccess
  if (asked !== "default" && access.spec?.accessType !== asked) return false
  const offered = interRouter(access.status?.endpoints as Endpoint[] | undefined)
  const told = new Set(interRouter(site.status?.endpoints))
  return current(access) && offered.length > 0 && offered.every((address) => told.has(address))
}
