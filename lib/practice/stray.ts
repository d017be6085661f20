/**
 * Errors that nothing catches, by whose work they are. None ends the process: it carries other clusters, and often the run
 * that uses them.
 */
import { AsyncLocalStorage } from "node:async_hooks"

/** Is told of an error of its own code. Must not throw. */
export type Owner = (error: unknown) => void

const owners = new AsyncLocalStorage<Owner>()

/** Runs code whose uncaught errors, also those of its timers, promises and sockets, are its owner's. */
export const inNameOf = <T>(owner: Owner, run: () => T): T => owners.run(owner, run)

/** As {@link inNameOf}; what the code throws at once goes to the owner too. */
export function guarded<T>(owner: Owner, run: () => T): T | undefined {
  try {
    return inNameOf(owner, run)
  } catch (error) {
    owner(error)
    return undefined
  }
}

/** Tells of an error of practice's own. */
export function report(error: unknown): void {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.emitWarning(`an error in practice, which goes on: ${words}`)
}

/** Hands an error to its owner. Without one, and without anybody else who listens, the process ends as it always does. */
const handler = (event: "uncaughtException" | "unhandledRejection") => (error: unknown) => {
  const owner = owners.getStore()
  if (owner !== undefined) owner(error)
  else if (process.listenerCount(event) === 1) throw error
}
const uncaught = handler("uncaughtException")
const unhandled = handler("unhandledRejection")

let watching = 0

/** Hands uncaught errors to their owners until the returned function is called. */
export function catchStrays(): () => void {
  if (watching++ === 0) process.on("uncaughtException", uncaught).on("unhandledRejection", unhandled)
  let ended = false
  return () => {
    if (ended) return
    ended = true
    if (--watching > 0) return
    process.off("uncaughtException", uncaught).off("unhandledRejection", unhandled)
  }
}
