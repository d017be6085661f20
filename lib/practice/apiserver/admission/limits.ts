/** LimitRanges: what containers are given where they say nothing, and what is too little or too much. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { Item } from "../lists.ts"
import { forbidden } from "../status.ts"
import { type Amounts, amountsOf, numberOf, sum } from "./amounts.ts"

export const LIMIT_RANGES = "/limitranges"

interface Limit {
  readonly type: string
  readonly default?: Item
  readonly defaultRequest?: Item
  readonly min?: Item
  readonly max?: Item
  readonly maxLimitRequestRatio?: Item
}
interface Container extends Item {
  readonly name: string
  readonly resources?: { readonly requests?: Item; readonly limits?: Item }
}

const limitsOf = (range: KubeObject): readonly Limit[] => range.spec?.limits ?? []

/** A pod with what a LimitRange gives containers that say nothing. */
export function withLimits(pod: KubeObject, range: KubeObject): KubeObject {
  const own = limitsOf(range).filter(({ type }) => type === "Container")
  const requests: Amounts = Object.assign({}, ...own.map((one) => amountsOf(one.defaultRequest)))
  const limits: Amounts = Object.assign({}, ...own.map((one) => amountsOf(one.default)))
  const said: string[] = []
  const fill = (what: string, given: Item | undefined, defaults: Amounts, container: string): Item => {
    const missing = Object.keys(defaults).filter((name) => given?.[name] === undefined)
    if (missing.length > 0) said.push(`${missing.toSorted().join(", ")} ${what} for container ${container}`)
    return { ...given, ...Object.fromEntries(missing.map((name) => [name, defaults[name]])) }
  }
  const containers = ((pod.spec?.containers ?? []) as Container[]).map((container) => {
    const { resources = {}, name } = container
    const next: Item = { ...resources }
    const asked = fill("request", resources.requests, requests, name)
    const limited = fill("limit", resources.limits, limits, name)
    if (Object.keys(asked).length > 0) next.requests = asked
    if (Object.keys(limited).length > 0) next.limits = limited
    return { ...container, resources: next }
  })
  if (said.length === 0) return pod
  const annotations = {
    ...pod.metadata.annotations,
    "kubernetes.io/limit-ranger": `LimitRanger plugin set: ${said.join("; ")}`,
  }
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec: { ...pod.spec, containers } }
}

/** What of one container, or of a whole pod, a limit refuses, in kube-apiserver's words. */
function broken({ type, ...limit }: Limit, requests: Amounts, limits: Amounts): string[] {
  const why: string[] = []
  for (const [name, least] of Object.entries(amountsOf(limit.min))) {
    const head = `minimum ${name} usage per ${type} is ${least}`
    const [request, most] = [requests[name], limits[name]]
    if (request === undefined) why.push(`${head}.  No request is specified`)
    else if (numberOf(request) < numberOf(least)) why.push(`${head}, but request is ${request}`)
    else if (most !== undefined && numberOf(most) < numberOf(least)) why.push(`${head}, but limit is ${most}`)
  }
  for (const [name, most] of Object.entries(amountsOf(limit.max))) {
    const head = `maximum ${name} usage per ${type} is ${most}`
    const [request, given] = [requests[name], limits[name]]
    if (given === undefined) why.push(`${head}.  No limit is specified`)
    else if (numberOf(given) > numberOf(most)) why.push(`${head}, but limit is ${given}`)
    else if (request !== undefined && numberOf(request) > numberOf(most))
      why.push(`${head}, but request is ${request}`)
  }
  for (const [name, most] of Object.entries(amountsOf(limit.maxLimitRequestRatio))) {
    const head = `${name} max limit to request ratio per ${type} is ${most}`
    const [request, given] = [numberOf(requests[name] ?? "0"), numberOf(limits[name] ?? "0")]
    if (request === 0) why.push(`${head}, but no request is specified or request is 0`)
    else if (given === 0) why.push(`${head}, but no limit is specified or limit is 0`)
    else if (given / request > numberOf(most))
      why.push(`${head}, but provided ratio is ${(given / request).toFixed(6)}`)
  }
  return why
}

/** @throws ApiError 403 */
export function checkLimits(pod: KubeObject, ranges: readonly KubeObject[]): void {
  const about = { group: "", plural: "pods" }
  const containers = (pod.spec?.containers ?? []) as Container[]
  const of = (what: "requests" | "limits", container: Container) => amountsOf(container.resources?.[what])
  const whole = (what: "requests" | "limits") =>
    containers.reduce<Amounts>((all, one) => sum(all, of(what, one)), {})
  for (const range of ranges) {
    const why = limitsOf(range).flatMap((limit) =>
      limit.type === "Container"
        ? containers.flatMap((one) => broken(limit, of("requests", one), of("limits", one)))
        : limit.type === "Pod"
          ? broken(limit, whole("requests"), whole("limits"))
          : [],
    )
    if (why.length > 0)
      throw forbidden(about, pod.metadata.name, why.length === 1 ? why[0]! : `[${why.join(", ")}]`)
  }
}
