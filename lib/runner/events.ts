import type { CheckedObject, CheckResult } from "../notebook/check-result.ts"
import type { FingerprintInputs } from "../notebook/fingerprint.ts"
import type { MessageKind } from "../notebook/parties.ts"

/** How a step ended at a place. `ok` outcomes let the steps that need them run. */
export type OutcomeKind =
  | "unchanged" // ready when it was checked, or a trusted checkpoint says so
  | "applied"
  | "updated"
  | "deleted" // by a teardown
  | "skipped" // see `because`
  | "failed"
  | "blocked"
  | "interrupted"
  | "waiting" // for another party

/**
 * Why a step was skipped. `another party`: its owner runs it. `not needed`: it only supplies a step that is ready. `not selected`: only checked, because another
 * step needs it. `dependency`: a step that it needs did not succeed.
 */
export type SkipReason = "not needed" | "not selected" | "dependency" | "another party"

export interface Outcome {
  readonly kind: OutcomeKind
  readonly ok: boolean
  /** Set only for `skipped`. */
  readonly because?: SkipReason
  /** One sentence; for a step that was skipped over a dependency it names the root: `superlink/site-create failed`. */
  readonly reason: string
  /** The resource's or command's own words, where they say more. */
  readonly why?: string
  readonly fix?: string
  readonly next?: string
  /** Machine-readable word, for example `unproven`, `expired`, `timeout`. */
  readonly code?: string
  /** The party whose step it is, where that is another one. */
  readonly party?: string
  /** `supernode-2/site-create`, the step whose failure this comes from (itself included). */
  readonly root?: string
  readonly adopted?: boolean
  /** What it failed over may pass without anybody's help: see `RunOptions.secondTry`. */
  readonly passing?: true
  readonly seconds: number
  /** An unexpected error: its stack, shown with versions. */
  readonly stack?: string
}

/** What a run does to a step that is not ready, or with --rerun. */
export type Action = "apply" | "update" | "delete" | "rerun"

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
  /** The party that it belongs to, where that is another one. */
  readonly party?: string
}

/** A message of another party that was accepted, or one to another party that was written. */
export interface Exchanged {
  readonly way: "received" | "sent"
  readonly kind: MessageKind
  /** The name that the party has here: that of its sites in the federation file. */
  readonly party: string
  /** As it calls itself. */
  readonly name: string
  /** Of the other party's keys. */
  readonly fingerprint: string
  /** How its keys are known. */
  readonly trust: "fingerprint" | "pinned" | "none"
  /** SHA-256 of the message. */
  readonly digest: string
  /** The digest of the message that it answers. */
  readonly answers?: string
  readonly created: string
  readonly expires?: string
  /** Of several approvals of one request, which one it is. */
  readonly serial?: number
  /** The sites that it is about: as the party that joins calls them, and their names here. */
  readonly names: readonly { readonly theirs: string; readonly ours: string }[]
  readonly purpose?: string
  /** Another one was asked for: this one no longer counts. */
  readonly closed?: true
  /** Of what it brings: a later message with the same content is not written. */
  readonly content?: string
  /** Which party of this user's sent or accepted it. */
  readonly own: string
  /** Who did. */
  readonly by?: By
  readonly file?: string
}

/** A site that is in another place now. From here on, what the journal has of it is that of its earlier place, under this name. */
export interface Moved {
  readonly site: string
  /** `supernode-1@1`: no site of a federation file can have such a name. */
  readonly as: string
}

/** Who ran it, and on which machine: for those who read the journal later. */
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
      /** Every site's cluster was a practice cluster. */
      practice?: true
      /** Earlier versions of the program did not record it. */
      by?: By
      sites: readonly SiteSummary[]
      moved?: readonly Moved[]
      /** Federation-wide values that were given (not the defaults), by input name. */
      given: Readonly<Record<string, unknown>>
      /** Lanes: site name (or "here", "federation") and its step ids in order. */
      lanes: readonly { name: string; steps: readonly string[] }[]
    }
  /** Inputs were given or changed outside a run: later runs use them as earlier answers. */
  | {
      type: "answered"
      federation: string
      sites: readonly SiteSummary[]
      moved?: readonly Moved[]
      given: Readonly<Record<string, unknown>>
    }
  | { type: "approval"; what: string; how: "flag" | "asked" | "named" }
  | ({ type: "step started" } & At)
  | ({ type: "checked"; result: CheckResult } & At)
  | ({
      type: "action started"
      action: Action
      /** Steps of this site whose checkpoints and values are forgotten. */
      undoes?: readonly string[]
      /** The clock of the site's API server is so many seconds ahead of this machine's (negative: behind), where they differ. */
      ahead?: number
    } & At)
  | ({ type: "command"; line: string; cwd?: string } & At)
  | ({ type: "output"; stream: "stdout" | "stderr"; text: string } & At)
  | ({ type: "command ended"; exitCode: number; seconds: number } & At)
  /** `open`: the step's limit has ended an `apply`, and nobody has seen yet whether it had its effect. */
  | ({ type: "action ended"; action: Action; ok: boolean; reason?: string; open?: true } & At)
  /** The cluster user that a site's steps run as; sent when it is first known, and when it changes. */
  | ({ type: "session"; user: string; server: string } & At)
  /** What was written to a cluster or passed to a command: `apply Deployment superlink`, and the SHA-256 of its text. */
  | ({ type: "written"; what: string; sha256?: string } & At)
  | ({ type: "message" } & Exchanged)
  /** An object that an `apply` created: its UID tells it from every other one, also when its labels are lost. */
  | ({ type: "created"; object: CheckedObject & { uid: string } } & At)
  /** An action was left to the user (`--by-hand`). */
  | ({ type: "manual"; action: Action } & At)
  /** A step has handed a value to later steps. Of a secret one it has only a revision, which is new with each content. */
  | ({ type: "value"; name: string } & ({ value: unknown } | { revision: string }) & At)
  | ({ type: "waiting"; reason: string } & At)
  | ({ type: "note"; text: string } & At)
  /** What the step's `show` printed, whole, and the promised lines that were not printed. */
  | ({ type: "shown"; line: string; text: string; differs: readonly string[] } & At)
  | ({
      type: "checkpoint"
      fingerprint: string
      inputs: FingerprintInputs
      reason: string
      adopted?: boolean
    } & At)
  | ({ type: "step ended"; outcome: Outcome } & At)
  | {
      type: "run ended"
      code: number
      counts: Readonly<Partial<Record<OutcomeKind, number>>>
      seconds: number
    }
  | { type: "warning"; text: string }

/** An event as it stands in the journal and in `--json`: with schema version, time and run. */
export type Recorded = Event & { readonly v: 2; readonly t: string; readonly run: string }

export type Listener = (event: Recorded) => void

/** Where a step's events go. */
export type Emit = (event: Event) => void

/** Whether the step was skipped because one that it needs did not succeed. */
export const isHeldBack = ({ kind, because }: Pick<Outcome, "kind" | "because">): boolean =>
  kind === "skipped" && because === "dependency"

/** A `value` event as a sentence. */
export function providedText(event: Extract<Event, { type: "value" }>): string {
  if ("revision" in event) return `provides the secret ${event.name}`
  const text = typeof event.value === "string" ? event.value : JSON.stringify(event.value)
  const isLong = text.length > 120 || text.includes("\n")
  return `provides ${event.name}${isLong ? ` (${text.length} characters)` : `: ${text}`}`
}

/** `supernode-1/site-create`, or the step alone for `here` and `federation` steps. */
export const placeName = (at: At): string => (at.site === undefined ? at.step : `${at.site}/${at.step}`)
