/** Whether what the logs prove still holds: a router that was restarted since has cut the connection. */
import type { CheckResult } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { hubOf } from "../interconnect/hub.ts"
import { type RouterPod, routerPod } from "../interconnect/router-pod.ts"
import { callTimes, readSuperlinkLog, readSupernodeLog } from "./flower-logs.ts"
import { pendingHop, unprovenHop } from "./hop.ts"
import type { Running } from "./running.ts"

/** How long a SuperNode takes at most to reconnect after the network is good again: 20 to 60 s (measured with 1.34). */
export const RECONNECTS = 90_000
/** The clocks of two clusters are compared by ages, and both a cluster's clock and a start are whole seconds. */
const ROUNDING = 2_000
/** The longest pause between calls that are logged one by one (`logsCalls`). */
const OFTEN = 10_000
const SILENT = 60_000

interface Restart {
  readonly site: string
  readonly pod: RouterPod
  /** In milliseconds. */
  readonly age: number
}

/** Why the lines that prove a connection prove nothing now; undefined if they do. */
export async function staleProof(
  context: Context,
  id: string,
  superlink: Running,
  supernode: Running,
): Promise<CheckResult | undefined> {
  return (await cutSince(context, id, superlink, supernode)) ?? (await silentNode(context, id, superlink))
}

/** The last sign of the connection is older than the last restart of a router on its way. */
async function cutSince(
  context: Context,
  id: string,
  superlink: Running,
  supernode: Running,
): Promise<CheckResult | undefined> {
  const { cluster, site, at } = context
  const far = hubOf(context, site)
  const called = lastSign(superlink.log, id)
  const registration = readSupernodeLog(supernode.log)
  const connected = registration.is === "registered" ? registration.at : undefined
  const farRouter = await routerPod(at(far).cluster, far.project)
  const nearRouter = await routerPod(cluster, site.project)
  if (isAfter(called, farRouter) && isAfter(connected, nearRouter)) return undefined
  const [farNow, nearNow] = [await at(far).cluster.now(), await cluster.now()]
  const ages = [
    ...(called === undefined ? [] : [farNow - called]),
    ...(connected === undefined ? [] : [nearNow - connected]),
  ]
  const restarts: Restart[] = [
    ...(farRouter ? [{ site: far.name, pod: farRouter, age: farNow - farRouter.startedAt }] : []),
    ...(nearRouter ? [{ site: site.name, pod: nearRouter, age: nearNow - nearRouter.startedAt }] : []),
  ]
  const [last] = restarts.sort((a, b) => a.age - b.age)
  if (last === undefined || ages.length === 0 || Math.min(...ages) <= last.age + ROUNDING) return undefined
  const seconds = Math.round(last.age / 1000)
  const why = `node ${id} has shown no connection since the router of ${last.site} was started (pod ${last.pod.name}, ${seconds} s ago)`
  const logs = `oc logs pod/${supernode.pod} -n ${site.project}`
  if (last.age < RECONNECTS)
    return pendingHop("activation", `${why}; Flower reconnects within 20 to 60 s`, logs)
  return unprovenHop("activation", why, `flower-runbook step deploy-supernode --site ${site.name} --rerun`)
}

/** Signs and starts of one cluster have the same clock. A router that does not run, or cannot be read, says nothing here. */
const isAfter = (sign: number | undefined, router: RouterPod | undefined): boolean =>
  router === undefined || router.startedAt === 0 || (sign !== undefined && sign >= router.startedAt)

/** A node that called every few seconds, and then no more. */
async function silentNode(
  { at, the, site }: Context,
  id: string,
  superlink: Running,
): Promise<CheckResult | undefined> {
  const calls = regularCalls(superlink.log, id)
  if (calls === undefined) return undefined
  const age = (await at(the("superlink")).cluster.now()) - calls.last
  if (age <= SILENT) return undefined
  const what = `node ${id} called the SuperLink every ${Math.round(calls.gap / 1000)} s, and has not called for ${Math.round(age / 1000)} s`
  return pendingHop("activation", what, `flower-runbook step verify --site ${site.name} --proof list`)
}

/** Its last call and the pause before it, in milliseconds; undefined if the log does not show regular calls. */
function regularCalls(log: string, id: string): { last: number; gap: number } | undefined {
  const calls = callTimes(log, id, 5)
  const gaps = calls.slice(1).map((time, index) => time - calls[index]!)
  if (gaps.length < 4 || gaps.some((gap) => gap > OFTEN)) return undefined
  return { last: calls.at(-1)!, gap: gaps.at(-1)! }
}

/** When the log last showed a node as active, in milliseconds; undefined if it does not, or its lines have no times. */
function lastSign(log: string, id: string): number | undefined {
  const membership = readSuperlinkLog(log, id)
  return membership.is === "active" ? membership.at : undefined
}

/**
 * Whether a node has stopped calling.
 * @param each whether this SuperLink logs each call: then a node that was cut off soon after its start is known too
 */
export function hasFallenSilent(log: string, id: string, now: number, each: boolean): boolean {
  const last = regularCalls(log, id)?.last ?? (each ? lastSign(log, id) : undefined)
  return last !== undefined && now - last > SILENT
}
