/** AccessGrant: a code, a URL and a time until when it can be redeemed. */

import { randomInt } from "node:crypto"
import type { KubeObject } from "../../../cluster/types.ts"
import { timeAt } from "../../faults.ts"
import { parseDuration } from "../../go-duration.ts"
import { wireTime } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { faultNow } from "../faulty.ts"
import { judged, kind, type Skupper } from "./common.ts"

const REQUIRED = ["Processed", "Resolved"]
const ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
/** What the controller takes where `expirationWindow` is empty (Skupper 2.1.4 and 2.2; the command always gives 15m). */
const DEFAULT_WINDOW = "10m"

/** A fault that is cured by the clock is no event. */
const LOOK_AGAIN = 500

const newCode = () => Array.from({ length: 24 }, () => ALPHANUMERIC[randomInt(ALPHANUMERIC.length)]).join("")

export interface GrantServerAddress {
  /** host:port, without scheme. */
  readonly base: string
  /** The CA of its certificate, PEM. */
  readonly ca: string
}

export async function reconcileGrant(
  skupper: Skupper,
  server: GrantServerAddress,
  key: string,
): Promise<number | void> {
  const { store, context } = skupper
  let grant: KubeObject | undefined = kind(store, "AccessGrant").get(...splitKey(key))
  if (grant === undefined || grant.metadata.deletionTimestamp !== undefined) return
  const off = faultNow(context.faults, "grant", context.name, grant.metadata.name, "off")
  if (off !== undefined) {
    if (grant.status?.url === undefined)
      await store.status(grant, { message: "AccessGrants are not enabled" })
    return off.seconds === undefined ? undefined : LOOK_AGAIN
  }
  if (!grant.spec?.redemptionsAllowed) grant = await store.merge(grant, { spec: { redemptionsAllowed: 1 } })
  // Once given out it stays as it is: Ready also after expiry and the last redemption.
  if (grant.status?.expirationTime !== undefined) return
  const window = grant.spec.expirationWindow || DEFAULT_WINDOW
  let milliseconds: number
  try {
    milliseconds = parseDuration(window)
  } catch (invalid) {
    const error = `Invalid duration "${window}": ${(invalid as Error).message}`
    await store.status(grant, judged(grant, REQUIRED, { Processed: { error } }))
    return
  }
  await store.status(
    grant,
    judged(
      grant,
      REQUIRED,
      { Processed: "ok", Resolved: "ok" },
      {
        code: grant.spec.code || newCode(),
        url: `https://${server.base}/${grant.metadata.uid}`,
        ca: server.ca,
        expirationTime: wireTime(timeAt(context.faults, context.name) + milliseconds),
      },
    ),
  )
}
