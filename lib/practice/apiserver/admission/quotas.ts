/** ResourceQuotas: what a namespace may hold, as kube-apiserver's plugin refuses and kube-controller-manager counts. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { Kind } from "../kind.ts"
import type { Item } from "../lists.ts"
import { forbidden } from "../status.ts"
import type { Store } from "../store.ts"
import { type Amounts, amountsOf, listed, masked, numberOf, sum } from "./amounts.ts"

export const QUOTAS = "/resourcequotas"
/** Kinds that are counted under their own name too. */
const COUNTED = ["services", "secrets", "configmaps", "persistentvolumeclaims", "resourcequotas"]
/** Where one of these is limited, each container must say it. */
const SAID = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"]

interface Resources {
  readonly requests?: Item
  readonly limits?: Item
}

/** What containers ask for, under all names that a quota may use. */
function asked({ requests, limits }: Resources): Amounts {
  const result: Record<string, string> = {}
  for (const [name, amount] of Object.entries(amountsOf(requests))) {
    result[`requests.${name}`] = amount
    if (["cpu", "memory", "ephemeral-storage"].includes(name)) result[name] = amount
  }
  for (const [name, amount] of Object.entries(amountsOf(limits))) result[`limits.${name}`] = amount
  return result
}

const containersOf = (pod: KubeObject): readonly { name: string; resources?: Resources }[] =>
  pod.spec?.containers ?? []

function usage(kind: Kind, object: KubeObject): Amounts {
  const counted = kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`
  const one: Amounts = {
    [`count/${counted}`]: "1",
    ...(kind.group === "" && COUNTED.includes(kind.plural) && { [kind.plural]: "1" }),
  }
  if (kind.key === "/services") {
    const { type } = object.spec ?? {}
    if (type === "LoadBalancer") return { ...one, "services.loadbalancers": "1", "services.nodeports": "1" }
    return type === "NodePort" ? { ...one, "services.nodeports": "1" } : one
  }
  if (kind.key !== "/pods") return one
  // What has ended uses nothing but its place.
  if (["Succeeded", "Failed"].includes(object.status?.phase)) return one
  return containersOf(object).reduce<Amounts>((all, { resources = {} }) => sum(all, asked(resources)), {
    ...one,
    pods: "1",
  })
}

/** What a quota limits, used now. */
export function used(quota: KubeObject, store: Store, kinds: readonly Kind[]): Amounts {
  const hard = Object.keys(amountsOf(quota.spec?.hard))
  const nothing = Object.fromEntries(hard.map((name) => [name, "0"]))
  const all = kinds
    .filter((kind) => kind.namespaced && !kind.virtual)
    .flatMap((kind) => store.list(kind.key, quota.metadata.namespace).map((object) => usage(kind, object)))
  return masked(
    all.reduce((total, one) => sum(total, masked(one, hard)), nothing as Amounts),
    hard,
  )
}

/** What containers leave unsaid that a quota wants to know: `limits.cpu for: app`. */
function unsaid(pod: KubeObject, hard: readonly string[]): string[] {
  const wanted = SAID.filter((name) => hard.includes(name)).sort()
  return wanted.flatMap((name) => {
    const silent = containersOf(pod).filter(({ resources = {} }) => asked(resources)[name] === undefined)
    return silent.length === 0
      ? []
      : [
          `${name} for: ${silent
            .map((one) => one.name)
            .sort()
            .join(",")}`,
        ]
  })
}

/** @throws ApiError 403 where a new object is too much for its namespace */
export function checkQuotas(kind: Kind, object: KubeObject, store: Store, kinds: readonly Kind[]): void {
  const { name, namespace } = object.metadata
  for (const quota of store.list(QUOTAS, namespace)) {
    const hard = amountsOf(quota.spec?.hard)
    const names = Object.keys(hard)
    const missing = kind.key === "/pods" ? unsaid(object, names) : []
    const of = quota.metadata.name
    if (missing.length > 0)
      throw forbidden(kind, name, `failed quota: ${of}: must specify ${missing.join("; ")}`)
    const wants = masked(usage(kind, object), names)
    if (Object.keys(wants).length === 0) continue
    const before = used(quota, store, kinds)
    const after = sum(masked(before, Object.keys(wants)), wants)
    const over = Object.keys(wants).filter((one) => numberOf(after[one]!) > numberOf(hard[one]!))
    if (over.length === 0) continue
    const words = [wants, before, hard].map((one) => listed(masked(one, over)))
    throw forbidden(
      kind,
      name,
      `exceeded quota: ${of}, requested: ${words[0]}, used: ${words[1]}, limited: ${words[2]}`,
    )
  }
}
