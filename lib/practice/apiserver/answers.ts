/** How stored objects are answered: one or many, whole, as metadata alone, or as a table; a page at a time. */
import type { KubeObject } from "../../cluster/types.ts"
import { apiVersionOf, type Kind } from "./kind.ts"
import { checkVersion } from "./options.ts"
import { type Call, sendJson, sendText, textOf } from "./request.ts"
import { matcherOf } from "./selectors.ts"
import { type ApiError, badRequest, expired } from "./status.ts"
import { metadataOf, tableOf, wantsMetadata, wantsTable } from "./table.ts"

/** A stored object as a version of its kind. */
function inVersion(kind: Kind, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(kind)
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion }
}

const items = new WeakMap<KubeObject, string>()

/** An item of a list: those of built-in kinds say no kind of their own. */
function itemText(kind: Kind, object: KubeObject): string {
  if (!kind.builtin) return textOf(inVersion(kind, object))
  const known = items.get(object)
  if (known !== undefined) return known
  const { apiVersion, kind: _, ...rest } = object
  const text = JSON.stringify(rest)
  items.set(object, text)
  return text
}

/** A page's end, in the form of a real server's token. */
interface Continue {
  v: "meta.k8s.io/v1"
  /** The resourceVersion of the first page; -1: whatever is there now. */
  rv: number
  /** The key after which the next page begins: its last one and a zero byte. */
  start: string
}

function tokenOf(rv: number, last: string): string {
  const next: Continue = { v: "meta.k8s.io/v1", rv, start: `${last}\u0000` }
  return Buffer.from(JSON.stringify(next)).toString("base64url")
}

function continueOf({ query }: Call): Continue | undefined {
  const token = query.get("continue")
  if (!token) return undefined
  if (!["", "0"].includes(query.get("resourceVersion") ?? ""))
    throw badRequest("specifying resource version is not allowed when using continue")
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString()) as Continue
  } catch {
    const why = "continue key is not valid: illegal base64 data at input byte 0"
    throw badRequest(`invalid continue token: ${why}`)
  }
}

/** Below the list's own key, as etcd has it. */
const keyOf = (namespace: string | undefined, { metadata }: KubeObject): string =>
  namespace === undefined && metadata.namespace !== undefined
    ? `${metadata.namespace}/${metadata.name}`
    : metadata.name

const TOO_OLD =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list."

/** What a list shows: now, or as it was at a version that was asked for exactly, or at the first page. */
function listed(
  { query }: Call,
  from: Continue | undefined,
  at: (resourceVersion: number) => readonly KubeObject[],
  current: number,
): { objects: readonly KubeObject[]; version: number } {
  const exact =
    query.get("resourceVersionMatch") === "Exact" ? Number(query.get("resourceVersion")) : undefined
  const wanted = from === undefined ? exact : from.rv
  if (wanted === undefined || wanted < 0) return { objects: at(current), version: current }
  try {
    return { objects: at(wanted), version: wanted }
  } catch (error) {
    if (from === undefined) throw error
    const gone: ApiError = expired(TOO_OLD)
    gone.metadata = { continue: tokenOf(-1, from.start.slice(0, -1)) }
    throw gone
  }
}

/**
 * A list's answer.
 * @param at all that the namespace holds, or held at a version
 * @param current the version now
 */
export function sendList(
  call: Call,
  kind: Kind,
  at: (resourceVersion: number) => readonly KubeObject[],
  current: number,
): void {
  const { query, response, namespace } = call
  checkVersion(query, current)
  const matches = matcherOf(query, kind.plural)
  const from = continueOf(call)
  const { objects, version } = listed(call, from, at, current)
  let shown = matches === undefined ? objects : objects.filter(matches)
  if (from !== undefined)
    shown = shown.filter((one) => `/${keyOf(namespace, one)}` >= `/${from.start.replace(/^\//, "")}`)
  const limit = Number(query.get("limit") ?? 0)
  const metadata: Record<string, unknown> = { resourceVersion: String(version) }
  if (limit > 0 && shown.length > limit) {
    metadata.continue = tokenOf(version, keyOf(namespace, shown[limit - 1]!))
    // How many of the rest match is not known.
    if (matches === undefined) metadata.remainingItemCount = shown.length - limit
    shown = shown.slice(0, limit)
  }
  if (wantsTable(call)) {
    sendJson(response, 200, tableOf(call, kind, shown, metadata))
    return
  }
  if (wantsMetadata(call)) {
    const list = { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1" }
    sendJson(response, 200, { ...list, metadata, items: shown.map(metadataOf) })
    return
  }
  const head = JSON.stringify({ kind: kind.listKind, apiVersion: apiVersionOf(kind), metadata })
  const texts = shown.map((one) => itemText(kind, one))
  sendText(response, 200, `${head.slice(0, -1)},"items":[${texts.join(",")}]}`, "application/json")
}

/** One object's answer. */
export function sendObject(call: Call, kind: Kind, object: KubeObject): void {
  const { resourceVersion } = object.metadata
  const body = wantsTable(call)
    ? tableOf(call, kind, [object], { resourceVersion })
    : wantsMetadata(call)
      ? metadataOf(object)
      : inVersion(kind, object)
  sendJson(call.response, 200, body)
}
