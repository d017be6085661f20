/** What a value has to look like: the part of JSON schema that our messages need, so that reader and shipped schema are one. */
export type Shape =
  | {
      readonly type: "string"
      readonly pattern?: string
      readonly maxLength?: number
      readonly description?: string
    }
  | { readonly const: string | number; readonly description?: string }
  | { readonly enum: readonly string[]; readonly description?: string }
  | {
      readonly type: "integer"
      readonly minimum: number
      readonly maximum: number
      readonly description?: string
    }
  | {
      readonly type: "array"
      readonly items: Shape
      readonly maxItems: number
      readonly minItems?: number
      readonly description?: string
    }
  | {
      readonly type: "object"
      readonly properties: Readonly<Record<string, Shape>>
      readonly required: readonly string[]
      readonly additionalProperties: false
      readonly description?: string
    }
  /** Whatever JSON can hold. */
  | { readonly description: string }

/** An object with these fields and no others. Those whose name ends with `?` may be missing. */
export function object(fields: Readonly<Record<string, Shape>>, description?: string): Shape {
  const names = Object.entries(fields).map(([name, shape]) => [name.replace("?", ""), shape] as const)
  return {
    type: "object",
    properties: Object.fromEntries(names),
    required: Object.keys(fields).filter((name) => !name.endsWith("?")),
    additionalProperties: false,
    ...(description !== undefined && { description }),
  }
}

export const text = (maxLength: number, pattern?: RegExp): Shape => ({
  type: "string",
  maxLength,
  ...(pattern && { pattern: pattern.source }),
})

export const list = (items: Shape, maxItems: number, minItems = 0): Shape => ({
  type: "array",
  items,
  maxItems,
  ...(minItems > 0 && { minItems }),
})

/** @throws Error with the field and what is wrong with it */
export function assertShape(shape: Shape, value: unknown, path = ""): void {
  const wrong: (what: string) => never = (what) => {
    throw new Error(`${path === "" ? "its content" : path} ${what}`)
  }
  if ("const" in shape) {
    if (value !== shape.const) wrong(`has to be ${shape.const}`)
    return
  }
  if ("enum" in shape) {
    if (!shape.enum.includes(value as string)) wrong(`has to be one of ${shape.enum.join(", ")}`)
    return
  }
  if (!("type" in shape)) return
  switch (shape.type) {
    case "string":
      if (typeof value !== "string") wrong("has to be text")
      if (value.length > (shape.maxLength ?? Number.POSITIVE_INFINITY)) wrong("is too long")
      if (shape.pattern !== undefined && !new RegExp(shape.pattern, "u").test(value))
        wrong("is not as it has to be")
      return
    case "integer":
      if (!Number.isInteger(value) || (value as number) < shape.minimum || (value as number) > shape.maximum)
        wrong("has to be a number in its range")
      return
    case "array":
      if (!Array.isArray(value)) wrong("has to be a list")
      if (value.length > shape.maxItems) wrong("has too many items")
      if (value.length < (shape.minItems ?? 0)) wrong("has too few items")
      for (const [index, item] of value.entries()) assertShape(shape.items, item, `${path}[${index}]`)
      return
    case "object": {
      if (typeof value !== "object" || value === null || Array.isArray(value)) wrong("has to be an object")
      const inside = (name: string): string => (path === "" ? name : `${path}.${name}`)
      for (const name of Object.keys(value))
        if (!Object.hasOwn(shape.properties, name))
          throw new Error(`${inside(name.slice(0, 60))} is not a field of it`)
      for (const name of shape.required)
        if (!Object.hasOwn(value, name)) throw new Error(`${inside(name)} is missing`)
      for (const [name, item] of Object.entries(value))
        assertShape(shape.properties[name]!, item, inside(name))
    }
  }
}
