/**
 * The six results of a step's `check`. A check only reads; the planner, the runner, `status --live` and the tests all
 * work from the same result.
 */

/** The object on a cluster (or the file here) that a check is about. */
export interface CheckedObject {
  kind: string
  name: string
  namespace?: string
  uid?: string
}

/** One field that is not as the inputs ask. Both values are text as they would be written by hand. */
export interface Difference {
  field: string
  found: string
  wanted: string
}

/** It exists, is ready, and is as the inputs ask. */
export interface Ready {
  state: "ready"
  reason: string
  object?: CheckedObject
  /** It existed before: it is used as it is and never torn down. */
  adopted?: boolean
}
/** It exists as asked and is not ready yet: the runner only waits. `reason` is the resource's own message. */
export interface Progressing {
  state: "progressing"
  reason: string
  object?: CheckedObject
}
/** It does not exist. */
export interface Missing {
  state: "missing"
  reason: string
  object?: CheckedObject
  /** Set when creating it reaches beyond the site (cluster-wide, a new project): what has to be approved. */
  approval?: string
  /** What changes with it, for whoever approves the plan: what restarts, what is deleted or lost. */
  effects?: readonly string[]
}
/** It exists, but not as asked. */
export interface Drifted {
  state: "drifted"
  reason: string
  fields: Difference[]
  object?: CheckedObject
  /** As in {@link Missing}. */
  approval?: string
  /** As in {@link Missing}. */
  effects?: readonly string[]
  /** What to do where the step has no `update`. */
  fix?: string
}
/** The step cannot continue until somebody fixes the reason. */
export interface Blocked {
  state: "blocked"
  reason: string
  /** The fix, in a sentence; not set where only the reason itself tells: a wrong fix is worse than none. */
  fix?: string
  /** The exact command to type next; not set where there is none. */
  next?: string
  /** A word for programs, for example `unproven`, `expired`, `forbidden`. */
  code?: string
  object?: CheckedObject
}
/** Retried with back-off until the deadline. `missing`: the kind, or an object that the check has to read, does not exist yet. */
export interface Unknown {
  state: "unknown"
  reason: string
  because: "login" | "unreachable" | "missing"
  fix?: string
  next?: string
}

export type CheckResult = Ready | Progressing | Missing | Drifted | Blocked | Unknown

export const ready = (reason: string, more: Omit<Ready, "state" | "reason"> = {}): Ready => ({
  state: "ready",
  reason,
  ...more,
})
export const progressing = (reason: string, object?: CheckedObject): Progressing => ({
  state: "progressing",
  reason,
  ...(object && { object }),
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
 * Thrown by what a check reads with (the cluster client) when the result is already known: not logged in, not
 * reachable, not allowed. The runner takes `result` as the result of the step's check.
 */
export class CheckError extends Error {
  readonly result: Blocked | Unknown
  constructor(result: Blocked | Unknown, options?: ErrorOptions) {
    super(result.reason, options)
    this.name = "CheckError"
    this.result = result
  }
}

/** The cluster has answered, and this user may not. */
export const isForbidden = (result: CheckResult): boolean =>
  result.state === "blocked" && result.code === "forbidden"

export const isForbiddenError = (error: unknown): boolean =>
  error instanceof CheckError && isForbidden(error.result)
