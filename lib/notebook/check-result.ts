/**
 * The six answers of a step's `look`. A look only reads; the planner, the runner, `status --live` and the tests all
 * work from the same answer.
 */

/** The object on a cluster (or the file here) that a look is about. */
export interface CheckedObject {
  kind: string
  name: string
  namespace?: string
  uid?: string
}

/** One field that is not as the inputs ask. Both values are text as a person would write them. */
export interface Difference {
  field: string
  found: string
  wanted: string
}

/** There, ready, and as the inputs ask. */
export interface Ready {
  state: "ready"
  reason: string
  object?: CheckedObject
  /** It was there before us: used as it is, never torn down. */
  adopted?: boolean
}
/** There, as asked, not ready yet: only wait. `reason` is the resource's own message. */
export interface Progressing {
  state: "progressing"
  reason: string
  object?: CheckedObject
}
/** Not there. */
export interface Missing {
  state: "missing"
  reason: string
  object?: CheckedObject
  /** Set when making it reaches beyond the site (cluster-wide, a new project): what the person agrees to. */
  approval?: string
}
/** There, but not as asked. */
export interface Drifted {
  state: "drifted"
  reason: string
  fields: Difference[]
  object?: CheckedObject
  /** As in {@link Missing}. */
  approval?: string
  /** What a person does where the step has no `change` of its own. */
  fix?: string
}
/** Only a person can go on: a terminal reason. */
export interface Blocked {
  state: "blocked"
  reason: string
  /** The cure, in a sentence. */
  fix: string
  /** The exact command to type next; left out where there is none. */
  next?: string
  /** A word for programs, for example `unproven`, `expired`, `forbidden`. */
  code?: string
  object?: CheckedObject
}
/** Not logged in, API not reachable, kind or project not there yet: tried again with back-off until the deadline. */
export interface Unknown {
  state: "unknown"
  reason: string
  because: "login" | "unreachable" | "not there"
  fix?: string
  next?: string
}

export type CheckResult = Ready | Progressing | Missing | Drifted | Blocked | Unknown

export const ready = (reason: string, more: Omit<Ready, "state" | "reason"> = {}): Ready => ({
  state: "ready",
  reason,
  ...more,
})
export const progressing = (reason: string, seen?: CheckedObject): Progressing => ({
  state: "progressing",
  reason,
  ...(seen && { object: seen }),
})
export const missing = (reason: string, more: Omit<Missing, "state" | "reason"> = {}): Missing => ({
  state: "missing",
  reason,
  ...more,
})
export const drifted = (
  fields: Difference[],
  more: Omit<Drifted, "state" | "reason" | "fields"> & { reason?: string } = {},
): Drifted => ({
  state: "drifted",
  fields,
  ...more,
  reason: more.reason ?? fields.map((f) => `${f.field} is ${f.found}, should be ${f.wanted}`).join("; "),
})
export const blocked = (reason: string, more: Omit<Blocked, "state" | "reason">): Blocked => ({
  state: "blocked",
  reason,
  ...more,
})
export const unknown = (
  because: Unknown["because"],
  reason: string,
  more: { fix?: string; next?: string } = {},
): Unknown => ({ state: "unknown", because, reason, ...more })

/**
 * Thrown by what a look reads with (the cluster door) when the answer to the look is already known: not logged in,
 * not reachable, not allowed. The runner takes `look` as the step's answer.
 */
export class CheckError extends Error {
  readonly result: Blocked | Unknown
  constructor(result: Blocked | Unknown, options?: ErrorOptions) {
    super(result.reason, options)
    this.name = "CheckError"
    this.result = result
  }
}
