/** Connector and Listener: the two ends of a routing key. They are checked, updated and labelled in the same way. */
import {
  blocked,
  type CheckResult,
  type Difference,
  drifted,
  type KubeObject,
  missing,
  progressing,
  type Ref,
  ready,
} from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { adopted, adoptedMark, owns, recordFound, takeObject } from "../shared/labels.ts"
import { condition, ifServed, isTrue, objectRef, untilSeen } from "../shared/reading.ts"
import { message, SKUPPER } from "./skupper.ts"

export interface Exposure extends KubeObject {
  spec: { routingKey?: string; port?: number; host?: string; selector?: string; type?: string }
}

/** The routing key of the Fleet API, and the Service that the interconnect creates beside each SuperNode. */
export const FLEET_API = "fleet-api"

/** The port of the listener that the steps create, whatever the SuperLink's own port is. */
export const LISTENER_PORT = 9092
export const FLEET_ADDRESS = `${FLEET_API}:${LISTENER_PORT}`

/** The port at which SuperNodes of a project reach the Fleet API: a listener that existed before keeps its own. */
export async function listenerPort(context: Pick<Context, "cluster" | "federation">, namespace: string) {
  const found = await ifServed(findExposure(context, "Listener", namespace))
  return found === undefined || owns(found, context.federation)
    ? LISTENER_PORT
    : (found.spec.port ?? LISTENER_PORT)
}

/** How long to wait for the controller before labels are added, in milliseconds. */
const FIRST_STATUS = 5000

const exposureRef = (kind: "Connector" | "Listener", namespace: string, name = FLEET_API): Ref => ({
  apiVersion: SKUPPER,
  kind,
  namespace,
  name,
})

/** The Connector or Listener of the Fleet API: the one with this name, otherwise one with its routing key. */
export async function findExposure(
  context: Pick<Context, "cluster">,
  kind: "Connector" | "Listener",
  namespace: string,
): Promise<Exposure | undefined> {
  const all = await context.cluster.list<Exposure>({ apiVersion: SKUPPER, kind, namespace })
  return (
    all.find(({ metadata }) => metadata.name === FLEET_API) ??
    all.find(({ spec }) => spec.routingKey === FLEET_API)
  )
}

/** Checks whether a Connector or Listener is *Configured*; `verify` checks whether it is matched. */
export function checkExposure(
  context: Context,
  found: Exposure | undefined,
  kind: string,
  wanted: Exposure["spec"],
): CheckResult {
  const { site } = context
  if (found === undefined) return missing(`no ${kind} ${FLEET_API} in ${site.project}`)
  const { name } = found.metadata
  if (found.metadata.deletionTimestamp !== undefined) {
    return progressing(`${kind} ${name} is being deleted; waiting until it is gone`, objectRef(found))
  }
  const fields = exposureDifferences(found.spec, wanted)
  if (fields.length > 0) return drifted(fields, { object: objectRef(found) })
  if (!isTrue(found, "Configured")) return notConfigured(found, site.project)
  const before = adopted(found, context)
  const matched = isTrue(found, "Matched") ? ", matched" : ", not matched yet"
  return ready(`${kind} ${name} is configured${matched}${before ? "; it existed before" : ""}`, {
    object: objectRef(found),
    ...(before && { adopted: true }),
  })
}

function exposureDifferences(found: Exposure["spec"], wanted: Exposure["spec"]): Difference[] {
  const words: [string, string, string][] = [
    ["routing key", found.routingKey ?? "", wanted.routingKey ?? ""],
    ["port", String(found.port ?? ""), String(wanted.port ?? "")],
    ["host", found.host ?? "", wanted.host ?? ""],
    ["selector", sorted(found.selector), sorted(wanted.selector)],
  ]
  return words
    .filter(([, is, should]) => is !== should)
    .map(([field, is, should]) => ({ field, found: is || "none", wanted: should || "none" }))
}

/** `skupper connector create --workload` writes the labels in an arbitrary order. */
const sorted = (selector = ""): string => selector.split(",").sort().join(",")

function notConfigured(found: Exposure, project: string): CheckResult {
  const { kind, metadata } = found
  const words = condition(found, "Configured")?.message ?? message(found)
  const clash = /^Service (\S+) already exists/.exec(words)
  if (clash !== null) {
    return blocked(`${kind} ${metadata.name}: ${words}`, {
      code: "service",
      fix: `another Service in ${project} has the name ${clash[1]}: rename or delete it, because the interconnect creates its own`,
      next: `oc get service ${clash[1]} -n ${project} -o yaml`,
      object: objectRef(found),
    })
  }
  if (/^Listener \S+ with host/.test(words)) {
    return blocked(`${kind} ${metadata.name}: ${words}`, {
      code: "listener",
      fix: "another Listener has the same host and port: delete one of the two",
      next: `skupper listener status -n ${project}`,
      object: objectRef(found),
    })
  }
  return progressing(`${kind} ${metadata.name}: ${words}`, objectRef(found))
}

/**
 * Patches the resource itself: `skupper listener update` drops the routing key (seen in 2.2.1), and `skupper connector
 * update` drops every field without a flag.
 */
export async function updateExposure(
  context: Context,
  found: Exposure,
  wanted: Exposure["spec"],
): Promise<void> {
  const { cluster, site, federation, note } = context
  const kind = found.kind as "Connector" | "Listener"
  note(`${kind} ${found.metadata.name} is patched directly: skupper's own update command drops fields`)
  await cluster.merge(exposureRef(kind, site.project, found.metadata.name), {
    ...(adopted(found, context) && { metadata: adoptedMark(federation) }),
    spec: {
      routingKey: wanted.routingKey,
      port: wanted.port,
      host: wanted.host ?? null,
      selector: wanted.selector ?? null,
    },
  })
}

/**
 * Labels it after the controller has written its first status: Skupper 2.1 and 2.2 write that only once, and lose it if
 * something else is written at that moment (measured). A Connector without any pod never gets a status.
 */
export async function takeExposure(context: Context, kind: "Connector" | "Listener"): Promise<void> {
  const ref = exposureRef(kind, context.site.project)
  const created = await context.cluster.get(ref)
  // Created with its labels, so nothing is written now.
  if (created !== undefined && owns(created, context.federation)) return recordFound(context, created)
  const within = AbortSignal.any([context.signal, AbortSignal.timeout(FIRST_STATUS)])
  await untilSeen(context.cluster, within, async (reader) => {
    const found = await reader.get(ref)
    return found === undefined || found.status?.conditions !== undefined ? true : undefined
  })
  await takeObject(context, ref)
}
