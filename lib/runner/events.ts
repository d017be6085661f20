import type { Ingredients } from "../notebook/fingerprint.ts"
import type { Look } from "../notebook/looks.ts"

/** How a step ended at a place. `ok` outcomes let what needs them go on. */
export type OutcomeKind =
  | "done" // it was so already, or a trusted checkpoint says so
  | "acted" // we made it so
  | "not needed" // it only supplies a step that is done
  | "left out" // by the selection; looked at only because another needs it
  | "failed"
  | "blocked"
  | "not run" // something it needs did not end well
  | "interrupted"

export interface Outcome {
  readonly kind: OutcomeKind
  readonly ok: boolean
  /** One sentence; for `not run` it names the root: `superlink/site-create failed`. */
  readonly reason: string
  /** The resource's or command's own words, where they say more. */
  readonly why?: string
  readonly fix?: string
  readonly next?: string
  /** Machine-readable word, for example `unproven`, `expired`, `timeout`. */
  readonly code?: string
  /** `supernode-2/site-create`, the step whose failure this comes from (itself included). */
  readonly root?: string
  readonly adopted?: boolean
  readonly seconds: number
  /** An unexpected error: its stack, shown with versions. */
  readonly stack?: string
}

/** Where an event happened. `site` is missing for `here` and `federation` steps. */
export interface At {
  readonly step: string
  readonly site?: string
}

export interface SiteSummary {
  readonly name: string
  readonly role: string
  /** The values that were given for it (not the defaults), by input name; no secrets. */
  readonly given: Readonly<Record<string, unknown>>
}

/** Who ran it, and on what: for those who read the journal later. */
export interface By {
  /** The user of this machine. */
  readonly user: string
  readonly host: string
  /** `linux-x64`. */
  readonly platform: string
  /** Node's version. */
  readonly node: string
}

/**
 * Everything that happens in a run. Journal, terminal, `--json` and reports are readers of this stream.
 * Every string in an event has passed the redactor.
 */
export type Event =
  | {
      type: "run started"
      version: string
      notebook: string
      federation: string
      command: string
      /** Journals of earlier versions do not tell. */
      by?: By
      sites: readonly SiteSummary[]
      /** Federation-wide values that were given (not the defaults), by input name. */
      given: Readonly<Record<string, unknown>>
      /** Lanes: site name (or "here", "federation") and its step ids in order. */
      lanes: readonly { name: string; steps: readonly string[] }[]
    }
  /** Inputs were given or changed outside a run: what later runs take as earlier answers. */
  | {
      type: "answered"
      federation: string
      sites: readonly SiteSummary[]
      given: Readonly<Record<string, unknown>>
    }
  | { type: "consent"; what: string; how: "flag" | "asked" | "named" }
  | ({ type: "step started" } & At)
  | ({ type: "looked"; look: Look } & At)
  | ({
      type: "act started"
      action: "act" | "change" | "again"
      /** Steps of this site whose checkpoints no longer hold. */
      undoes?: readonly string[]
    } & At)
  | ({ type: "command"; line: string; cwd?: string } & At)
  | ({ type: "output"; stream: "stdout" | "stderr"; text: string } & At)
  | ({ type: "command ended"; exitCode: number; seconds: number } & At)
  | ({ type: "act ended"; action: "act" | "change" | "again"; ok: boolean; reason?: string } & At)
  /** The cluster user as whom a site's steps work; told when it is first known, and when it changes. */
  | ({ type: "session"; user: string; server: string } & At)
  /** What was written to a cluster or handed to a command: `apply Deployment superlink`, and the SHA-256 of its text. */
  | ({ type: "applied"; what: string; sha256?: string } & At)
  /** An act was left to the person (`--by-hand`). */
  | ({ type: "by hand"; action: "act" | "change" | "again" } & At)
  | ({ type: "waiting"; reason: string } & At)
  | ({ type: "note"; text: string } & At)
  /** What the step's `show` printed, whole, and the promised lines it did not meet. */
  | ({ type: "shown"; line: string; text: string; differs: readonly string[] } & At)
  | ({ type: "checkpoint"; fingerprint: string; made: Ingredients; reason: string; adopted?: boolean } & At)
  | ({ type: "step ended"; outcome: Outcome } & At)
  | {
      type: "run ended"
      code: number
      counts: Readonly<Partial<Record<OutcomeKind, number>>>
      seconds: number
    }
  | { type: "warning"; text: string }

/** An event as it stands in the journal and in `--json`: with schema version, time and run. */
export type Recorded = Event & { readonly v: 1; readonly t: string; readonly run: string }

export type Listener = (event: Recorded) => void

/** Where a step's events go. */
export type Emit = (event: Event) => void

/** `supernode-1/site-create`, or the step alone for `here` and `federation` steps. */
export const placeName = (at: At): string => (at.site === undefined ? at.step : `${at.site}/${at.step}`)
