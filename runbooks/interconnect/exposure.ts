/** Connector and Listener: the two ends of a routing key. They are looked at, changed and claimed alike. */
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
import { adopted, adoptedMark, takeObject } from "../shared/labels.ts"
import { condition, isTrue, objectRef, untilSeen } from "../shared/reading.ts"
import { message, SKUPPER } from "./skupper.ts"

export interface Exposure extends KubeObject {
  spec: { routingKey?: string; port?: number; host?: string; selector?: string; type?: string }
}

/** The routing key of the Fleet API, and the Service that the interconnect creates beside each SuperNode. */
export const FLEET_API = "fleet-api"

/** How long a claim waits for the controller, in milliseconds. */
const FIRST_WORD = 5000

const exposureRef = (kind: "Connector" | "Listener", namespace: string, name = FLEET_API): Ref => ({
  apiVersion: SKUPPER,
  kind,
  namespace,
  name,
})

/** The one that carries the Fleet API: of that name, else whichever has its routing key. */
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

/** Looks at a Connector or Listener as far as *Configured*; whether it is matched is for `verify` to say. */
export function checkExposure(
  context: Context,
  found: Exposure | undefined,
  kind: string,
  asked: Exposure["spec"],
): CheckResult {
  const { site } = context
  if (found === undefined) return missing(`no ${kind} ${FLEET_API} in ${site.project}`)
  const { name } = found.metadata
  if (found.metadata.deletionTimestamp !== undefined) {
    return progressing(`${kind} ${name} is being deleted: waiting until it is gone`, objectRef(found))
  }
  const fields = exposureDifferences(found.spec, asked)
  if (fields.length > 0) return drifted(fields, { object: objectRef(found) })
  if (!isTrue(found, "Configured")) return notConfigured(found, site.project)
  const before = adopted(found, context)
  const matched = isTrue(found, "Matched") ? ", matched" : ", not matched yet"
  return ready(`${kind} ${name} is configured${matched}${before ? "; it was there before us" : ""}`, {
    object: objectRef(found),
    ...(before && { adopted: true }),
  })
}

function exposureDifferences(found: Exposure["spec"], asked: Exposure["spec"]): Difference[] {
  const words: [string, string, string][] = [
    ["routing key", found.routingKey ?? "", asked.routingKey ?? ""],
    ["port", String(found.port ?? ""), String(asked.port ?? "")],
    ["host", found.host ?? "", asked.host ?? ""],
    ["selector", sorted(found.selector), sorted(asked.selector)],
  ]
  return words
    .filter(([, is, wanted]) => is !== wanted)
    .map(([field, is, wanted]) => ({ field, found: is || "none", wanted: wanted || "none" }))
}

/** `skupper connector create --workload` writes the labels in any order. */
const sorted = (selector = ""): string => selector.split(",").sort().join(",")

function notConfigured(found: Exposure, project: string): CheckResult {
  const { kind, metadata } = found
  const words = condition(found, "Configured")?.message ?? message(found)
  const clash = /^Service (\S+) already exists/.exec(words)
  if (clash !== null) {
    return blocked(`${kind} ${metadata.name}: ${words}`, {
      code: "service",
      fix: `another Service is called ${clash[1]} in ${project}: rename or remove it, the interconnect makes its own`,
      next: `oc get service ${clash[1]} -n ${project} -o yaml`,
      object: objectRef(found),
    })
  }
  if (/^Listener \S+ with host/.test(words)) {
    return blocked(`${kind} ${metadata.name}: ${words}`, {
      code: "listener",
      fix: "another Listener has the same host and port: remove one of the two",
      next: `skupper listener status -n ${project}`,
      object: objectRef(found),
    })
  }
  return progressing(`${kind} ${metadata.name}: ${words}`, objectRef(found))
}

/**
 * Writes what is asked into the resource itself: `skupper listener update` forgets the routing key (seen in 2.2.1), and
 * `skupper connector update` what it is not told.
 */
export async function updateExposure(
  context: Context,
  found: Exposure,
  asked: Exposure["spec"],
): Promise<void> {
  const { cluster, site, federation, note } = context
  const kind = found.kind as "Connector" | "Listener"
  note(`${kind} ${found.metadata.name} is patched directly: skupper's own update command drops fields`)
  await cluster.merge(exposureRef(kind, site.project, found.metadata.name), {
    ...(adopted(found, context) && { metadata: adoptedMark(federation) }),
    spec: {
      routingKey: asked.routingKey,
      port: asked.port,
      host: asked.host ?? null,
      selector: asked.selector ?? null,
    },
  })
}

/**
 * Claims it once the controller has spoken: Skupper 2.1 and 2.2 write the first status a single time, and a write of ours
 * in that moment makes them lose it for ever (measured). A Connector without any pod is never spoken of.
 */
export async function takeExposure(context: Context, kind: "Connector" | "Listener"): Promise<void> {
  const ref = exposureRef(kind, context.site.project)
  const within = AbortSignal.any([context.signal, AbortSignal.timeout(FIRST_WORD)])
  await untilSeen(context.cluster, within, async (reader) => {
    const found = await reader.get(ref)
    return found === undefined || found.status?.conditions !== undefined ? true : undefined
  })
  await takeObject(context, ref)
}
