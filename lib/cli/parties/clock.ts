import { UsageError } from "../../notebook/errors.ts"
import { moment } from "../../notebook/format.ts"
import type { Call } from "../call.ts"
import type { OpenedFederation } from "../open-federation.ts"

/** A clock, and whose it is. */
export interface Clock {
  readonly now: Date
  readonly whose: string
}

/** Clocks of two parties may differ so much. */
const SKEW_MS = 15 * 60_000

/** The clock by which messages expire. */
export async function clockOf(_call: Call, _opened: OpenedFederation): Promise<Clock> {
  return { now: new Date(), whose: "this machine" }
}

/**
 * A message is accepted from when it was made until it expires.
 * @throws UsageError with both times, so that a wrong clock is seen
 */
export function assertCurrent(
  shown: string,
  { created, expires }: { readonly created: string; readonly expires?: string },
  { now, whose }: Clock,
  fix: string,
): void {
  const here = `it is ${moment(now.toISOString())} by the clock of ${whose}`
  if (new Date(created).getTime() > now.getTime() + SKEW_MS) {
    throw new UsageError(`${shown} was made in the future, at ${moment(created)}`, {
      why: here,
      fix: "one of the two clocks is wrong: correct it, and ask for the file again if it was the other side's",
    })
  }
  if (expires !== undefined && new Date(expires) <= now)
    throw new UsageError(`${shown} expired at ${moment(expires)}`, { why: here, fix })
}
