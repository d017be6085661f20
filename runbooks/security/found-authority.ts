/** What a CA is found as, wherever it is kept. */
import type { X509Certificate } from "node:crypto"
import { blocked, type CheckResult } from "../../lib/index.ts"
import type { Pair } from "./issue.ts"

/** A CA that can issue now. */
export interface Authority {
  readonly is: "there"
  /** What SuperNodes have to trust. */
  readonly root: X509Certificate
  issue(): Promise<Pair>
}

/** A CA that has to be created, or asked, first. */
export interface NoAuthority {
  readonly is: "absent"
  readonly reason: string
  establish(): Promise<void>
}

/** A CA that cannot issue: why, or what it waits for. */
export interface Hindered {
  readonly is: "result"
  readonly result: CheckResult
}

export type FoundAuthority = Authority | NoAuthority | Hindered

export const stop = (reason: string, { fix, next }: { fix: string; next?: string }): Hindered => ({
  is: "result",
  result: blocked(reason, { code: "certificate", fix, ...(next !== undefined && { next }) }),
})
