/** What the kinds of one API version are made of, as OpenAPI v3 tells it: for `kubectl explain`. Without descriptions. */
import { type GoType, structOfKind } from "./go-type.ts"
import type { Kind } from "./kind.ts"

type Schema = Record<string, unknown>

const REF = "#/components/schemas/"
/** Where the parts of kinds are described. A name stands for one struct within the kinds of a group. */
const PARTS = "io.k8s.api.parts.v1"
/** Types with a JSON of their own. */
const OWN: Readonly<Record<string, Schema>> = {
  "resource.Quantity": { oneOf: [{ type: "string" }, { type: "number" }] },
  "intstr.IntOrString": { type: "string", format: "int-or-string" },
  "meta.Time": { type: "string", format: "date-time" },
  "meta.MicroTime": { type: "string", format: "date-time" },
  "meta.FieldsV1": { type: "object" },
}

const reversed = (group: string): string => group.split(".").toReversed().join(".")

/** Of a kind: `io.k8s.api.apps.v1.Deployment`, `io.skupper.v2alpha1.Site`. */
const nameOf = ({ group, version, kind }: Kind): string => {
  if (structOfKind(group, kind) === undefined) return `${reversed(group)}.${version}.${kind}`
  const own = group === "" ? "core" : group.replace(/\.k8s\.io$|\.openshift\.io$/, "")
  return `io.k8s.api.${own}.${version}.${kind}`
}

class Schemas {
  readonly all: Record<string, Schema> = {}

  of(type: GoType): Schema {
    switch (type.is) {
      case "struct":
        return { allOf: [{ $ref: this.struct(type) }] }
      case "map":
        return { type: "object", additionalProperties: this.of(type.value) }
      case "list":
        return { type: "array", items: this.of(type.item) }
      case "string":
        return { type: "string" }
      case "bool":
        return { type: "boolean" }
      case "int":
        return { type: "integer", format: `int${type.bits}` }
      case "float":
        return { type: "number", format: "double" }
      case "bytes":
        return { type: "string", format: "byte" }
      case "own":
        return OWN[type.name] ?? {}
    }
  }

  /** @returns where a struct is described */
  struct(type: GoType & { is: "struct" }, name = `${PARTS}.${type.name}`): string {
    if (this.all[name] === undefined) {
      const schema: Schema = { type: "object" }
      this.all[name] = schema // before its fields: some structs hold themselves
      const fields = [...type.fields.values()]
      schema.properties = Object.fromEntries(fields.map((field) => [field.name, this.of(field.type)]))
      const required = fields.filter((field) => !field.omitempty && !field.pointer).map((field) => field.name)
      if (required.length > 0) schema.required = required
    }
    return `${REF}${name}`
  }
}

/** The schemas of kinds, and of all that is in them. */
export function schemasOf(kinds: readonly Kind[]): Record<string, Schema> {
  const schemas = new Schemas()
  for (const kind of kinds) {
    const { group, version } = kind
    const name = nameOf(kind)
    const type = structOfKind(group, kind.kind)
    if (type?.is === "struct") schemas.struct(type, name)
    else {
      const meta = structOfKind("meta", "ObjectMeta") as GoType & { is: "struct" }
      const { properties, ...schema } = kind.schema ?? { type: "object", properties: {} }
      schemas.all[name] = {
        ...schema,
        properties: {
          ...{ apiVersion: { type: "string" }, kind: { type: "string" } },
          metadata: { allOf: [{ $ref: schemas.struct(meta) }] },
          ...(properties as Schema),
        },
      }
    }
    schemas.all[name]!["x-kubernetes-group-version-kind"] = [{ group, kind: kind.kind, version }]
  }
  return schemas.all
}
