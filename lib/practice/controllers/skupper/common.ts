/** What the parts of the Skupper controller share. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { ControllerContext } from "../../types/controllers.ts"
import { type Condition, isTrue, withCondition } from "../conditions.ts"
import type { Pace, Patience } from "../pace.ts"
import type { Informer, Store } from "../store.ts"

export const SKUPPER = "skupper.io/v2alpha1"
export const VERSION = "2.2.1"
/** Labels of a router's pod. */
export const ROUTER_LABELS = { "skupper.io/component": "router", "skupper.io/type": "site" } as const
/** The selector of the Service through which links come in. */
export const GROUP_SELECTOR = {
  "skupper.io/component": "router",
  "skupper.io/group": "skupper-router",
} as const
/** On what Skupper made and watches over. */
export const CONTROLLED = "internal.skupper.io/controlled"
/** The selector of the other Services that lead to the router. */
export const ROUTER_SELECTOR = { application: "skupper-router", "skupper.io/component": "router" } as const
/** The name of whatever belongs to the grant server. */
export const GRANT_SERVER = "skupper-grant-server"
export const SITE_CA = "skupper-site-ca"

/** One running Skupper controller. */
export interface Skupper {
  readonly context: ControllerContext
  readonly store: Store
  readonly pace: Pace
  readonly patience: Patience
  /** Where its Deployment is. */
  readonly namespace: string
  /** Whether Routes are served: then they are the default link access. */
  readonly routes: boolean
  /** Aborts when the controller stops. */
  readonly signal: AbortSignal
  /** Objects that wait for the next resync, by uid. */
  readonly held: Set<string>
}

export const kind = (store: Store, name: string): Informer => store.of(SKUPPER, name)

/** A condition: good, not yet, or wrong. */
export type Verdict = "ok" | { pending: string } | { error: string }

const sayCondition = (type: string, verdict: Verdict, generation: number | undefined) => ({
  type,
  status: verdict === "ok" ? ("True" as const) : ("False" as const),
  reason: verdict === "ok" ? "Ready" : "pending" in verdict ? "Pending" : "Error",
  message: verdict === "ok" ? "OK" : "pending" in verdict ? verdict.pending : verdict.error,
  observedGeneration: generation,
})

/**
 * A status with new verdicts, and what Skupper's own rules make of them: Ready, `status` and `message` come from the
 * first required condition that is missing or false (Skupper's pkg/apis/skupper/v2alpha1/types.go).
 */
export function judged(
  object: KubeObject,
  required: readonly string[],
  verdicts: Readonly<Record<string, Verdict>>,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const { generation } = object.metadata
  let conditions: Condition[] = object.status?.conditions ?? []
  let ready = overall(conditions, required, generation)
  for (const [type, verdict] of Object.entries(verdicts)) {
    conditions = withCondition(conditions, sayCondition(type, verdict, generation))
    // After each: that is why Ready stands second in the list.
    ready = overall(conditions, required, generation)
    conditions = withCondition(conditions, ready)
  }
  return { ...object.status, ...more, conditions, status: ready.reason, message: ready.message }
}

function overall(
  conditions: readonly Condition[],
  required: readonly string[],
  generation: number | undefined,
): ReturnType<typeof sayCondition> {
  for (const type of required) {
    const found = conditions.find((condition) => condition.type === type)
    if (found === undefined) return sayCondition("Ready", { pending: `Not ${type}` }, generation)
    if (found.status === "False")
      return {
        ...sayCondition("Ready", "ok", generation),
        status: "False",
        reason: found.reason,
        message: found.message,
      }
  }
  return sayCondition("Ready", "ok", generation)
}

/** The Site that counts in a namespace: the one set up first. */
export function activeSite(store: Store, namespace: string): KubeObject | undefined {
  const sites = kind(store, "Site")
    .list(namespace)
    .filter((one) => one.metadata.deletionTimestamp === undefined)
    .sort((a, b) => (a.metadata.creationTimestamp! < b.metadata.creationTimestamp! ? -1 : 1))
  return sites.find((site) => isTrue(site, "Configured")) ?? sites[0]
}

/** The active Site, once it is set up. */
export function initialisedSite(store: Store, namespace: string): KubeObject | undefined {
  const site = activeSite(store, namespace)
  return isTrue(site, "Configured") ? site : undefined
}

export const NO_SITE: Verdict = { error: "No active site in namespace" }

/** `a=b,c=d` as labels. */
export const parseSelector = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(",")
      .filter((one) => one.includes("="))
      .map((one) => [one.slice(0, one.indexOf("=")).trim(), one.slice(one.indexOf("=") + 1).trim()]),
  )

export const base64 = (text: string): string => Buffer.from(text).toString("base64")
/** A value of a Secret as text. */
export function secretText(secret: KubeObject | undefined, key: string): string | undefined {
  const value = secret?.data?.[key]
  return typeof value === "string" ? Buffer.from(value, "base64").toString() : undefined
}
