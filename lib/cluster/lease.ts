/** A Lease (coordination.k8s.io) that says who is applying: its holder renews it, and whoever comes later sees that. */
import { CheckError } from "../notebook/check-result.ts"
import { ClusterError } from "./errors.ts"
import type { Cluster, KubeObject, Ref } from "./types.ts"

export interface LeaseOptions {
  readonly cluster: Pick<Cluster, "get" | "create" | "replace" | "remove" | "now">
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  /** Who is applying; the same identity takes its own Lease again. */
  readonly identity: string
  /** It counts as abandoned if it was not renewed for so long. */
  readonly seconds: number
}

/** What stands in the way: the holder, and how many seconds ago it last renewed the Lease. */
export interface Holder {
  readonly identity: string
  readonly ago: number
}

const KIND = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" } as const
/** Another writer was faster: read again. */
const ATTEMPTS = 5

export class ClusterLease {
  readonly #options: LeaseOptions
  #held = false

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  get held(): boolean {
    return this.#held
  }

  /**
   * Takes or renews the Lease. What its holder has abandoned is taken over.
   * @returns another holder that renews it; nothing where it is ours now
   * @throws CheckError where the cluster does not answer, or this user may not do it
   */
  async take(): Promise<Holder | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#tryTaking()
      } catch (error) {
        if (!isConflict(error) || attempt === ATTEMPTS) throw error
      }
    }
  }

  async #tryTaking(): Promise<Holder | undefined> {
    const { cluster, identity } = this.#options
    const now = await cluster.now()
    const found = await cluster.get(this.#ref)
    const other = found && holderOf(found, now)
    if (other !== undefined && other.identity !== identity) {
      this.#held = false
      return other
    }
    await (found === undefined
      ? cluster.create(this.#object(now))
      : cluster.replace(this.#object(now, found)))
    this.#held = true
    return undefined
  }

  /** Deletes the Lease unless somebody else holds it: one that a killed run left, too. */
  async remove(): Promise<void> {
    const { cluster, identity } = this.#options
    this.#held = false
    const found = await cluster.get(this.#ref)
    if (found === undefined) return
    const holder = holderOf(found, await cluster.now())
    if (holder === undefined || holder.identity === identity) await cluster.remove(this.#ref)
  }

  get #ref(): Ref {
    const { name, namespace } = this.#options
    return { ...KIND, name, namespace }
  }

  #object(now: number, found?: KubeObject): KubeObject {
    const { name, namespace, labels, identity, seconds } = this.#options
    const time = microTime(now)
    const isOwn = found?.spec?.holderIdentity === identity
    return {
      ...KIND,
      metadata: {
        name,
        namespace,
        labels: { ...labels },
        ...(found?.metadata.resourceVersion && { resourceVersion: found.metadata.resourceVersion }),
      },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: seconds,
        acquireTime: isOwn ? found?.spec?.acquireTime : time,
        renewTime: time,
      },
    }
  }
}

/** Who holds a Lease at this time of its server; nobody where it was abandoned. */
function holderOf({ spec }: KubeObject, now: number): Holder | undefined {
  const identity = spec?.holderIdentity as string | undefined
  const ago = (now - (Date.parse(spec?.renewTime ?? "") || 0)) / 1000
  if (!identity || ago > (spec?.leaseDurationSeconds ?? 0)) return undefined
  return { identity, ago: Math.max(0, Math.round(ago)) }
}

const microTime = (milliseconds: number): string => new Date(milliseconds).toISOString().replace("Z", "000Z")

/** Created or changed by somebody else since it was read. */
const isConflict = (error: unknown): boolean => error instanceof ClusterError && error.code === 409

/** Why nobody can hold it here as this user: no right, no such kind, not accepted. Nothing where the reason may pass. */
export function finalReason(error: unknown): string | undefined {
  if (error instanceof CheckError) {
    const { result } = error
    return result.state === "blocked" || (result.state === "unknown" && result.because === "missing")
      ? result.reason
      : undefined
  }
  const isRefused = error instanceof ClusterError && error.code !== 404 && error.code !== 409
  return isRefused ? error.message : undefined
}
