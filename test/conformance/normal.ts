/** Outcomes without what differs from run to run: uids, versions, times, the names that rows make up. */
import type { Answer, WatchEvent } from "./client.ts"
import type { Scene } from "./scene.ts"

const UID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g

const words = (text: string, { ns, id }: Pick<Scene, "ns" | "id">): string =>
  text
    .replaceAll(ns, "NS")
    .replaceAll(id, "ID")
    .replace(UID, "UID")
    .replace(TIME, "TIME")
    .replace(
      /(resource ?version: )\d+( \(\d+\))?/gi,
      (_, head, more) => `${head}N${more === undefined ? "" : " (N)"}`,
    )

/** By the field's name, where its value says nothing of its own. */
const VOLATILE: Readonly<Record<string, string>> = { resourceVersion: "RV", uid: "UID", continue: "CONTINUE" }

export const normal = (value: unknown, scene: Pick<Scene, "ns" | "id">): unknown => {
  if (typeof value === "string") return words(value, scene)
  // As JSON has it: what is missing is null in a list, and no field of a map.
  if (Array.isArray(value)) return value.map((it) => normal(it, scene) ?? null)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      words(key, scene),
      key in VOLATILE && typeof inner === "string" && inner !== "" ? VOLATILE[key] : normal(inner, scene),
    ]),
  )
}

/** An answer in a line: the code and, of a Status, its reason and message; of anything else its kind. */
export const said = ({ status, body, text }: Answer): string => {
  if (body?.kind === "Status")
    return [status, body.reason ?? body.status, body.message].filter(Boolean).join(" ")
  return `${status} ${body?.kind ?? text}`.trim()
}

/** Events in a line each: `ADDED name`, bookmarks and errors by what they say. */
export const events = (list: readonly WatchEvent[]): string[] =>
  list.map(({ type, object }) => {
    if (type === "ERROR") return `ERROR ${object.code} ${object.reason} ${object.message}`
    if (type === "BOOKMARK") {
      const ends = object.metadata.annotations?.["k8s.io/initial-events-end"] === "true"
      return ends ? "BOOKMARK of the initial events' end" : "BOOKMARK"
    }
    return `${type} ${object.metadata.name}`
  })

/** The names in a list. */
export const names = ({ body }: Answer): string[] =>
  (body.items ?? []).map((it: { metadata: { name: string } }) => it.metadata.name)

/** An object without what the server writes into every one. */
export const plain = ({ body }: Answer): unknown => {
  if (body?.metadata === undefined) return body
  const { uid, resourceVersion, creationTimestamp, managedFields, namespace, ...metadata } = body.metadata
  return { ...body, metadata }
}
