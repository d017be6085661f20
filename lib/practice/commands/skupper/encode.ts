import type { Json } from "../client.ts"
import { sorted, toYaml } from "../yaml.ts"

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === "" ||
  value === 0 ||
  value === false ||
  (typeof value === "object" && Object.keys(value as object).length === 0)

/** Without what is empty, in maps at every depth; what stands in lists is left alone. */
const withoutEmpty = (value: Json): Json =>
  Object.fromEntries(
    Object.entries(value as object)
      .map(([key, inner]) => [key, isMap(inner) ? withoutEmpty(inner) : inner])
      .filter(([, inner]) => !isEmpty(inner)),
  )

const isMap = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A resource as `-o json` and `-o yaml` print it; yaml ends in a line end of its own. */
export async function encode(output: string, resource: unknown): Promise<string> {
  const cleaned = withoutEmpty(resource)
  return output === "json" ? JSON.stringify(sorted(cleaned), undefined, 2) : toYaml(cleaned)
}
