/** Teardown: keys that this federation registered are unregistered, and the list of them is deleted. */
import type { KubeObject } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { keepRegistered, type Registry, readRegistry, registryRef } from "../security/registry.ts"
import { isOwn } from "../shared/labels.ts"
import type { TeardownContext } from "../shared/removal.ts"
import { unregister } from "./registration.ts"
import { readyFlwr } from "./rotation.ts"
import { findSuperlink } from "./superlink.ts"
import { runningHop } from "./verify-hops.ts"

/** A registered key as an object of a teardown: `registration supernode-1`. */
const REGISTRATION = "registration"
const objectOf = (site: string): KubeObject => ({
  apiVersion: "",
  kind: REGISTRATION,
  metadata: { name: site },
})
export const isRegistration = ({ kind }: KubeObject): boolean => kind === REGISTRATION

/**
 * The registrations of these sites that can be undone. A SuperLink that is gone has taken them along; one of this federation that does not run
 * is deleted with them.
 */
export async function findRegistrations(context: TeardownContext, only?: string): Promise<KubeObject[]> {
  const registry: Registry = await readRegistry(context)
  const sites = [...registry.keys()].filter((name) => only === undefined || name === only)
  if (sites.length === 0) return []
  const superlink = await findSuperlink(context as Context)
  if (superlink === undefined) return []
  const runs = (superlink.status?.availableReplicas ?? 0) > 0
  return runs || !isOwn(superlink, context) ? sites.map(objectOf) : []
}

/** The list of registrations itself, where this federation has created it. */
export async function findRegistry(context: TeardownContext): Promise<KubeObject[]> {
  const site = context.the("superlink")
  const found = await context.at(site).cluster.get(registryRef(site))
  return found !== undefined && isOwn(found, context) ? [{ ...found, kind: "ConfigMap" }] : []
}

/** Unregisters every key of a site, which is final. */
export async function dropRegistration(context: TeardownContext, { metadata }: KubeObject): Promise<void> {
  const { name } = metadata
  const all = context as Context
  const ids = ((await readRegistry(all)).get(name) ?? []).flatMap(({ id }) => (id === undefined ? [] : [id]))
  if (ids.length > 0) {
    const superlink = await runningHop(all, "superlink", context.the("superlink").superlinkWorkload)
    // It ends at this moment: the next check says what is left.
    if ("state" in superlink) return
    await unregister(all, superlink, await readyFlwr(all, superlink), ids)
  }
  await keepRegistered(all, name, [])
}
