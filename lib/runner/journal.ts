import type { Ingredients } from "../notebook/fingerprint.ts"
import type { Event, Recorded, SiteSummary } from "./events.ts"

export interface Checkpoint {
  readonly fingerprint: string
  readonly made: Ingredients
  readonly t: string
  readonly reason: string
  readonly adopted?: boolean
}

/** What the journal of a federation tells: the result of reading it once. */
export interface Memory {
  readonly federation: string | undefined
  /** The sites of earlier runs with what was given for them. */
  readonly sites: ReadonlyMap<string, SiteSummary>
  readonly given: Readonly<Record<string, unknown>>
  /** By place name (`supernode-1/site-create`). */
  readonly checkpoints: ReadonlyMap<string, Checkpoint>
  /** Places with an act started and not ended. */
  readonly begun: ReadonlySet<string>
  /** The last `shown` event of each place. */
  readonly shown: ReadonlyMap<string, Extract<Recorded, { type: "shown" }>>
  /** The last `step ended` of each place. */
  readonly ended: ReadonlyMap<string, Extract<Recorded, { type: "step ended" }>>
  readonly lastRun: { readonly started: string; readonly command: string; readonly code?: number } | undefined
}

export interface Journal {
  readonly memory: Memory
  /** Stamps and appends; resolves once the line is on disk. */
  append(event: Event): Promise<Recorded>
  /** Writes what is pending, synchronously (a signal came). */
  flushSync(): void
}
