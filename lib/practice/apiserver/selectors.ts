/** Label and field selectors. */
import type { KubeObject } from "../../cluster/types.ts"
import { isLabelValue, LABEL_VALUE } from "./metadata.ts"
import { badRequest } from "./status.ts"

export type Matcher = (object: KubeObject) => boolean

const KEY = /^([a-z0-9A-Z.-]+\/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/

/** Splits at commas outside of parentheses. */
const terms = (text: string): string[] =>
  text
    .split(/,(?![^(]*\))/)
    .map((one) => one.trim())
    .filter((one) => one !== "")

function unparsed(term: string) {
  const [, second = "", rest = ""] = /^\S+\s+(\S+)\s*(.*)$/.exec(term) ?? []
  const why = ["in", "notin"].includes(second)
    ? `found '${rest}' expected: '('`
    : `found '${second}', expected: in, notin, =, ==, !=, gt, lt`
  return badRequest(`unable to parse requirement: ${why}`)
}

function labelTerm(term: string): (labels: Record<string, string>) => boolean {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term)
  const compared = /^([^=!<>\s]+)\s*(==|=|!=|>|<)\s*(.*)$/.exec(term)
  const exists = /^(!?)\s*([^=!<>\s]+)$/.exec(term)
  const key = set?.[1] ?? compared?.[1] ?? exists?.[2] ?? ""
  if (!KEY.test(key)) throw unparsed(term)
  if (set) {
    const values = set[3]!.split(",").map((one) => one.trim())
    return set[2] === "in"
      ? (labels) => labels[key] !== undefined && values.includes(labels[key])
      : (labels) => labels[key] === undefined || !values.includes(labels[key])
  }
  if (compared) {
    const value = compared[3]!.trim()
    if (!isLabelValue(value)) {
      const why = `values[0][${key}]: Invalid value: ${JSON.stringify(value)}: ${LABEL_VALUE}`
      throw badRequest(`unable to parse requirement: ${why}`)
    }
    if (compared[2] === ">") return (labels) => Number.parseInt(labels[key] ?? "", 10) > Number(value)
    if (compared[2] === "<") return (labels) => Number.parseInt(labels[key] ?? "", 10) < Number(value)
    return compared[2] === "!=" ? (labels) => labels[key] !== value : (labels) => labels[key] === value
  }
  return exists![1] === "!" ? (labels) => labels[key] === undefined : (labels) => labels[key] !== undefined
}

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`. @throws ApiError 400 */
export function labelMatcher(selector: string): Matcher | undefined {
  const all = terms(selector).map(labelTerm)
  if (all.length === 0) return undefined
  return (object) => {
    const labels = object.metadata.labels ?? {}
    return all.every((one) => one(labels))
  }
}

/** Fields that any kind, or the named kinds, may be selected by. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  pods: ["spec.nodeName", "status.phase", "spec.restartPolicy", "spec.serviceAccountName", "status.podIP"],
  namespaces: ["status.phase"],
  secrets: ["type"],
  nodes: ["spec.unschedulable"],
  events: [
    "involvedObject.kind",
    "involvedObject.name",
    "involvedObject.namespace",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "reason",
    "type",
    "source",
  ],
}

function fieldValue(object: KubeObject, path: string): string {
  let at: unknown = object
  for (const part of path.split(".")) at = (at as Record<string, unknown> | undefined)?.[part]
  return at === undefined || at === null ? "" : String(at)
}

/** `metadata.name=x,status.phase!=Running`. @throws ApiError 400 for a field that the kind cannot be selected by */
export function fieldMatcher(selector: string, plural: string): Matcher | undefined {
  const all = terms(selector).map((term) => {
    const [, path = "", operator = "", value = ""] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? []
    if (operator === "") throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`)
    const known = path === "metadata.name" || path === "metadata.namespace" || FIELDS[plural]?.includes(path)
    if (!known) throw badRequest(`field label not supported: ${path}`)
    return (object: KubeObject) => (fieldValue(object, path) === value) === (operator !== "!=")
  })
  return all.length === 0 ? undefined : (object) => all.every((one) => one(object))
}

/** Both selectors of a request. Undefined: everything matches. */
export function matcherOf(query: URLSearchParams, plural: string): Matcher | undefined {
  const labels = labelMatcher(query.get("labelSelector") ?? "")
  const fields = fieldMatcher(query.get("fieldSelector") ?? "", plural)
  if (labels === undefined || fields === undefined) return labels ?? fields
  return (object) => labels(object) && fields(object)
}
