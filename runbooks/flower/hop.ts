/** A hop of the connection from a SuperNode to its SuperLink, and the ways in which it can be broken. */
import { blocked, type CheckResult, progressing } from "../../lib/index.ts"

/** A hop that works says so in a few words; a broken hop is a result that is not *ready*. */
export type Hop = { readonly holds: string } | CheckResult

export const holds = (words: string): Hop => ({ holds: words })
export const isBroken = (hop: Hop): hop is CheckResult => "state" in hop

/** A hop that was never created, or was deleted: waiting does not help. */
export const brokenHop = (hop: string, what: string, step: string, site: string): CheckResult =>
  blocked(`${hop}: ${what}`, {
    code: "broken",
    fix: "create it again with its step",
    next: `flower-runbook step ${step} --site ${site}`,
  })

/** A hop that exists and may come up. The reason is followed by a command that shows more. */
export const pendingHop = (hop: string, what: string, command: string): CheckResult =>
  progressing(`${hop}: ${what} (${command})`)

/** A hop that may work, but nothing shows it. */
export const unprovenHop = (hop: string, why: string, again: string): CheckResult =>
  blocked(`${hop}: unproven: ${why}`, {
    code: "unproven",
    fix:
      "it may work. To prove it, query the SuperLink itself (--proof list), or restart the SuperNode, so that it " +
      "registers again",
    next: again,
  })
