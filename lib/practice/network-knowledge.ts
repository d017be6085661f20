/**
 * What each site has heard of the others. Traffic follows the links of this moment; what statuses say follows beacons and
 * heartbeats, and is late: a site that comes is known after its beacon, one that goes silent is forgotten after half a minute.
 * (Measured with skupper-router 3.5.1 and kube-adaptor 2.2.1.)
 */
import { LinkMemory, type LinkTimes } from "./network-links.ts"
import type { Routes } from "./network-routes.ts"
import type { Known, KnownLink, KnownSite, NetworkSite, Offer } from "./types/network.ts"

/** How long it takes until something is known, in milliseconds. */
export interface KnowledgeTimes extends LinkTimes {
  /** A site that can be reached, until it is heard. */
  readonly beacon: number
  /** A site that went silent, until its router is forgotten. */
  readonly forget: number
  /** The kube-adaptor of a forgotten router, until the whole site is forgotten. */
  readonly fade: number
  /** A new pod's kube-adaptor, until it may write what it hears: the lease of the one before has to end first. */
  readonly lease: number
}

/** What one site has heard of another one. */
interface Hearing {
  record: KnownSite | undefined
  /** Since when it can be reached and was not heard yet. */
  since: number | undefined
  /** Since when nothing is heard. Reached again, it is heard with its next beacon, and may be forgotten until then. */
  silentSince: number | undefined
  fadingSince: number | undefined
}

interface Observer {
  readonly hearings: Map<string, Hearing>
  /** Whom it reached when it had last heard everybody: nothing to do while these are the same. */
  steady: readonly NetworkSite[] | undefined
  /** The pod that writes for it, and from when on. */
  writer: string | undefined
  writesFrom: number
  known: Known
}

const NOBODY: Known = { records: [], connectors: new Set(), listeners: new Set() }

const keysOf = (records: readonly KnownSite[], ends: "connectors" | "listeners"): ReadonlySet<string> =>
  new Set(
    records
      .filter((one) => !one.fading)
      .flatMap(({ offer }) => offer[ends].map(({ routingKey }) => routingKey)),
  )

const byUid = (one: KnownSite, other: KnownSite): number => (one.site.uid < other.site.uid ? -1 : 1)

export class Knowledge {
  readonly #routes: Routes
  readonly #times: KnowledgeTimes
  readonly #links: LinkMemory
  #observers = new Map<string, Observer>()
  /** What each site says of itself now. */
  #records = new Map<NetworkSite, { offer: Offer; links: readonly KnownLink[]; record: KnownSite }>()
  /** Shared by all who have heard the same. */
  #said = new Map<string, Known>()
  #numbers = new WeakMap<KnownSite, number>()
  #count = 0

  constructor(routes: Routes, times: KnowledgeTimes) {
    this.#routes = routes
    this.#times = times
    this.#links = new LinkMemory(routes, times)
  }

  of(site: NetworkSite): Known {
    return this.#observers.get(site.uid)?.known ?? NOBODY
  }

  /** Brings it up to date. `next`: in how many milliseconds there is something to do, without any other change. */
  update(now: number): { news: boolean; next: number | undefined } {
    const due: number[] = []
    for (const site of this.#routes.sites) this.#record(site, now, due)
    for (const site of this.#records.keys()) if (!this.#routes.sites.has(site)) this.#records.delete(site)
    const said = new Map<string, Known>()
    const shared = new Map<readonly NetworkSite[], Known>()
    let news = false
    for (const site of this.#routes.sites) {
      const observer = this.#observer(site)
      const { adaptor } = this.#routes.offer(site)
      if (adaptor !== undefined && adaptor !== observer.writer) {
        observer.writesFrom = observer.writer === undefined ? now : now + this.#times.lease
        observer.writer = adaptor
      }
      const records = this.#listen(site, observer, now, due)
      if (adaptor === undefined) continue
      if (observer.writesFrom > now) {
        due.push(observer.writesFrom)
        continue
      }
      const same = observer.steady && shared.get(observer.steady)
      const known = same ?? this.#describe(records(), said)
      if (observer.steady !== undefined) shared.set(observer.steady, known)
      if (known === observer.known) continue
      observer.known = known
      news = true
    }
    this.#said = said
    const uids = new Set([...this.#routes.sites].map(({ uid }) => uid))
    for (const uid of this.#observers.keys()) if (!uids.has(uid)) this.#observers.delete(uid)
    return { news, next: due.length === 0 ? undefined : Math.max(0, Math.min(...due) - now) }
  }

  #observer(site: NetworkSite): Observer {
    let found = this.#observers.get(site.uid)
    if (found === undefined) {
      found = { hearings: new Map(), steady: undefined, writer: undefined, writesFrom: 0, known: NOBODY }
      this.#observers.set(site.uid, found)
    }
    return found
  }

  #record(site: NetworkSite, now: number, due: number[]): void {
    const offer = this.#routes.offer(site)
    const links = this.#links.update(site, offer, now, due)
    const before = this.#records.get(site)
    if (before?.offer === offer && before.links === links) return
    this.#records.set(site, { offer, links, record: { site, offer, links, fading: false } })
  }

  /** Lets one site listen. Returns what it has heard; that is worked out only where it is wanted. */
  #listen(site: NetworkSite, observer: Observer, now: number, due: number[]): () => KnownSite[] {
    const reached = this.#routes.reach(site)
    const recordOf = (one: NetworkSite): KnownSite => this.#records.get(one)!.record
    if (observer.steady === reached && reached.length > 0) {
      return () => reached.map(recordOf).sort(byUid)
    }
    observer.steady = undefined
    const { hearings } = observer
    let all = reached.length > 0
    for (const other of reached) {
      const hearing = hearings.get(other.uid) ?? blank()
      hearings.set(other.uid, hearing)
      if (!this.#hears(hearing, other === site ? 0 : this.#times.beacon, now, due)) all = false
      else hearing.record = recordOf(other)
    }
    const uids = new Set(reached.map(({ uid }) => uid))
    for (const [uid, hearing] of hearings) {
      if (uids.has(uid)) continue
      all = false
      hearing.since = undefined
      if (!this.#forgets(hearing, now, due)) hearings.delete(uid)
    }
    if (all) observer.steady = reached
    return () => [...hearings.values()].flatMap(({ record }) => record ?? []).sort(byUid)
  }

  /** Whether a site that can be reached is heard. */
  #hears(hearing: Hearing, beacon: number, now: number, due: number[]): boolean {
    if (hearing.record !== undefined && !hearing.record.fading && hearing.silentSince === undefined)
      return true
    hearing.since ??= now
    if (now - hearing.since >= beacon) {
      Object.assign(hearing, blank())
      return true
    }
    due.push(hearing.since + beacon)
    this.#forgets(hearing, now, due)
    return false
  }

  /** What becomes of the memory of a site that is not heard. Returns whether anything of it is left. */
  #forgets(hearing: Hearing, now: number, due: number[]): boolean {
    const { forget, fade } = this.#times
    const { record } = hearing
    if (record === undefined) return false
    if (!record.fading) {
      hearing.silentSince ??= now
      if (now - hearing.silentSince < forget) {
        due.push(hearing.silentSince + forget)
        return true
      }
      hearing.record = { ...record, links: [], fading: true }
      hearing.fadingSince = now
    }
    const left = hearing.fadingSince! + fade
    if (now < left) {
      due.push(left)
      return true
    }
    hearing.record = undefined
    hearing.fadingSince = undefined
    hearing.silentSince = undefined
    return false
  }

  #describe(records: readonly KnownSite[], said: Map<string, Known>): Known {
    const name = records.map((record) => this.#number(record)).join()
    const known = said.get(name) ??
      this.#said.get(name) ?? {
        records,
        connectors: keysOf(records, "connectors"),
        listeners: keysOf(records, "listeners"),
      }
    said.set(name, known)
    return known
  }

  #number(record: KnownSite): number {
    let found = this.#numbers.get(record)
    if (found === undefined) {
      found = ++this.#count
      this.#numbers.set(record, found)
    }
    return found
  }
}

const blank = (): Hearing => ({
  record: undefined,
  since: undefined,
  silentSince: undefined,
  fadingSince: undefined,
})
