import { RunbookError } from "../notebook/errors.ts"
import type { CommandResult } from "./types.ts"

/** A command that ended with a non-zero exit code (`result.exitCode`) or timed out; `why` has its own words. */
export class CommandError extends RunbookError {
  readonly result: CommandResult
  constructor(result: CommandResult, what: string, why: string | undefined) {
    super(what, { why })
    this.name = "CommandError"
    this.result = result
  }
  get line(): string {
    return this.result.line
  }
}
