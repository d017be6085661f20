/** Warnings as Kubernetes Events: where people look for what a status does not tell. */
import { createHash } from "node:crypto"
import type { KubeObject } from "../../cluster/types.ts"
import { wireTime } from "./conditions.ts"
import type { Store } from "./store.ts"

/** Records a warning about an object; the same one again only counts up. */
export async function warn(
  store: Store,
  about: KubeObject,
  component: string,
  reason: string,
  message: string,
): Promise<void> {
  const { name, namespace = "default", uid } = about.metadata
  const id = createHash("sha256")
    .update(`${uid} ${reason} ${message.replace(/"[^"]*"/, "")}`)
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
    type: "Warning",
    reason,
    message,
    source: { component },
    count: 1,
    firstTimestamp: wireTime(),
    lastTimestamp: wireTime(),
  })
}
