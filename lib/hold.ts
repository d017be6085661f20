/** What keeps two people with folders of their own from applying one federation at the same time: a Lease on its cluster. */
import { ClusterLease, finalReason } from "./cluster/lease.ts"
import { ownership } from "./cluster/ownership.ts"
import type { Cluster } from "./cluster/types.ts"
import { LEASE_RENEW_MS, LEASE_S, pause, RELEASE_MS } from "./limits.ts"
import type { Blocked } from "./notebook/check-result.ts"
import type { Federation } from "./notebook/federation.ts"
import { sha256 } from "./notebook/fingerprint.ts"
import { camel } from "./notebook/inputs.ts"
import type { Notebook } from "./notebook/notebook.ts"
import type { Site } from "./notebook/roles.ts"
import type { Emit } from "./runner/events.ts"
import type { State } from "./runner/state.ts"
import { thisMachine } from "./runner/this-machine.ts"
import type { Hold } from "./runner/toolbox.ts"

interface LeaseHoldOptions {
  readonly lease: ClusterLease
  /** For messages: `Lease my-notebook-trial in my-project`. */
  readonly what: string
  readonly identity: string
  readonly emit: Emit
}

/** Where a holder's folder begins in its identity. */
const FOLDER_MARK = "/"

export interface HeldFederation {
  readonly notebook: Pick<Notebook, "name" | "lease">
  readonly federation: Partial<Pick<Federation, "name" | "sites">>
  readonly state: Pick<State, "kubeconfig">
}

/** The Lease of the federation; nothing where the notebook has none. */
export function leaseHold(
  { notebook, federation, state }: HeldFederation,
  clusterOf: (site: Site) => Cluster,
  emit: Emit,
): Hold | undefined {
  const { lease: place, name: program } = notebook
  const site = federation.sites?.find(({ role }) => role === place?.role)
  // Of a site of another party nothing is asked: its owner holds it.
  if (place === undefined || site === undefined || site.party !== undefined || federation.name === undefined)
    return undefined
  const namespace = String((site as Record<string, unknown>)[camel(place.namespace)])
  const name = `${program}-${federation.name}`
  const { user, host } = thisMachine()
  const identity = `${user}@${host}${FOLDER_MARK}${sha256(state.kubeconfig("")).slice(0, 8)}`
  const labels = ownership(program).labels(federation.name)
  const lease = new ClusterLease({
    cluster: clusterOf(site),
    name,
    namespace,
    labels,
    identity,
    seconds: LEASE_S,
  })
  return new LeaseHold({ lease, what: `Lease ${name} in ${namespace}`, identity, emit })
}

class LeaseHold implements Hold {
  readonly #options: LeaseHoldOptions
  #timer: NodeJS.Timeout | undefined
  /** No run can hold it here, which was said. */
  #givenUp = false
  #released = false
  /** Actions that begin at the same time share one attempt. */
  #taking: Promise<Blocked | undefined> | undefined

  constructor(options: LeaseHoldOptions) {
    this.#options = options
  }

  take(): Promise<Blocked | undefined> {
    if (this.#givenUp || this.#released || this.#options.lease.held) return Promise.resolve(undefined)
    this.#taking ??= this.#take().finally(() => {
      this.#taking = undefined
    })
    return this.#taking
  }

  async #take(): Promise<Blocked | undefined> {
    const { lease, what, emit } = this.#options
    try {
      const holder = await lease.take()
      if (holder !== undefined) return this.#refusal(holder)
      this.#timer ??= setInterval(() => void this.#renew(), LEASE_RENEW_MS).unref()
      return undefined
    } catch (error) {
      // Where the cluster does not answer, or not to this session, the next action asks again.
      const why = finalReason(error)
      if (why === undefined) return undefined
      this.#givenUp = true
      const text = `${what} cannot be held, so a run from another folder would not be noticed: ${why}`
      emit({ type: "warning", text })
      return undefined
    }
  }

  #refusal({ identity, ago }: { identity: string; ago: number }): Blocked {
    const { what } = this.#options
    const [who] = identity.split(FOLDER_MARK)
    const isSame = this.#options.identity.startsWith(`${who}${FOLDER_MARK}`)
    return {
      state: "blocked",
      code: "held",
      reason: `${who}${isSame ? ", from another folder," : ""} is applying this federation: ${what} was renewed ${ago} s ago`,
      fix: `run again once that run has ended; if it was killed, the Lease expires ${LEASE_S} s after it was last renewed`,
    }
  }

  async #renew(): Promise<void> {
    const { lease, what, emit } = this.#options
    const holder = await lease.take().catch(() => undefined)
    if (holder === undefined || this.#released) return
    clearInterval(this.#timer)
    this.#timer = undefined
    emit({
      type: "warning",
      text: `${what} was not renewed in time, and ${holder.identity} has taken it over`,
    })
  }

  async release(left: boolean): Promise<void> {
    if (this.#released) return
    this.#released = true
    clearInterval(this.#timer)
    const { lease } = this.#options
    await this.#taking?.catch(() => undefined)
    if (!lease.held && !left) return
    // It expires by itself where it cannot be deleted.
    await Promise.race([lease.remove().catch(() => undefined), pause(RELEASE_MS)])
  }
}
