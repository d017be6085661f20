/** Kubernetes Events: where people look for what a status does not tell. */
import { createHash } from "node:crypto"
import type { KubeObject } from "../../cluster/types.ts"
import { wireTime } from "./conditions.ts"
import type { Store } from "./store.ts"

/** Records a warning about an object; the same one again only counts up. */
export const warn = (
  store: Store,
  about: KubeObject,
  component: string,
  reason: string,
  message: string,
): Promise<void> => record(store, about, component, "Warning", reason, message)

/** Records what happened as it should. Nobody waits for it, and nothing depends on it. */
export function note(
  store: Store,
  about: KubeObject,
  component: string,
  reason: string,
  message: string,
): void {
  // In a namespace that is being deleted there is no place for it.
  record(store, about, component, "Normal", reason, message).catch(() => undefined)
}

async function record(
  store: Store,
  about: KubeObject,
  component: string,
  type: "Normal" | "Warning",
  reason: string,
  message: string,
): Promise<void> {
  const { name, namespace = "default", uid } = about.metadata
  const id = createHash("sha256")
    .update(`${uid} ${reason} ${type === "Normal" ? message : message.replace(/"[^"]*"/, "")}`)
    .digest("hex")
    .slice(0, 16)
  const ref = { apiVersion: "v1", kind: "Event", namespace, name: `${name}.${id}` }
  const known = await store.cluster.get(ref)
  if (known !== undefined) {
    await store.cluster.merge(ref, { count: (known.count ?? 1) + 1, lastTimestamp: wireTime(), message })
    return
  }
  await store.ensure({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: ref.name, namespace },
    involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid },
    type,
    reason,
    message,
    source: { component },
    count: 1,
    firstTimestamp: wireTime(),
    lastTimestamp: wireTime(),
  })
}
