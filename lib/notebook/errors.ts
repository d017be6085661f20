import { EXIT } from "./exit-codes.ts"

/** An error that is a sentence with its fix: what happened, why, the fix and the command to type next. */
export class RunbookError extends Error {
  /** The resource's or command's own words. */
  readonly why: string | undefined
  readonly fix: string | undefined
  readonly next: string | undefined
  /** Exit code of the program when this error ends it (docs/design.md, exit codes). */
  readonly exitCode: number
  constructor(
    what: string,
    more: { why?: string; fix?: string; next?: string; exitCode?: number; cause?: unknown } = {},
  ) {
    super(what, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = "RunbookError"
    this.why = more.why
    this.fix = more.fix
    this.next = more.next
    this.exitCode = more.exitCode ?? EXIT.failed
  }
}

/** Thrown in place of an abort by what was being waited for: its message names that, so that a time limit can name it too. */
export class StillWaitingError extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(what, options)
    this.name = "AbortError"
  }
}

/** What to throw when a signal ends a wait. A signal that was aborted with a reason of its own keeps it. */
export const stillWaiting = ({ reason }: AbortSignal, what: string): unknown =>
  reason instanceof DOMException && reason.name === "AbortError"
    ? new StillWaitingError(what, { cause: reason })
    : reason

/** The call itself is wrong (unknown flag, step, site, key; missing input): exit code 2, nothing was changed. */
export class UsageError extends RunbookError {
  constructor(what: string, more: { why?: string; fix?: string; next?: string } = {}) {
    super(what, { ...more, exitCode: EXIT.usage })
    this.name = "UsageError"
  }
}
