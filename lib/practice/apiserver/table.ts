/** Objects as the tables that `kubectl get` asks for (`meta.k8s.io/v1 Table`). */
import type { KubeObject } from "../../cluster/types.ts"
import { columnsOf } from "./columns.ts"
import type { Kind } from "./kind.ts"
import type { Call } from "./request.ts"

/** Whether the caller takes a table. */
export const wantsTable = ({ request }: Pick<Call, "request">): boolean =>
  (request.headers.accept ?? "").split(",").some((it) => /;\s*as=Table(;|$)/.test(it))

/** What of an object comes with its row. */
const shown = (object: KubeObject, include: string | null): object | undefined => {
  if (include === "None") return undefined
  if (include === "Object") return object
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata }
}

export const tableOf = (
  { query }: Pick<Call, "query">,
  kind: Kind,
  objects: readonly KubeObject[],
  metadata: object,
): object => {
  const columns = columnsOf(kind)
  const include = query.get("includeObject")
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: columns.map(({ name, wide }, index) => ({
      name: name.toLowerCase().replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase()),
      type: "string",
      format: index === 0 ? "name" : "",
      description: "",
      priority: wide ? 1 : 0,
    })),
    rows: objects.map((it) => ({
      cells: columns.map(({ value }) => value(it)),
      object: shown(it, include),
    })),
  }
}
