import type { Notebook } from "../notebook/notebook.ts"
import { fileKey } from "../notebook/roles.ts"
import type { Missing } from "./resolve.ts"

const entry = (keys: readonly string[]): string => `{ ${keys.join(", ")} }`

/** The lines of a federation file with the missing inputs, their values left to be filled in; without secrets. */
export function fileToFill(notebook: Notebook, missing: readonly Missing[]): string[] {
  const inputs = missing.flatMap((one) =>
    one.kind === "input" && notebook.inputs[one.input]!.secret !== true ? [one] : [],
  )
  const wide = inputs
    .filter(({ site }) => site === undefined)
    .map(({ input }) => {
      const [key, inside] = (notebook.inputs[input]!.file ?? input).split(".") as [string, string?]
      return inside === undefined ? `${key}: …` : `${key}: ${entry([`${inside}: …`])}`
    })
  const keysOf = (name: string) =>
    inputs.filter(({ site }) => site?.name === name).map(({ input }) => `${input}: …`)
  const roles = Object.entries(notebook.roles).flatMap(([role, cardinality]) => {
    const names = new Set(inputs.flatMap(({ site }) => (site?.role === role ? [site.name] : [])))
    const sites = [...names].map((name) => ({ name, keys: keysOf(name) }))
    if (cardinality === "one") return sites.map(({ keys }) => `${role}: ${entry(keys)}`)
    const list = sites.map(({ name, keys }) => `  - ${entry([`name: ${name}`, ...keys])}`)
    return list.length === 0 ? [] : [`${fileKey(role, "many")}:`, ...list]
  })
  return ["version: 1", ...wide, ...roles].map((line) => `    ${line}`)
}
