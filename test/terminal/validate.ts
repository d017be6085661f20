/** As much of JSON Schema 2020-12 as our schemas use; an unknown keyword is an error, so that nothing goes unchecked. */
type Schema = Record<string, unknown>

const IGNORED = new Set(["$schema", "$defs", "title", "description"])

/** What is wrong with a value, one sentence each, with the path to it; nothing where it is valid. */
export function problems(root: Schema, value: unknown, schema: Schema = root, path = ""): string[] {
  const said: string[] = []
  const at = path === "" ? "the value" : path
  const object =
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  for (const [keyword, rule] of Object.entries(schema)) {
    switch (keyword) {
      case "$ref":
        said.push(...problems(root, value, resolve(root, rule as string), path))
        break
      case "type":
        if (!hasType(value, rule as string)) said.push(`${at} is not ${rule}`)
        break
      case "const":
        if (value !== rule) said.push(`${at} is not ${JSON.stringify(rule)}`)
        break
      case "enum":
        if (!(rule as unknown[]).includes(value))
          said.push(`${at} is ${JSON.stringify(value)}: none of the enum`)
        break
      case "pattern":
        if (!new RegExp(rule as string).test(String(value))) said.push(`${at} does not match ${rule}`)
        break
      case "minimum":
        if ((value as number) < (rule as number)) said.push(`${at} is less than ${rule}`)
        break
      case "required":
        for (const key of rule as string[]) {
          if (object !== undefined && !(key in object)) said.push(`${at} has no ${key}`)
        }
        break
      case "properties":
        for (const [key, each] of Object.entries(rule as Record<string, Schema>)) {
          if (object?.[key] !== undefined) said.push(...problems(root, object[key], each, `${path}/${key}`))
        }
        break
      case "additionalProperties":
        for (const key of Object.keys(object ?? {})) {
          if (key in ((schema.properties as Schema | undefined) ?? {})) continue
          if (rule === false) said.push(`${at} has the unknown key ${key}`)
          else said.push(...problems(root, object![key], rule as Schema, `${path}/${key}`))
        }
        break
      case "unevaluatedProperties": {
        const known = new Set(evaluated(root, schema, value))
        for (const key of Object.keys(object ?? {})) {
          if (!known.has(key)) said.push(`${at} has the unknown key ${key}`)
        }
        break
      }
      case "propertyNames":
        for (const key of Object.keys(object ?? {}))
          said.push(...problems(root, key, rule as Schema, `${path}/${key}`))
        break
      case "items":
        for (const [index, item] of (value as unknown[]).entries()) {
          said.push(...problems(root, item, rule as Schema, `${path}/${index}`))
        }
        break
      case "oneOf": {
        const results = (rule as Schema[]).map((each) => problems(root, value, each, path))
        const fits = results.filter((result) => result.length === 0).length
        if (fits !== 1) {
          const nearest = results.toSorted((a, b) => a.length - b.length)[0] ?? []
          said.push(`${at} fits ${fits} of oneOf: ${nearest.join("; ")}`)
        }
        break
      }
      default:
        if (!IGNORED.has(keyword)) throw new Error(`the validator does not know ${keyword}`)
    }
  }
  return said
}

const resolve = (root: Schema, pointer: string): Schema =>
  pointer
    .slice(2)
    .split("/")
    .reduce((at, key) => at[key] as Schema, root)

function evaluated(root: Schema, schema: Schema, value: unknown): string[] {
  const own = Object.keys((schema.properties as Schema | undefined) ?? {})
  const branches = ((schema.oneOf as Schema[] | undefined) ?? []).filter(
    (each) => problems(root, value, each).length === 0,
  )
  const referred = typeof schema.$ref === "string" ? [resolve(root, schema.$ref)] : []
  return [...own, ...[...branches, ...referred].flatMap((each) => evaluated(root, each, value))]
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case "array":
      return Array.isArray(value)
    case "object":
      return value !== null && typeof value === "object" && !Array.isArray(value)
    case "integer":
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}
