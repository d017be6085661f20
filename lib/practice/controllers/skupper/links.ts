/** Link: configured by the controller, operational when the network says so. */

import { condition, isTrue } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { initialisedSite, judged, kind, NO_SITE, type Skupper } from "./common.ts"
import { toldLink } from "./network-status.ts"
import type { Memberships } from "./site.ts"

const REQUIRED = ["Configured", "Operational"]

/**
 * One pass over a Link. In Skupper 2.2 the first event of a new Link only stores it: it has no status until its next
 * event or the resync after 30 s (`Site.link` shadows a variable in 2.2.0 and 2.2.1; 2.1.4 takes 0.01 s; measured).
 */
export async function reconcileLink(
  skupper: Skupper,
  memberships: Memberships,
  stored: Map<string, string>,
  key: string,
): Promise<number | void> {
  const { store, context, held } = skupper
  const [namespace, name] = splitKey(key)
  const link = kind(store, "Link").get(namespace, name)
  if (link === undefined || link.metadata.deletionTimestamp !== undefined) return
  const { uid = "", resourceVersion = "" } = link.metadata
  if (initialisedSite(store, namespace) === undefined) {
    await store.status(link, judged(link, REQUIRED, { Configured: NO_SITE }))
    return
  }
  if (!isTrue(link, "Configured")) {
    if (!stored.has(uid)) {
      stored.set(uid, resourceVersion)
      held.add(uid)
    }
    const first =
      stored.get(uid) === resourceVersion && held.has(uid) && condition(link, "Configured") === undefined
    if (first && context.delays !== "none") return
    held.delete(uid)
    await store.status(link, judged(link, REQUIRED, { Configured: "ok" }))
    return
  }
  const site = memberships.of(namespace)
  const told = site && toldLink(context.network, site, name)
  // Of a link that the network status leaves out nothing is said, whatever was said before.
  if (told === undefined) return
  if (!told.up) {
    await store.status(link, judged(link, REQUIRED, { Operational: { pending: "Not operational" } }))
    return
  }
  const { uid: remoteSiteId, name: remoteSiteName } = told.peer.site
  await store.status(link, judged(link, REQUIRED, { Operational: "ok" }, { remoteSiteId, remoteSiteName }))
}
