import type { CheckedObject } from "../notebook/check-result.ts"

import type { FingerprintInputs, KeyedHash } from "../notebook/fingerprint.ts"
import type { MessageKind } from "../notebook/parties.ts"
import {
  type At,
  type By,
  type Event,
  type Exchanged,
  type Moved,
  placeName,
  type Recorded,
  type SiteSummary,
} from "./events.ts"

import { keyedHash } from "./fingerprint-key.ts"

export interface Checkpoint {
  readonly fingerprint: string
  readonly inputs: FingerprintInputs
  readonly t: string
  readonly reason: string
  readonly adopted?: boolean
}

/** A value that a step has provided: its content, or for a secret only which one it is. */
export type KeptValue =
  | { readonly site?: string; readonly value: unknown }
  | { readonly site?: string; readonly revision: string }
/** By place name, then by the value's name. */
export type KeptValues = ReadonlyMap<string, ReadonlyMap<string, KeptValue>>

/** What the journal of a federation says: the result of reading it once. */
export interface Memory {
  readonly federation: string | undefined
  /** The sites of the last run with what was given for them. */
  readonly sites: ReadonlyMap<string, SiteSummary>
  /** Every site that ever was, as last seen: sites may leave and come back. */
  readonly known: ReadonlyMap<string, SiteSummary>
  readonly given: Readonly<Record<string, unknown>>
  /** By place name (`supernode-1/site-create`). */
  readonly checkpoints: ReadonlyMap<string, Checkpoint>
  readonly values: KeptValues
  /** For the fingerprints of secrets, with this federation's key. */
  readonly keyed: KeyedHash
  /** Places where an action started and did not end. */
  readonly interrupted: ReadonlySet<string>
  /** Those of them where it was an `apply`, with the time in which its run may have created something. */
  readonly interruptedApplies: ReadonlyMap<string, Period>
  /** Places where an action succeeded at some time. */
  readonly applied: ReadonlySet<string>
  /** By site: when each step last changed something there, whatever became of it. */
  readonly touched: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Objects that this federation created, by UID. Deleted ones stay: a UID never comes back. */
  readonly created: ReadonlyMap<string, CheckedObject>
  /** What each place showed when it last ran. */
  readonly shown: ReadonlyMap<string, readonly Shown[]>
  /** The last `step ended` of each place. */
  readonly ended: ReadonlyMap<string, Extract<Recorded, { type: "step ended" }>>
  /** By step id: its last execution, with its number in the journal's order as notebooks print it: `[3]`. */
  readonly executions: ReadonlyMap<string, StepExecution>
  /** By site: the cluster user of its last session. */
  readonly users: ReadonlyMap<string, string>
  /** By the name that a party has here: what was exchanged with it. */
  readonly parties: ReadonlyMap<string, PartyMemory>
  readonly lastRun: { readonly started: string; readonly command: string; readonly code?: number } | undefined
}

/** What was exchanged with a party: the last message of each kind, in each direction. */
export interface PartyMemory {
  readonly received: ReadonlyMap<MessageKind, Exchanged>
  readonly sent: ReadonlyMap<MessageKind, Exchanged>
  /** A revocation came after the last request, in the journal's order: clocks of two parties differ. */
  readonly revoked: boolean
  /** The digests of all requests: none of them brings a party back after a revocation. */
  readonly requests: ReadonlySet<string>
}

/** The same while it is read. */
interface OpenParty {
  received: Map<MessageKind, Exchanged>
  sent: Map<MessageKind, Exchanged>
  revoked: boolean
  requests: Set<string>
}

export type Shown = Extract<Recorded, { type: "shown" }>

/** From the first start of an action to the last line of its run, as this machine's clock had it. */
export interface Period {
  readonly from: string
  readonly to: string
}

export interface StepExecution {
  readonly number: number
  readonly t: string
  /** Missing where an earlier version of the program wrote it. */
  readonly by: By | undefined
}

export interface Journal {
  readonly memory: Memory
  /** The identity of this run: every line it writes carries it. */
  readonly run: string
  /** Stamps and appends. `durable` settles once the line is on disk; the memory has it at once. */
  append(event: Event): { recorded: Recorded; durable: Promise<void> }
}

const KEPT_SETS = ["interrupted", "applied"] as const
/** Maps whose values are JSON. */
const KEPT_MAPS = [
  "sites",
  "known",
  "checkpoints",
  "interruptedApplies",
  "created",
  "shown",
  "ended",
  "executions",
  "users",
] as const
type SnapshotSets = Record<(typeof KEPT_SETS)[number], string[]>
type SnapshotMaps = Record<(typeof KEPT_MAPS)[number], [string, unknown][]>
type Pairs<T> = [string, T][]

/** A memory as JSON. */
export interface MemorySnapshot extends SnapshotSets, SnapshotMaps {
  readonly federation: string | undefined
  readonly given: Record<string, unknown>
  readonly lastRun: MemoryReader["lastRun"]
  readonly number: number
  readonly showing: Pairs<number | undefined>
  readonly touched: Pairs<Pairs<string>>
  readonly values: Pairs<Pairs<KeptValue>>
}

/** Reads lines into a memory; also used line by line while a run writes. */
export class MemoryReader implements Memory {
  federation: string | undefined
  sites = new Map<string, SiteSummary>()
  known = new Map<string, SiteSummary>()
  given: Record<string, unknown> = {}
  checkpoints = new Map<string, Checkpoint>()
  values = new Map<string, Map<string, KeptValue>>()
  interrupted = new Set<string>()
  interruptedApplies = new Map<string, Period>()
  applied = new Set<string>()
  touched = new Map<string, Map<string, string>>()
  created = new Map<string, CheckedObject>()
  shown = new Map<string, Shown[]>()
  ended = new Map<string, Extract<Recorded, { type: "step ended" }>>()
  executions = new Map<string, StepExecution>()
  users = new Map<string, string>()
  parties = new Map<string, OpenParty>()
  lastRun: { started: string; command: string; code?: number } | undefined
  readonly keyed: KeyedHash
  #by: By | undefined
  #run: string | undefined
  /** By place, for the run that is being read: the first start of an `apply` there, whatever became of it. */
  #firstApplies = new Map<string, { from: string; ahead: number }>()
  /** When the run that is being read wrote its last line. */
  #last = { t: "" }
  /** Steps of the run that is being read: a step at all its sites is one execution. */
  #executed = new Set<string>()
  #number = 0
  /** The execution in which a place last showed something. */
  #showing = new Map<string, number | undefined>()

  /** @param folder the federation's: its key is in it */
  constructor(folder: string) {
    this.keyed = keyedHash(folder)
  }

  /** All of it as JSON: {@link restore} makes the same memory of it. Only between two runs. */
  snapshot(): MemorySnapshot {
    return {
      federation: this.federation,
      given: this.given,
      lastRun: this.lastRun,
      number: this.#number,
      showing: [...this.#showing],
      touched: [...this.touched].map(([site, steps]) => [site, [...steps]]),
      values: [...this.values].map(([place, values]) => [place, [...values]]),
      ...(Object.fromEntries(KEPT_SETS.map((name) => [name, [...this[name]]])) as SnapshotSets),
      ...(Object.fromEntries(KEPT_MAPS.map((name) => [name, [...this[name]]])) as SnapshotMaps),
    }
  }

  restore(snapshot: MemorySnapshot): void {
    this.federation = snapshot.federation
    this.given = snapshot.given
    this.lastRun = snapshot.lastRun
    this.#number = snapshot.number
    this.#showing = new Map(snapshot.showing)
    this.touched = new Map(snapshot.touched.map(([site, steps]) => [site, new Map(steps)]))
    this.values = new Map(snapshot.values.map(([place, values]) => [place, new Map(values)]))
    for (const name of KEPT_SETS) this[name] = new Set(snapshot[name])
    for (const name of KEPT_MAPS) this[name] = new Map(snapshot[name] as never) as never
  }

  take(line: Recorded): void {
    this.#date(line)
    switch (line.type) {
      case "run started":
        this.#answered(line)
        this.#by = line.by
        this.#executed.clear()
        this.lastRun = { started: line.t, command: line.command }
        break
      case "answered":
        this.#answered(line)
        break
      case "session":
        if (line.site !== undefined) this.users.set(line.site, line.user)
        break
      case "step started":
        if (!this.#executed.has(line.step)) this.#number++
        this.#executed.add(line.step)
        this.executions.set(line.step, { number: this.#number, t: line.t, by: this.#by })
        break
      case "action started":
        this.interrupted.add(placeName(line))
        if (line.site !== undefined && line.action !== "delete")
          this.touched.set(line.site, new Map(this.touched.get(line.site)).set(line.step, line.t))
        if (line.action === "apply") this.#applied(line)
        for (const step of line.undoes ?? []) {
          this.#forget({ step })
          if (line.site !== undefined) this.#forget({ step, site: line.site })
        }
        break
      case "action ended":
        if (line.open === true) {
          this.#leftOpen(line)
          break
        }
        this.interrupted.delete(placeName(line))
        // A failed update says nothing about who created the object that it was to update.
        if (line.ok || line.action === "apply") this.interruptedApplies.delete(placeName(line))
        if (line.ok) this.applied.add(placeName(line))
        break
      case "checkpoint": {
        const { fingerprint, inputs, t, reason, adopted } = line
        this.checkpoints.set(placeName(line), {
          fingerprint,
          inputs,
          t,
          reason,
          ...(adopted && { adopted }),
        })
        break
      }
      case "value":
        this.values.set(placeName(line), new Map(this.values.get(placeName(line))).set(line.name, line))
        break
      case "message":
        this.#exchanged(line)
        break
      case "created":
        this.created.set(line.object.uid, line.object)
        break
      case "shown":
        this.#show(line)
        break
      case "step ended":
        this.ended.set(placeName(line), line)
        break
      case "run ended":
        if (this.lastRun !== undefined) this.lastRun.code = line.code
        break
    }
  }

  #exchanged(line: Exchanged): void {
    const party = this.parties.get(line.party) ?? {
      received: new Map(),
      sent: new Map(),
      revoked: false,
      requests: new Set(),
    }
    this.parties.set(line.party, party)
    party[line.way].set(line.kind, line)
    if (line.kind === "revocation") party.revoked = true
    if (line.kind !== "request") return
    party.revoked = false
    party.requests.add(line.digest)
  }

  /** A run goes on for as long as it writes lines. */
  #date({ run, t }: Recorded): void {
    if (run !== this.#run) {
      this.#firstApplies.clear()
      this.#last = { t }
    }
    this.#run = run
    this.#last.t = t
  }

  #applied(line: At & { readonly t: string; readonly ahead?: number }): void {
    const place = placeName(line)
    const { ahead = 0 } = line
    const first = this.#firstApplies.get(place) ?? { from: later(line.t, ahead), ahead }
    this.#firstApplies.set(place, first)
    const last = this.#last
    this.interruptedApplies.set(place, {
      from: first.from,
      get to() {
        return later(last.t, first.ahead)
      },
    })
  }

  /** As if a kill had ended it then: what it has created is found at the next run. What is created later is somebody else's. */
  #leftOpen(line: At & { readonly t: string }): void {
    const place = placeName(line)
    const first = this.#firstApplies.get(place)
    if (first === undefined) return
    this.interruptedApplies.set(place, { from: first.from, to: later(line.t, first.ahead) })
  }

  #answered(line: {
    federation: string
    sites: readonly SiteSummary[]
    moved?: readonly Moved[]
    given: Readonly<Record<string, unknown>>
  }): void {
    this.federation = line.federation
    for (const moved of line.moved ?? []) this.#rename(moved)
    this.sites = new Map(line.sites.map((site) => [site.name, site]))
    for (const site of line.sites) this.known.set(site.name, site)
    this.given = { ...line.given }
  }

  #show(line: Shown): void {
    const place = placeName(line)
    const number = this.executions.get(line.step)?.number
    const fresh = this.#showing.get(place) !== number
    this.#showing.set(place, number)
    this.shown.set(place, [...(fresh ? [] : (this.shown.get(place) ?? [])), line])
  }

  /** All that is known of a site is that of its earlier place: the new one starts with nothing. */
  #rename({ site, as }: Moved): void {
    const before = this.known.get(site)
    if (before === undefined) return
    this.known.delete(site)
    this.known.set(as, { ...before, name: as })
    const renamed = (place: string): string =>
      place.startsWith(`${site}/`) ? `${as}/${place.slice(site.length + 1)}` : place
    for (const set of [this.interrupted, this.applied]) {
      for (const place of [...set]) {
        if (renamed(place) !== place && set.delete(place)) set.add(renamed(place))
      }
    }
    const maps: Map<string, unknown>[] = [
      this.checkpoints,
      this.interruptedApplies,
      this.values,
      this.ended,
      this.shown,
      this.#showing,
    ]
    for (const map of maps) {
      for (const [place, value] of [...map]) {
        if (renamed(place) !== place && map.delete(place)) map.set(renamed(place), value)
      }
    }
    for (const map of [this.touched, this.users] as Map<string, unknown>[]) {
      const value = map.get(site)
      if (map.delete(site)) map.set(as, value)
    }
  }

  #forget(at: At): void {
    this.checkpoints.delete(placeName(at))
    this.values.delete(placeName(at))
    this.applied.delete(placeName(at))
    this.ended.delete(placeName(at))
    this.shown.delete(placeName(at))
  }
}

/** A time by a clock that is so many seconds ahead. */
const later = (t: string, ahead: number): string =>
  ahead === 0 ? t : new Date(Date.parse(t) + ahead * 1000).toISOString()
