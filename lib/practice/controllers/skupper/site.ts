/** Site: sets up its router, waits until it runs and can be reached, and joins the network. */

import type { KubeObject } from "../../../cluster/types.ts"
import type { NetworkSite } from "../../types/network.ts"
import { type Condition, condition, isReadyPod, isTrue, selects } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { faultStrikes } from "../faulty.ts"
import { DURATIONS } from "../pace.ts"
import { type Endpoint, enabledTypes } from "./access.ts"
import {
  activeSite,
  judged,
  kind,
  ROUTER_LABELS,
  SITE_CA,
  type Skupper,
  VERSION,
  type Verdict,
} from "./common.ts"
import { networkRecords, writeNetworkStatus } from "./network-status.ts"
import { networkSite } from "./router-site.ts"
import { routerAccess, siteObjects } from "./site-objects.ts"

interface Joined {
  readonly uid: string
  readonly site: NetworkSite
  readonly doors: Map<string, () => void>
  leave(): void
}

/** The sites of one cluster that are in the network, by namespace. */
export class Memberships {
  readonly #skupper: Skupper
  #joined = new Map<string, Joined>()
  constructor(skupper: Skupper) {
    this.#skupper = skupper
  }

  of(namespace: string): NetworkSite | undefined {
    return this.#joined.get(namespace)?.site
  }

  leave(namespace: string): void {
    this.#joined.get(namespace)?.leave()
    this.#joined.delete(namespace)
  }

  leaveAll(): void {
    for (const namespace of [...this.#joined.keys()]) this.leave(namespace)
  }

  /** In the network, and open for links at these addresses and no others. */
  join(object: KubeObject, addresses: readonly string[]): NetworkSite {
    const { network } = this.#skupper.context
    const { namespace = "", uid = "" } = object.metadata
    if (this.#joined.get(namespace)?.uid !== uid) this.leave(namespace)
    let joined = this.#joined.get(namespace)
    if (joined === undefined) {
      const site = networkSite(this.#skupper, object)
      const doors = new Map<string, () => void>()
      const end = network.join(site)
      const leave = () => {
        for (const close of doors.values()) close()
        end()
      }
      joined = { uid, site, doors, leave }
      this.#joined.set(namespace, joined)
    }
    for (const [address, close] of joined.doors) {
      if (addresses.includes(address)) continue
      close()
      joined.doors.delete(address)
    }
    for (const address of addresses) {
      if (!joined.doors.has(address)) joined.doors.set(address, network.accept(address, joined.site))
    }
    return joined.site
  }
}

function running(pods: readonly KubeObject[]): Verdict | undefined {
  if (pods.length === 0) return undefined
  if (pods.some(isReadyPod)) return "ok"
  const [pod] = pods
  const wrong = (pod!.status?.conditions as Condition[] | undefined)?.find((one) => one.status === "False")
  return { pending: wrong?.message || `Pod ${pod!.metadata.name} not ready` }
}

/** What is made again when it is lost; the rest is made once. */
const RESTORED = ["Certificate", "ConfigMap", "Deployment", "Service"]

const wantsAccess = (site: KubeObject): boolean => !["", "none", undefined].includes(site.spec?.linkAccess)

export async function reconcileSite(
  skupper: Skupper,
  memberships: Memberships,
  key: string,
): Promise<number | void> {
  const { store, context, patience, pace } = skupper
  const [namespace, name] = splitKey(key)
  const site = kind(store, "Site").get(namespace, name)
  const active = activeSite(store, namespace)
  if (active === undefined) memberships.leave(namespace)
  if (site === undefined || site.metadata.deletionTimestamp !== undefined) return
  const open = wantsAccess(site)
  const required = ["Configured", "Running", ...(open ? ["Resolved"] : [])]
  const refuse = (error: string) => store.status(site, judged(site, required, { Configured: { error } }))
  if (active !== undefined && active.metadata.uid !== site.metadata.uid) {
    await refuse(`An active site already exists in the namespace (${active.metadata.name})`)
    return
  }
  const access = site.spec?.linkAccess as string | undefined
  if (open && access !== "default" && !enabledTypes(skupper).includes(access!)) {
    await refuse(`Unsupported value for LinkAccess: ${access}`)
    return
  }

  const hold = faultStrikes(context.faults, "site", context.name, name, "pending") !== undefined
  const objects = siteObjects(site).filter(
    (one) =>
      (!hold || one.kind !== "Deployment") && (!isTrue(site, "Configured") || RESTORED.includes(one.kind)),
  )
  await Promise.all(objects.map((object) => store.ensure(object)))
  const known = kind(store, "RouterAccess").get(namespace, "skupper-router")
  if (open) await putAccess(skupper, site, known, access === "default" ? undefined : access)
  else if (known !== undefined) await store.remove(known)
  if (!isTrue(site, "Configured")) {
    const more = { defaultIssuer: site.spec?.defaultIssuer ?? SITE_CA, controller: controllerOf(skupper) }
    await store.status(site, judged(site, required, { Configured: "ok" }, more))
    return // the write's own event goes on
  }

  const verdicts: Record<string, Verdict> = {}
  const endpoints: Endpoint[] = open ? (known?.status?.endpoints ?? []) : []
  if (open) {
    const resolved = endpoints.length > 0
    if (resolved || condition(site, "Resolved") || known !== undefined) {
      verdicts.Resolved = resolved ? "ok" : { pending: "Pending" }
    }
  }
  const pods = store
    .of("v1", "Pod")
    .list(namespace)
    .filter(
      (one) => selects(ROUTER_LABELS, one.metadata.labels) && one.metadata.deletionTimestamp === undefined,
    )
  const runs =
    running(pods) ?? (condition(site, "Running") ? { pending: "No router pod is ready" } : undefined)
  if (runs !== undefined) verdicts.Running = runs

  let more: Record<string, unknown> = { endpoints: endpoints.length > 0 ? endpoints : undefined }
  // Once in the network a site stays in it, whether its router runs or not: what it has heard goes on being told.
  let member = memberships.of(namespace)
  const left = member
    ? 0
    : patience.left(key, `${site.metadata.uid} ${runs === "ok"}`, runs === "ok" ? pace(...DURATIONS.site) : 0)
  if (left === 0 && (runs === "ok" || member !== undefined))
    member = memberships.join(site, addressesOf(skupper, endpoints))
  if (member !== undefined) {
    await writeNetworkStatus(skupper, member)
    const records = networkRecords(context.network, member)
    const heard = records.length > 0 || site.status?.network !== undefined
    if (heard) more = { ...more, network: records, sitesInNetwork: records.length }
  }
  const current = kind(store, "Site").get(namespace, name) ?? site
  await store.status(current, judged(current, required, verdicts, more))
  if (hold) return pace(...DURATIONS.heldSite) || 20
  return left > 0 ? left : undefined
}

const controllerOf = ({ namespace }: Skupper) => ({ name: "skupper-controller", namespace, version: VERSION })

/** A `local` address means something inside its own cluster only. */
export const addressesOf = ({ context }: Skupper, endpoints: readonly Endpoint[]): string[] =>
  endpoints
    .filter((endpoint) => endpoint.name === "inter-router")
    .map(
      (endpoint) =>
        `${endpoint.host}:${endpoint.port}${/\.test$|^[\d.]+$/.test(endpoint.host) ? "" : `@${context.name}`}`,
    )

async function putAccess(
  { store }: Skupper,
  site: KubeObject,
  known: KubeObject | undefined,
  type: string | undefined,
): Promise<void> {
  if (known !== undefined && known.spec.accessType !== type) {
    await store.remove(known)
    throw new Error("the RouterAccess is made anew with another access type")
  }
  await store.ensure(routerAccess(site, type))
}
