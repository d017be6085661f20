/**
 * The six answers of a step's `look`. A look only reads; the planner, the runner, `status --live` and the tests all
 * work from the same answer.
 */

/** The object on a cluster (or the file here) that a look is about. */
export interface Seen {
  kind: string
  name: string
  namespace?: string
  uid?: string
}

/** One field that is not as the inputs ask. Both values are text as a person would write them. */
export interface Difference {
  field: string
  found: string
  asked: string
}

/** There, ready, and as the inputs ask. */
export interface Done {
  is: "done"
  reason: string
  seen?: Seen
  /** It was there before us: used as it is, never torn down. */
  adopted?: boolean
}
/** There, as asked, not ready yet: only wait. `reason` is the resource's own message. */
export interface UnderWay {
  is: "under way"
  reason: string
  seen?: Seen
}
/** Not there. */
export interface Absent {
  is: "absent"
  reason: string
  seen?: Seen
  /** Set when making it reaches beyond the site (cluster-wide, a new project): what the person agrees to. */
  consent?: string
}
/** There, but not as asked. */
export interface Different {
  is: "different"
  reason: string
  fields: Difference[]
  seen?: Seen
  /** As in {@link Absent}. */
  consent?: string
  /** What a person does where the step has no `change` of its own. */
  fix?: string
}
/** Only a person can go on: a terminal reason. */
export interface Blocked {
  is: "blocked"
  reason: string
  /** The cure, in a sentence. */
  fix: string
  /** The exact command to type next; left out where there is none. */
  next?: string
  /** A word for programs, for example `unproven`, `expired`, `forbidden`. */
  code?: string
  seen?: Seen
}
/** Not logged in, API not reachable, kind or project not there yet: tried again with back-off until the deadline. */
export interface CannotLook {
  is: "cannot look"
  reason: string
  because: "login" | "unreachable" | "not there"
  fix?: string
  next?: string
}

export type Look = Done | UnderWay | Absent | Different | Blocked | CannotLook

export const done = (reason: string, more: Omit<Done, "is" | "reason"> = {}): Done => ({
  is: "done",
  reason,
  ...more,
})
export const underWay = (reason: string, seen?: Seen): UnderWay => ({
  is: "under way",
  reason,
  ...(seen && { seen }),
})
export const absent = (reason: string, more: Omit<Absent, "is" | "reason"> = {}): Absent => ({
  is: "absent",
  reason,
  ...more,
})
export const different = (
  fields: Difference[],
  more: Omit<Different, "is" | "reason" | "fields"> & { reason?: string } = {},
): Different => ({
  is: "different",
  fields,
  ...more,
  reason: more.reason ?? fields.map((f) => `${f.field} ${f.found}, asked ${f.asked}`).join("; "),
})
export const blocked = (reason: string, more: Omit<Blocked, "is" | "reason">): Blocked => ({
  is: "blocked",
  reason,
  ...more,
})
export const cannotLook = (
  because: CannotLook["because"],
  reason: string,
  more: { fix?: string; next?: string } = {},
): CannotLook => ({ is: "cannot look", because, reason, ...more })

/**
 * Thrown by what a look reads with (the cluster door) when the answer to the look is already known: not logged in,
 * not reachable, not allowed. The runner takes `look` as the step's answer.
 */
export class LookError extends Error {
  readonly look: Blocked | CannotLook
  constructor(look: Blocked | CannotLook, options?: ErrorOptions) {
    super(look.reason, options)
    this.name = "LookError"
    this.look = look
  }
}
