/** The statuses of AttachedConnector and AttachedConnectorBinding, as Skupper 2.2.1 writes them. */
import type { KubeObject } from "../../../cluster/types.ts"
import { condition } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { ATTACHED, attachedTo, BINDING, isThere } from "./attachments.ts"
import { activeSite, initialisedSite, judged, kind, type Skupper, type Verdict } from "./common.ts"
import { selectedPods } from "./router-pods.ts"
import type { Memberships } from "./site.ts"

const NO_BINDING: Verdict = { error: "No matching AttachedConnectorBinding in site namespace" }
const NO_PODS: Verdict = { error: "No matches for selector" }

/** Whether the Site's router can be configured with it. */
function configured(skupper: Skupper, attached: KubeObject): Verdict {
  return selectedPods(skupper, attached).length > 0 ? "ok" : NO_PODS
}

/** It has no condition Matched: only its binding knows that. */
export async function reconcileAttached(skupper: Skupper, key: string): Promise<void> {
  const { store } = skupper
  const attached = kind(store, ATTACHED).get(...splitKey(key))
  if (attached === undefined || !isThere(attached)) return
  const { name, namespace } = attached.metadata
  const binding = kind(store, BINDING).get(attached.spec.siteNamespace, name)
  const say = (verdict: Verdict) =>
    store.status(attached, judged(attached, ["Configured"], { Configured: verdict }))
  // A Site that is deleted takes its bindings with it, although their objects stay.
  if (binding === undefined || activeSite(store, attached.spec.siteNamespace) === undefined) {
    await say(NO_BINDING)
  } else if (binding.spec.connectorNamespace !== namespace) {
    const only = binding.spec.connectorNamespace
    await say({
      error: `AttachedConnectorBinding ${binding.metadata.namespace}/${name} does not allow AttachedConnector in ${namespace} (only ${only})`,
    })
  } else await say(configured(skupper, attached))
}

export async function reconcileBinding(
  skupper: Skupper,
  memberships: Memberships,
  key: string,
): Promise<void> {
  const { store, context } = skupper
  const binding = kind(store, BINDING).get(...splitKey(key))
  if (binding === undefined || !isThere(binding)) return
  const { namespace = "" } = binding.metadata
  if (initialisedSite(store, namespace) === undefined) return
  const attached = attachedTo(skupper, binding)
  const verdict: Verdict =
    attached === undefined ? { error: "No matching AttachedConnector" } : configured(skupper, attached)
  const required = ["Configured", "Matched"]
  if (condition(binding, "Configured")?.status !== "True" || verdict !== "ok") {
    await store.status(binding, judged(binding, required, { Configured: verdict }))
    return // the write's own event goes on
  }
  const site = memberships.of(namespace)
  const heard = site !== undefined && context.network.known(site).listeners.has(binding.spec.routingKey)
  if (!heard && condition(binding, "Matched") === undefined) return
  const matched: Verdict = heard ? "ok" : { pending: "No matching listeners" }
  await store.status(
    binding,
    judged(binding, required, { Configured: "ok", Matched: matched }, { hasMatchingListener: heard }),
  )
}
