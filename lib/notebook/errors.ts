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

/** The call itself is wrong (unknown flag, step, site, key; missing input): exit code 2, nothing was changed. */
export class UsageError extends RunbookError {
  constructor(what: string, more: { why?: string; fix?: string; next?: string } = {}) {
    super(what, { ...more, exitCode: EXIT.usage })
    this.name = "UsageError"
  }
}
