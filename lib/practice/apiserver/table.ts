/** Objects as the tables that `kubectl get` asks for (`meta.k8s.io/v1 Table`). */
import type { KubeObject } from "../../cluster/types.ts"
import { type Column, columnsOf } from "./columns.ts"
import type { Kind } from "./kind.ts"
import type { Call } from "./request.ts"

/** Whether the caller takes a table. */
export const wantsTable = ({ request }: Pick<Call, "request">): boolean =>
  (request.headers.accept ?? "").split(",").some((one) => /;\s*as=Table(;|$)/.test(one))

/** Whether the caller takes metadata alone, of an object or of a list's items. */
export const wantsMetadata = ({ request }: Pick<Call, "request">): boolean =>
  /;\s*as=PartialObjectMetadata(List)?(;|,|$)/.test((request.headers.accept ?? "").split(",")[0]!)

export const metadataOf = ({ metadata }: KubeObject): object => ({
  kind: "PartialObjectMetadata",
  apiVersion: "meta.k8s.io/v1",
  metadata,
})

/** What of an object comes with its row. */
function shown(object: KubeObject, include: string | null): object | undefined {
  if (include === "None") return undefined
  if (include === "Object") return object
  return metadataOf(object)
}

/** Column titles that are not simply words. */
const TITLES: Readonly<Record<string, string>> = {
  "UP-TO-DATE": "Up-to-date",
  "CLUSTER-IP": "Cluster-IP",
  "EXTERNAL-IP": "External-IP",
  "PORT(S)": "Port(s)",
  "INTERNAL-IP": "Internal-IP",
  "OS-IMAGE": "OS-Image",
}
const titleOf = (name: string): string =>
  TITLES[name] ?? name.toLowerCase().replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase())

/** Counts are numbers; a definition's column without a value is null. */
function cellOf({ value, count, defined }: Column, object: KubeObject): string | number | null {
  const text = value(object)
  if (defined && text === "") return null
  return count ? Number(text) : text
}

/** @param bare without the columns, as in a watch after its first event */
export function tableOf(
  { query }: Pick<Call, "query">,
  kind: Kind,
  objects: readonly KubeObject[],
  metadata: object,
  bare = false,
): object {
  const columns = columnsOf(kind)
  const include = query.get("includeObject")
  const definitions = columns.map(({ name, wide, type = "string" }, index) => ({
    ...{ name: titleOf(name), type, format: index === 0 ? "name" : "", description: "" },
    priority: wide ? 1 : 0,
  }))
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    ...(bare ? {} : { columnDefinitions: definitions }),
    rows: objects.map((one) => ({
      cells: columns.map((column) => cellOf(column, one)),
      object: shown(one, include),
    })),
  }
}
