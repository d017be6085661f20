import { existsSync } from "node:fs"
import { UsageError } from "../../notebook/errors.ts"
import { moment } from "../../notebook/format.ts"
import type { Site } from "../../notebook/roles.ts"
import { readState } from "../../runner/open-state.ts"
import type { Call } from "../call.ts"
import type { OpenedFederation } from "../open-federation.ts"

/** A clock, and whose it is. */
export interface Clock {
  now(): Date
  readonly whose: string
}

/** Clocks of two parties may differ so much. */
const SKEW_MS = 15 * 60_000
/** An API server that does not answer in this time does not say what time it is. */
const ANSWER_MS = 5000

/** The clock by which messages expire: that of one's own API server where there is a session, else that of this machine. */
export async function clockOf(
  call: Call,
  { federation, folder }: Pick<OpenedFederation, "federation" | "folder">,
): Promise<Clock> {
  const state = readState(folder)
  for (const site of federation.sites) {
    if (site.party !== undefined || !existsSync(state.kubeconfig(site.name))) continue
    const ahead = await difference(call, site, state.kubeconfig(site.name))
    if (ahead !== undefined)
      return { now: () => new Date(Date.now() + ahead), whose: `the API server of ${site.name}` }
  }
  return { now: () => new Date(), whose: "this machine" }
}

async function difference(call: Call, site: Site, kubeconfig: string): Promise<number | undefined> {
  const { openCluster } = await import("../../cluster/index.ts")
  const { siteEnvironment } = await import("../../cluster/proxy.ts")
  const cluster = openCluster({
    kubeconfig,
    fieldManager: call.notebook.name,
    secret: (value) => call.redactor.add(value),
    env: siteEnvironment(call.io.env as NodeJS.ProcessEnv, site as object),
  })
  try {
    const there = await cluster.bound(AbortSignal.any([call.signal, AbortSignal.timeout(ANSWER_MS)])).now()
    return there - Date.now()
  } catch {
    return undefined
  } finally {
    await cluster.close()
  }
}

/**
 * A message is accepted from when it was made until it expires.
 * @param next what is typed then
 * @throws UsageError with both times, so that a wrong clock is seen
 */
export function assertCurrent(
  shown: string,
  { created, expires }: { readonly created: string; readonly expires?: string },
  { now: read, whose }: Clock,
  fix: string,
  next: string,
): void {
  const now = read()
  const here = `it is ${moment(now.toISOString())} by the clock of ${whose}`
  if (new Date(created).getTime() > now.getTime() + SKEW_MS) {
    throw new UsageError(`${shown} was made in the future, at ${moment(created)}`, {
      why: here,
      fix: "one of the two clocks is wrong: correct it, and ask for the file again if it was the other side's",
      next,
    })
  }
  if (expires !== undefined && new Date(expires) <= now)
    throw new UsageError(`${shown} expired at ${moment(expires)}`, { why: here, fix, next })
}
