/** A declaration that is refused ends the program while its file is loaded: as one sentence, not as a stack trace. */
import { UsageError } from "./errors.ts"

let report: ((error: UsageError) => void) | undefined

/** Says how a program reports a refusal that nobody catches. */
export function reportUncaughtRefusals(by: (error: UsageError) => void): void {
  report = by
}

/** @throws UsageError */
export function refuse(what: string): never {
  const error = new UsageError(what, { fix: "correct it in the notebook's file" })
  reportIfUncaught(error)
  throw error
}

/** Those of one tick, as a test may have many: one listener is enough for all. */
const refused = new Set<unknown>()

/**
 * Node prints an uncaught error with its stack, which names this library and not the line that is wrong, and the last line of the
 * file (`main`) is never reached. The listener ends with the tick: a program that catches the error keeps Node's own way for
 * all others.
 */
function reportIfUncaught(error: UsageError): void {
  refused.add(error)
  if (report === undefined || refused.size > 1) return
  const uncaught = (thrown: unknown): void => {
    if (!(thrown instanceof UsageError && refused.has(thrown))) throw thrown
    report!(thrown)
  }
  process.once("uncaughtException", uncaught)
  setImmediate(() => {
    process.off("uncaughtException", uncaught)
    refused.clear()
  })
}
