/** Faults of a cluster's OLM that are objects: brought when a fault comes, undone when it is cured. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { Fault } from "../../types/faults.ts"
import {
  CATALOG,
  globalOperators,
  MARKETPLACE,
  mirrorManifest,
  mirrorOperators,
  OLM,
  OPERATORS,
  PACKAGE,
  redhatOperators,
} from "./catalog.ts"
import type { Olm } from "./subscriptions.ts"

const secondGroup: KubeObject = {
  ...globalOperators,
  metadata: { name: "another-group", namespace: OPERATORS },
}

/** Service Interconnect 1.x: the same package from another channel. */
const oldSubscription: KubeObject = {
  apiVersion: OLM,
  kind: "Subscription",
  metadata: { name: PACKAGE, namespace: OPERATORS },
  spec: {
    name: PACKAGE,
    channel: "stable-1",
    source: CATALOG,
    sourceNamespace: MARKETPLACE,
    installPlanApproval: "Automatic",
  },
}

/** Removes an object; it is fine when it is not there. */
async function take({ store }: Olm, object: KubeObject): Promise<void> {
  const { apiVersion, kind, metadata } = object
  await store.cluster.remove({ apiVersion, kind, name: metadata.name, namespace: metadata.namespace })
}

/** Each is done once when the fault comes, so that what a person repairs stays repaired. */
const BRING: Readonly<Record<string, (olm: Olm) => Promise<void>>> = {
  "no-catalog": (olm) => take(olm, redhatOperators),
  async "two-catalogs"(olm) {
    await olm.store.ensure(mirrorOperators)
    await olm.store.ensure(mirrorManifest)
  },
  "no-group": (olm) => take(olm, globalOperators),
  "two-groups": (olm) => olm.store.ensure(secondGroup),
  old: (olm) => olm.store.ensure(oldSubscription),
}

const CURE: Readonly<Record<string, (olm: Olm) => Promise<void>>> = {
  "no-catalog": (olm) => olm.store.ensure(redhatOperators),
  async "two-catalogs"(olm) {
    await take(olm, mirrorManifest)
    await take(olm, mirrorOperators)
  },
  "no-group": (olm) => olm.store.ensure(globalOperators),
  "two-groups": (olm) => take(olm, secondGroup),
  async old(olm) {
    const known = olm.store.of(OLM, "Subscription").get(OPERATORS, PACKAGE)
    if (known === undefined || known.spec.channel !== oldSubscription.spec.channel) return
    await olm.store.remove(known)
    const csv = olm.store.of(OLM, "ClusterServiceVersion").get(OPERATORS, known.status?.installedCSV ?? "")
    if (csv !== undefined) await olm.store.remove(csv)
  },
}

/** Brings and cures them as the table changes. The first call also brings what the table holds at the start. */
export class OlmFaults {
  readonly #olm: Olm
  #present: Fault | undefined
  constructor(olm: Olm) {
    this.#olm = olm
  }

  async follow(): Promise<void> {
    const { faults, name } = this.#olm.context
    const now = faults.peek("operator", name, PACKAGE)
    if (now?.what === this.#present?.what) return
    const before = this.#present
    this.#present = now
    await CURE[before?.what ?? ""]?.(this.#olm)
    await BRING[now?.what ?? ""]?.(this.#olm)
  }
}
