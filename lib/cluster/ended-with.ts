import { stillWaiting } from "../notebook/errors.ts"

/**
 * Work that ends with a signal even if it ignores it: a name that is being resolved, a connection that is being made, a login plugin.
 * @param what names what was waited for, for the reason of a time limit
 */
export function endedWith<T>(
  signal: AbortSignal | undefined,
  what: () => string,
  work: Promise<T>,
): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const end = (): void => reject(stillWaiting(signal, what()))
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", end))
    if (signal.aborted) end()
    else signal.addEventListener("abort", end, { once: true })
  })
}
