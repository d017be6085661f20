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
      .filter(([, inner]) => !isEmpty(inner))
      .map(([key, inner]) => [
        key,
        typeof inner === "object" && !Array.isArray(inner) ? withoutEmpty(inner) : inner,
      ]),
  )

/** A resource as `-o json` and `-o yaml` print it; yaml ends in a line end of its own. */
export const encode = async (output: string, resource: unknown): Promise<string> => {
  const cleaned = withoutEmpty(resource)
  return output === "json" ? JSON.stringify(sorted(cleaned), undefined, 2) : toYaml(cleaned)
}
