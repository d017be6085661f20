/** What happens to new objects between their reading and their storing: LimitRanges, quotas, and an organisation's webhooks. */
import type { KubeObject } from "../../../cluster/types.ts"
import { guarded, report } from "../../stray.ts"
import type { FaultTable } from "../../types/faults.ts"
import type { Kind } from "../kind.ts"
import type { Kinds } from "../kinds.ts"
import type { Gate, Objects, Writer } from "../objects.ts"
import { checkLimits, LIMIT_RANGES, withLimits } from "./limits.ts"
import { mutated } from "./mutations.ts"
import { checkQuotas, QUOTAS, used } from "./quotas.ts"

const QUOTA_CONTROLLER: Writer = { manager: "kube-controller-manager" }
const MUTATIONS = ["images", "labels", "sidecar"]
const NAME = "practice"

/** What an administrator has put into every project while the fault holds. */
const GUARDS: Readonly<Record<string, { key: string; object: KubeObject }>> = {
  quota: {
    key: QUOTAS,
    object: {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: NAME },
      spec: {
        hard: { "requests.cpu": "2", "requests.memory": "4Gi", "limits.cpu": "4", "limits.memory": "8Gi" },
      },
    },
  },
  limits: {
    key: LIMIT_RANGES,
    object: {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: NAME },
      spec: {
        limits: [
          {
            type: "Container",
            max: { cpu: "2", memory: "4Gi" },
            maxLimitRequestRatio: { cpu: "4" },
          },
        ],
      },
    },
  },
}

/** Projects of people, not of the system. */
const isProject = (namespace: string): boolean =>
  !/^(openshift|kube)(-|$)|^(default|skupper)$/.test(namespace)

export class Admission implements Gate {
  readonly #objects: Objects
  readonly #kinds: Kinds
  readonly #faults: FaultTable
  readonly #cluster: string
  /** Namespaces whose quotas are to be counted again. */
  readonly #uncounted = new Set<string>()
  readonly #ends: (() => void)[]

  constructor(objects: Objects, kinds: Kinds, faults: FaultTable, cluster: string) {
    this.#objects = objects
    this.#kinds = kinds
    this.#faults = faults
    this.#cluster = cluster
    this.#ends = [
      objects.store.onChange((_, { object }) => this.#count(object.metadata.namespace)),
      faults.onChange(() => this.#removeGuards()),
    ]
  }

  close(): void {
    for (const end of this.#ends) end()
  }

  /** A new or changed object as it is let in. Before it is validated. */
  mutate(kind: Kind, given: KubeObject, created: boolean): KubeObject {
    const { namespace, name } = given.metadata
    if (namespace === undefined) return given
    const subject = `${namespace}/${kind.kind}/${name}`
    const isGuard = kind.key === QUOTAS || kind.key === LIMIT_RANGES
    const fault =
      isGuard || !isProject(namespace)
        ? undefined
        : this.#faults.peek("admission", this.#cluster, subject)?.what
    let object = given
    if (fault !== undefined && MUTATIONS.includes(fault)) object = mutated(fault, object)
    if (created && fault !== undefined && GUARDS[fault] !== undefined) this.#guard(fault, namespace)
    if (object !== given) this.#faults.strike("admission", this.#cluster, subject)
    if (!created || kind.key !== "/pods") return object
    for (const range of this.#objects.store.list(LIMIT_RANGES, namespace)) object = withLimits(object, range)
    return object
  }

  /** @throws ApiError 403 for a new object that is too much. After it was validated. */
  check(kind: Kind, object: KubeObject): void {
    const { store } = this.#objects
    const { namespace } = object.metadata
    if (namespace === undefined) return
    if (kind.key === "/pods") checkLimits(object, store.list(LIMIT_RANGES, namespace))
    checkQuotas(kind, object, store, this.#kinds.all())
  }

  #guard(what: string, namespace: string): void {
    const { key, object } = GUARDS[what]!
    if (this.#objects.store.get(key, namespace, NAME) !== undefined) return
    this.#objects.create(this.#kinds.byKey(key)!, namespace, structuredClone(object), QUOTA_CONTROLLER)
  }

  /** A fault that is cured takes its objects along. */
  #removeGuards(): void {
    const whats = this.#faults.faults.filter(({ where }) => where === "admission").map(({ what }) => what)
    for (const [what, { key }] of Object.entries(GUARDS)) {
      if (whats.includes(what)) continue
      for (const object of this.#objects.store.list(key))
        if (object.metadata.name === NAME) this.#objects.store.remove(key, object)
    }
  }

  #count(namespace: string | undefined): void {
    if (namespace === undefined || this.#uncounted.has(namespace)) return
    if (this.#objects.store.list(QUOTAS, namespace).length === 0) return
    this.#uncounted.add(namespace)
    setImmediate(() => guarded(report, () => this.#writeCounts(namespace)))
  }

  #writeCounts(namespace: string): void {
    this.#uncounted.delete(namespace)
    const { store } = this.#objects
    const kind = this.#kinds.byKey(QUOTAS)!
    for (const quota of store.list(QUOTAS, namespace)) {
      const status = { hard: { ...quota.spec?.hard }, used: used(quota, store, this.#kinds.all()) }
      this.#objects.commit(kind, quota, { ...quota, status }, QUOTA_CONTROLLER, "status")
    }
  }
}
