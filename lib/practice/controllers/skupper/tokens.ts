/** AccessToken: redeemed once at its issuer, which brings a Secret and a Link. */
import type { KubeObject } from "../../../cluster/types.ts"
import { ownedBy, withCondition } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { faultStrikes } from "../faulty.ts"
import { initialisedSite, kind, type Skupper } from "./common.ts"
import { RedeemError, redeem } from "./redeem.ts"

/** An AccessToken has one condition, and no Ready. */
const told = (token: KubeObject, redeemed: boolean, error?: string): object => ({
  ...token.status,
  conditions: withCondition(token.status?.conditions, {
    type: "Redeemed",
    status: redeemed ? "True" : "False",
    reason: redeemed ? "Ready" : "Error",
    message: redeemed ? "OK" : error!,
    observedGeneration: token.metadata.generation,
  }),
  ...(redeemed ? { redeemed: true } : {}),
  status: error === undefined ? "Ready" : "Error",
  message: error ?? "OK",
})

async function receive(skupper: Skupper, token: KubeObject, site: KubeObject): Promise<void> {
  const { store, context } = skupper
  const { name, namespace } = token.metadata
  const cut = faultStrikes(context.faults, "grant", context.name, name, "unreachable") !== undefined
  const spec = token.spec as { url: string; code: string; ca: string; linkCost?: number }
  for (const object of await redeem(spec, name, site.metadata.uid!, cut, skupper.signal)) {
    const metadata = { ...object.metadata, namespace: namespace!, ownerReferences: [ownedBy(site, false)] }
    const cost =
      object.kind === "Link" && spec.linkCost ? { spec: { ...object.spec, cost: spec.linkCost } } : {}
    try {
      await store.create({ ...object, ...cost, metadata })
    } catch (error) {
      throw new RedeemError(
        `Controller could not create received ${object.kind.toLowerCase()}: ${(error as Error).message}`,
      )
    }
  }
}

/**
 * One pass over an AccessToken. A failure is tried again at once (its own status write is an event), then at every
 * resync, for ever.
 * @param tries how often each was tried since the last resync, by uid
 */
export const reconcileToken = async (
  skupper: Skupper,
  tries: Map<string, number>,
  key: string,
): Promise<number | void> => {
  const { store, held } = skupper
  const [namespace, name] = splitKey(key)
  const token = kind(store, "AccessToken").get(namespace, name)
  if (token === undefined || token.metadata.deletionTimestamp !== undefined) return
  const site = initialisedSite(store, namespace)
  if (token.status?.redeemed) {
    if (site === undefined)
      await store.status(token, told(token, true, "Already redeemed for a deleted site"))
    return
  }
  const uid = token.metadata.uid!
  if (held.has(uid)) return
  if (site === undefined) {
    held.add(uid) // creating a Site is no event of this token
    return
  }
  try {
    await receive(skupper, token, site)
    tries.delete(uid)
    await store.status(token, told(token, true))
  } catch (error) {
    if (!(error instanceof RedeemError)) throw error
    const count = (tries.get(uid) ?? 0) + 1
    tries.set(uid, count)
    if (count >= 2) held.add(uid)
    await store.status(token, told(token, false, error.message))
    return count < 2 ? 1 : undefined
  }
}
