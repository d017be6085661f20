/** `fieldValidation`: what is said of fields that a custom resource's schema does not know. Built-in kinds have no schema here. */
import type { KubeObject } from "../../cluster/types.ts"
import type { Kind } from "./kind.ts"
import type { Call } from "./request.ts"
import { conform, type Schema } from "./schema.ts"
import { badRequest, invalidPatch } from "./status.ts"

/**
 * Sets the `Warning` header, as a server does unless it is asked for something else.
 * @param patched the object is what a patch made
 * @throws ApiError 400, or 422 for a patch, where unknown fields are refused (`Strict`)
 */
export function checkFields(kind: Kind, call: Call, object: KubeObject, patched = false): void {
  const how = call.query.get("fieldValidation") || "Warn"
  if (kind.schema === undefined || how === "Ignore") return
  const found: string[] = []
  conform(kind.schema as Schema, object, "", (path) => found.push(path))
  if (found.length === 0) return
  const said = found.toSorted().map((one) => `unknown field ${JSON.stringify(one)}`)
  if (how === "Warn") {
    call.response.setHeader(
      "warning",
      said.map((one) => `299 - ${JSON.stringify(one)}`),
    )
    return
  }
  const why = `strict decoding error: ${said.join(", ")}`
  if (!patched)
    throw badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${why}`)
  throw invalidPatch(object, why)
}
