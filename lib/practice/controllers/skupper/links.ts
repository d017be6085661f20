/** Link: configured by the controller, operational when the network says so. */

import { condition, isTrue } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { DURATIONS } from "../pace.ts"
import { initialisedSite, judged, kind, NO_SITE, type Skupper } from "./common.ts"
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
  const { store, context, pace, patience, held } = skupper
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
  const own = site && context.network.offer(site).links.find((one) => one.name === name)
  const { up, peer } =
    site !== undefined && own !== undefined ? context.network.link(site, own) : { up: false }
  if (!up || peer === undefined) {
    patience.forget(key)
    // Missing until it was up once: then the routers tell that it is down.
    if (condition(link, "Operational") === undefined) return
    await store.status(link, judged(link, REQUIRED, { Operational: { pending: "Not operational" } }))
    return
  }
  const left = isTrue(link, "Operational")
    ? 0
    : patience.left(key, `${uid} ${peer.uid}`, pace(...DURATIONS.link))
  if (left > 0) return left
  const remote = { remoteSiteId: peer.uid, remoteSiteName: peer.name }
  await store.status(link, judged(link, REQUIRED, { Operational: "ok" }, remote))
}
